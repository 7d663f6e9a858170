import { type Measured, measured } from '../measures/measured.js';
import type { Facts, PointFacts } from '../report/facts.js';

export type KpiStatus = 'pass' | 'warn' | 'fail' | 'undecided';

export interface KpiReading {
  readonly value: number;
  /** Why the value, though measured, decides nothing. */
  readonly undecidedBecause?: string;
}

/** One threshold of the reference document, as data. */
export interface KpiRule {
  readonly id: string;
  /** Number of the document's claim. */
  readonly claim: string;
  readonly layer: 'network' | 'log and I/O' | 'consensus';
  readonly name: string;
  /** Which number of ours stands for it, in one sentence. */
  readonly meaning: string;
  /** `below`: good values lie below `good`, bad ones above `bad`, between them is a warning. `above`: the other way round. */
  readonly direction: 'below' | 'above';
  readonly good: number;
  /** Equal to `good` where the document names one threshold only: then nothing is a warning. */
  readonly bad: number;
  readonly format: (value: number) => string;
  /** `point`: one value a level. `run`: one value for the machine or the run. */
  readonly scope: 'point' | 'run';
  readonly read: (point: PointFacts, facts: Facts) => Measured<KpiReading>;
}

export interface KpiResult {
  readonly rule: KpiRule;
  /** One per level of the sweep, in its order; one in all for a rule of the run. */
  readonly levels: readonly {
    readonly point: PointFacts;
    readonly reading: Measured<KpiReading>;
    readonly status: KpiStatus | null;
  }[];
  /** The worst of the levels; null when no level has a value. */
  readonly status: KpiStatus | null;
}

/** A value on a border is not good: the document says "below" and "above". */
export function judge(rule: Pick<KpiRule, 'direction' | 'good' | 'bad'>, reading: KpiReading): KpiStatus {
  if (reading.undecidedBecause !== undefined) return 'undecided';
  const sign = rule.direction === 'below' ? 1 : -1;
  const value = sign * reading.value;
  if (value < sign * rule.good) return 'pass';
  return rule.good !== rule.bad && value <= sign * rule.bad ? 'warn' : 'fail';
}

const WORST_FIRST: readonly KpiStatus[] = ['fail', 'warn', 'undecided', 'pass'];

export function evaluateKpi(rule: KpiRule, facts: Facts): KpiResult {
  const points = rule.scope === 'run' ? facts.sweep.slice(0, 1) : facts.sweep;
  const levels = points.map((point) => {
    const reading = rule.read(point, facts);
    // A load that failed its own audit judges nobody, and neither praises.
    const sound = rule.scope === 'run' || point.unsound.length === 0;
    const status: KpiStatus | null = !reading.ok ? null : sound ? judge(rule, reading.value) : 'undecided';
    return { point, reading, status };
  });
  const status = WORST_FIRST.find((candidate) => levels.some((level) => level.status === candidate)) ?? null;
  return { rule, levels, status };
}

export function reading(value: Measured): Measured<KpiReading> {
  return value.ok ? measured({ value: value.value }) : value;
}

/** `< 5 %`, with where the alert begins when it is another value. */
export function thresholdText(rule: KpiRule): string {
  const [good, bad] = rule.direction === 'below' ? ['<', '>'] : ['>', '<'];
  const alert = rule.good === rule.bad ? '' : ` (alert ${bad} ${rule.format(rule.bad)})`;
  return `${good} ${rule.format(rule.good)}${alert}`;
}
