import type { Measured } from '../measures/measured.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { judge, type Status, see } from '../rules/judge.js';
import type { Seen } from '../rules/reading.js';
import { readingOf } from '../rules/readings.js';
import type { KpiRule } from '../rules/rule.js';

export interface KpiResult {
  readonly rule: KpiRule;
  readonly scope: 'point' | 'run';
  /** One per level of the sweep, in its order; one in all for a rule of the run. */
  readonly levels: readonly {
    readonly point: PointFacts;
    readonly reading: Measured<Seen>;
    readonly status: Status | null;
  }[];
  /** The worst of the levels; null when no level has a value. */
  readonly status: Status | null;
}

const WORST_FIRST: readonly Status[] = ['fail', 'warn', 'undecided', 'pass'];

export function evaluateKpi(rule: KpiRule, facts: Facts): KpiResult {
  const { scope } = readingOf(rule.reading);
  const points = scope === 'run' ? facts.sweep.slice(0, 1) : facts.sweep;
  const levels = points.map((point) => {
    const reading = see(rule, point, facts);
    // A load that failed its own audit judges nobody, and neither praises.
    const sound = scope === 'run' || point.unsound.length === 0;
    const status: Status | null = !reading.ok ? null : sound ? judge(rule, reading.value) : 'undecided';
    return { point, reading, status };
  });
  const status = WORST_FIRST.find((candidate) => levels.some((level) => level.status === candidate)) ?? null;
  return { rule, scope, levels, status };
}
