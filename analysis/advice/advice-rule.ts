import { type Facts, levelName, type PointFacts } from '../report/facts.js';

/** What a rule saw at one level. */
export interface Evidence {
  /** Numbers, as one sentence without the closing stop. */
  readonly text: string;
  /**
   * Amdahl: the greatest share that could be saved if what the rule is about vanished. Null where the run gives no bound.
   */
  readonly bound: number | null;
}

/** Symptom → cause → advice, as data. A rule speaks only when its evidence is in the run. */
export interface AdviceRule {
  readonly id: string;
  /** Numbers of the document's claims that it answers. */
  readonly claims: readonly string[];
  readonly layer: 'network' | 'log' | 'io' | 'consensus' | 'state' | 'runtime' | 'machine';
  readonly title: string;
  readonly action: string;
  /** What the bound is a share of. */
  readonly of: 'mean latency of a write' | 'CPU time of the leader' | 'throughput' | 'bytes written';
  readonly examine: (point: PointFacts, facts: Facts) => Evidence | null;
  /** Command that shows the evidence again; the run's own without it. */
  readonly command?: (point: PointFacts) => string;
}

export interface Advice {
  readonly rule: AdviceRule;
  readonly priority: 'P0' | 'P1';
  readonly level: string;
  readonly evidence: Evidence;
  readonly command: string;
}

/** From here on an advice is the first thing to do. */
const P0_BOUND_MIN = 0.2;
/** Below this nobody would feel it. */
const P1_BOUND_MIN = 0.03;

/** Every rule at the sound level where it promises most; greatest stake first. */
export function evaluateAdvice(rules: readonly AdviceRule[], facts: Facts): readonly Advice[] {
  const sound = facts.sweep.filter((point) => point.unsound.length === 0);
  const found: Advice[] = [];
  for (const rule of rules) {
    let best: { readonly point: PointFacts; readonly evidence: Evidence } | null = null;
    for (const point of sound) {
      const evidence = rule.examine(point, facts);
      if (evidence === null) continue;
      if (best === null || (evidence.bound ?? -1) > (best.evidence.bound ?? -1)) best = { point, evidence };
    }
    if (best === null || (best.evidence.bound !== null && best.evidence.bound < P1_BOUND_MIN)) continue;
    found.push({
      rule,
      priority: stake(rule, best.evidence) >= P0_BOUND_MIN ? 'P0' : 'P1',
      level: levelName(best.point),
      evidence: best.evidence,
      command: rule.command?.(best.point) ?? facts.data.run.command,
    });
  }
  // Sorting is stable: equal bounds keep the order of the rules.
  return found.sort((one, other) => stake(other.rule, other.evidence) - stake(one.rule, one.evidence));
}

/** What the list is ranked by: time and throughput. A share of bytes is real, but no client waits for it; nor has it a missing bound. */
export function stake(rule: AdviceRule, evidence: Evidence): number {
  return rule.of === 'bytes written' ? 0 : (evidence.bound ?? 0);
}
