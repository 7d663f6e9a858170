import { hodgesLehmann, type Shift } from './hodges-lehmann.js';
import { InvalidNumbersError } from './invalid-numbers.js';
import { type MannWhitney, mannWhitney, samplesNeeded, smallestP } from './mann-whitney.js';
import { type MedianInterval, median, medianInterval } from './order-statistics.js';

/** One side of a comparison. */
export interface SampleSummary {
  readonly count: number;
  readonly median: number;
  /** Null with too few values for the confidence. */
  readonly interval: MedianInterval | null;
}

export interface SampleComparison {
  readonly base: SampleSummary;
  readonly contender: SampleSummary;
  /** (contender − base) / |base|, of the medians; null for a base of 0. */
  readonly delta: number | null;
  /** Hodges–Lehmann, contender less base, with its interval. */
  readonly shift: Shift;
  readonly test: MannWhitney;
  readonly alpha: number;
  /** `~`: nothing can be said. `changed`: p is at most alpha. */
  readonly verdict: 'changed' | '~';
  /** Why a `~` could not have been anything else: with so few values p cannot reach alpha. */
  readonly samplesNeeded: number | null;
}

/** A few seconds of work: both samples are sorted, and walked through some hundred times for the shift. */
const VALUES_MAX = 1_000_000;

/**
 * Compares two independent samples, one value a run, as benchstat does: medians with their intervals, an exact Mann–Whitney test, no value
 * thrown out. Requests of one run are no sample: they depend on each other, and any difference would come out as certain.
 * @throws InvalidNumbersError for an empty sample, one that is too large, or a value that is no finite number.
 */
export function compareSamples(
  base: readonly number[],
  contender: readonly number[],
  alpha = 0.05,
): SampleComparison {
  for (const values of [base, contender]) checkSample(values);
  const test = mannWhitney(base, contender)!;
  const summaries = { base: summary(base, 1 - alpha), contender: summary(contender, 1 - alpha) };
  const from = summaries.base.median;
  return {
    ...summaries,
    delta: from === 0 ? null : (summaries.contender.median - from) / Math.abs(from),
    shift: hodgesLehmann(base, contender, 1 - alpha)!,
    test,
    alpha,
    verdict: test.p <= alpha ? 'changed' : '~',
    samplesNeeded: smallestP(base.length, contender.length) > alpha ? samplesNeeded(alpha) : null,
  };
}

function checkSample(values: readonly number[]): void {
  if (values.length === 0) throw new InvalidNumbersError('A sample has at least one value');
  if (values.length > VALUES_MAX)
    throw new InvalidNumbersError(`A sample has at most ${VALUES_MAX} values, not ${values.length}`);
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new InvalidNumbersError(`A sample holds finite numbers, not ${bad}`);
}

function summary(values: readonly number[], confidence: number): SampleSummary {
  return { count: values.length, median: median(values)!, interval: medianInterval(values, confidence) };
}
