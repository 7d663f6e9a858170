import type { LabClaim, LabExperiment, LabMetric } from '../../results/schema/index.js';
import { hodgesLehmann } from '../statistics/hodges-lehmann.js';
import { holm } from '../statistics/holm.js';
import { type MannWhitney, mannWhitney, smallestP } from '../statistics/mann-whitney.js';
import { type MedianInterval, median, medianInterval } from '../statistics/order-statistics.js';
import { isDirection, judge, type Verdict } from './verdict.js';

/** What an arm gave for a metric. */
export interface ArmSummary {
  readonly arm: string;
  readonly metric: string;
  readonly values: readonly number[];
  readonly median: number | null;
  /** Null with fewer than six values. */
  readonly interval: MedianInterval | null;
}

/** How one arm differs from another in one metric, or what one arm gives alone. */
export interface Effect {
  readonly metric: LabMetric;
  readonly arm: string;
  /** Null: the arm alone, whose median is the estimate. */
  readonly against: string | null;
  /** Ratio arm / against, or difference arm - against, by the metric's scale. Hodges–Lehmann; null where no run gave a value, or a ratio has no meaning. */
  readonly estimate: number | null;
  /** Covers the true one with 95 %; null with fewer than four values on both sides, or six of an arm alone. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Null where a side has no value, and of an arm alone. */
  readonly test: MannWhitney | null;
  /** P of the test after Holm over all effects of the experiment. */
  readonly pAdjusted: number | null;
  /** Null where the document gives no figure. */
  readonly claim: LabClaim | null;
  /** On the document's figure; null without one. */
  readonly verdict: Verdict | null;
}

/** Values of an arm in a metric, without the rounds that were thrown away. */
export function valuesOf(
  { rounds }: Pick<LabExperiment, 'rounds'>,
  arm: string,
  metric: string,
): readonly number[] {
  return rounds
    .filter(({ warmUp }) => !warmUp)
    .flatMap(({ runs }) => runs.filter((run) => run.arm === arm))
    .flatMap(({ values }) =>
      values[metric] === undefined || values[metric] === null ? [] : [values[metric]],
    );
}

export function summarize(experiment: LabExperiment, arm: string, metric: string): ArmSummary {
  const values = valuesOf(experiment, arm, metric);
  return { arm, metric, values, median: median(values), interval: medianInterval(values) };
}

/** Those of these arms that no run gave a value for. */
export function withoutValues(
  experiment: LabExperiment,
  metric: string,
  arms: readonly string[],
): readonly string[] {
  return arms.filter((arm) => valuesOf(experiment, arm, metric).length === 0);
}

/**
 * All effects of an experiment: those that the document speaks of, in its order, then every other arm against the reference in every metric. The ratio is the
 * Hodges–Lehmann shift of the logarithms, so that twice and half weigh the same; the test is Mann and Whitney's, which the logarithm does not change. A comparison
 * that answers two statements is one test.
 */
export function effectsOf(experiment: LabExperiment): readonly Effect[] {
  const comparisons = new Map<string, Measured>();
  const measured = pairsOf(experiment).map((pair) => {
    const key = comparisonKey(pair);
    const found = comparisons.get(key) ?? measure(experiment, pair);
    comparisons.set(key, found);
    return { pair, found };
  });
  const tested = [...comparisons.values()].filter(({ test }) => test !== null);
  const adjusted = holm(tested.map(({ test }) => test!.p));
  return measured.map(({ pair, found }) => {
    const at = tested.indexOf(found);
    const pAdjusted = at === -1 ? null : adjusted[at]!;
    const { counts, ...size } = found;
    const { claim, metric } = pair;
    const effect = { ...pair, ...size, pAdjusted };
    if (claim === null) return { ...effect, verdict: null };
    // Holm multiplies the smallest p by the number of tests: below this no outcome could have come.
    const pFloor = Math.min(1, smallestP(...counts) * tested.length);
    const runs = Math.min(...counts);
    const verdict = judge({ ...effect, runs, pFloor }, claim, metric.scale, experiment.state);
    return { ...effect, verdict };
  });
}

interface Pair {
  readonly metric: LabMetric;
  readonly arm: string;
  readonly against: string | null;
  readonly claim: LabClaim | null;
}

function comparisonKey({ metric, arm, against }: Pair): string {
  return JSON.stringify([metric.name, arm, against]);
}

function pairsOf({ effects, arms, metrics }: LabExperiment): readonly Pair[] {
  const pairs: Pair[] = [];
  const seen = new Set<string>();
  const add = (metricName: string, arm: string, against: string | null, claim: LabClaim | null) => {
    const metric = metrics.find(({ name }) => name === metricName);
    if (metric === undefined) return;
    const pair = { metric, arm, against, claim };
    const key = comparisonKey(pair);
    // Several statements about one comparison are judged each; without a statement it stands there once.
    if (claim === null && seen.has(key)) return;
    seen.add(key);
    pairs.push(pair);
  };
  for (const claim of effects) if (isJudged(claim)) add(claim.metric, claim.arm, claim.against, claim);
  for (const metric of metrics)
    for (const arm of arms.slice(1)) add(metric.name, arm.name, arms[0]!.name, null);
  for (const claim of effects) add(claim.metric, claim.arm, claim.against, null);
  return pairs;
}

function isJudged({ low, high, notDecidable }: LabClaim): boolean {
  return low !== null || high !== null || notDecidable !== null;
}

type Measured = Pick<Effect, 'estimate' | 'interval' | 'test'> & {
  readonly counts: readonly [number, number];
};

function measure(experiment: LabExperiment, { metric, arm, against }: Pair): Measured {
  const contender = valuesOf(experiment, arm, metric.name);
  if (against === null) {
    const { median: estimate, interval } = summarize(experiment, arm, metric.name);
    return { estimate, interval, test: null, counts: [contender.length, contender.length] };
  }
  const base = valuesOf(experiment, against, metric.name);
  const test = mannWhitney(contender, base);
  const counts = [contender.length, base.length] as const;
  if (metric.scale === 'difference') {
    const shift = hodgesLehmann(base, contender);
    return { estimate: shift?.shift ?? null, interval: shift?.interval ?? null, test, counts };
  }
  // A ratio to nothing has no size; the test of the ranks still stands.
  if ([...base, ...contender].some((value) => value <= 0))
    return { estimate: null, interval: null, test, counts };
  const shift = hodgesLehmann(base.map(Math.log), contender.map(Math.log));
  const interval = shift?.interval ?? null;
  return {
    estimate: shift === null ? null : Math.exp(shift.shift),
    interval: interval === null ? null : { low: Math.exp(interval.low), high: Math.exp(interval.high) },
    test,
    counts,
  };
}

/** How many of them have a figure, which is more than a direction. */
export function figuresOf(effects: readonly Effect[]): number {
  return effects.filter(
    ({ claim, metric }) =>
      claim !== null && (claim.low !== null || claim.high !== null) && !isDirection(claim, metric.scale),
  ).length;
}

/** How many of them are judged by a direction alone. */
export function directionsOf(effects: readonly Effect[]): number {
  return effects.filter(
    ({ claim, metric }) => claim !== null && isJudged(claim) && isDirection(claim, metric.scale),
  ).length;
}

/** Those on statements of the document. */
export function verdictsOf(effects: readonly Effect[]): readonly Verdict[] {
  return effects.flatMap(({ verdict }) => (verdict === null ? [] : [verdict]));
}
