import { bilingual, t } from '../language/language.js';
import { type Facts, levelName, type PointFacts } from '../report/facts.js';
import { wholeRunAgain } from '../report/run-again.js';
import { judge, see } from '../rules/judge.js';
import type { Seen } from '../rules/reading.js';
import { readingOf } from '../rules/readings.js';
import type { AdviceRule } from '../rules/rule.js';
import { inUnit } from '../rules/units.js';
import { cappedShare, type Growth, growthOf } from './growth.js';

/** What a rule saw at one level. */
export interface Evidence {
  /** Numbers, as one sentence without the closing stop. */
  readonly text: string;
  /** The greatest share that could be saved if what the rule is about vanished. Null where the run gives no bound. */
  readonly bound: number | null;
  /** What Amdahl's law alone would allow: greater than the bound where an empty HTTP server allows less. */
  readonly uncapped: number | null;
}

/** A rule that found its evidence. */
export interface Advice {
  readonly rule: AdviceRule;
  readonly title: string;
  readonly action: string;
  readonly priority: 'P0' | 'P1';
  readonly level: string;
  /** Where the evidence was strongest. */
  readonly point: PointFacts;
  readonly evidence: Evidence;
  /** How far the throughput could grow; null where nothing follows for it. */
  readonly growth: Growth | null;
  readonly command: string;
}

/** From here on an advice is the first thing to do. */
const P0_BOUND_MIN = 0.2;
/** Below this nobody would feel it, unless the rule itself says how much it matters. */
const P1_BOUND_MIN = 0.03;

/**
 * Every rule at the sound level where it promises most. Causes first, in their order; then symptoms, P0 before P1, of each the greatest stake first. A cause is
 * named however little the run can say of its stake: it tells why, and the symptoms only how it hurts.
 */
export function evaluateAdvice(rules: readonly AdviceRule[], facts: Facts): readonly Advice[] {
  const found: Advice[] = [];
  const named = new Set<string>();
  for (const rule of rules) {
    const best = strongest(rule, facts);
    if (best === null) continue;
    if (isNegligible(rule, best.evidence)) continue;
    if (rule.kind === 'cause') {
      if (named.has(rule.cause)) continue;
      named.add(rule.cause);
    }
    found.push({
      rule,
      title: bilingual(rule.title),
      action: bilingual(rule.action),
      priority: priorityOf(rule, best.evidence),
      level: levelName(best.point),
      point: best.point,
      evidence: best.evidence,
      growth: growthOf(best.evidence.uncapped, rule.of, best.point, facts),
      command: readingOf(rule.reading).command?.(best.point, facts) ?? wholeRunAgain(facts),
    });
  }
  // Sorting is stable: what is equal keeps the order of the rules.
  return found.sort(
    (one, other) =>
      precedence(one.rule) - precedence(other.rule) ||
      Number(one.priority === 'P1') - Number(other.priority === 'P1') ||
      stake(other.rule, other.evidence) - stake(one.rule, one.evidence),
  );
}

function strongest(
  rule: AdviceRule,
  facts: Facts,
): { readonly point: PointFacts; readonly evidence: Evidence } | null {
  let best: { readonly point: PointFacts; readonly evidence: Evidence } | null = null;
  for (const point of facts.sweep.filter(({ unsound }) => unsound.length === 0)) {
    const seen = see(rule, point, facts);
    if (!seen.ok || judge(rule, seen.value) !== 'fail') continue;
    const evidence = evidenceOf(rule, seen.value, point, facts);
    if (best === null || (evidence.bound ?? -1) > (best.evidence.bound ?? -1)) best = { point, evidence };
  }
  return best;
}

function evidenceOf(
  rule: AdviceRule,
  { value, evidence, bound = null }: Seen,
  point: PointFacts,
  facts: Facts,
): Evidence {
  const { unit, bad, direction } = rule;
  const sign = direction === 'below' ? '>' : '<';
  return {
    text: evidence ?? t`${inUnit(unit, value)} (alert ${sign} ${inUnit(unit, bad)})`,
    bound: bound === null ? null : cappedShare(bound, rule.of, point, facts),
    uncapped: bound,
  };
}

function isNegligible({ kind, severity }: AdviceRule, { bound }: Evidence): boolean {
  return kind === 'symptom' && severity === 'by-stake' && bound !== null && bound < P1_BOUND_MIN;
}

function priorityOf(rule: AdviceRule, evidence: Evidence): Advice['priority'] {
  if (rule.severity !== 'by-stake') return rule.severity;
  return stake(rule, evidence) >= P0_BOUND_MIN ? 'P0' : 'P1';
}

/** Symptoms come after every cause. */
function precedence(rule: AdviceRule): number {
  return rule.kind === 'cause' ? rule.precedence : Number.MAX_SAFE_INTEGER;
}

/** What symptoms are ranked by: time and throughput. A share of bytes is real, but no client waits for it; nor has it a missing bound. */
export function stake(rule: AdviceRule, evidence: Evidence): number {
  return rule.of === 'bytes written' ? 0 : (evidence.bound ?? 0);
}
