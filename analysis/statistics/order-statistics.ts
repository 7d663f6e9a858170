/** From so many values on a buffer of plain numbers is sorted faster than it is made. */
const BUFFER_MIN = 64;

/** Ascending copy; the input stays as it is. */
export function sorted(values: readonly number[]): number[] {
  return values.length < BUFFER_MIN ? sortedList(values) : Array.from(new Float64Array(values).sort());
}

function sortedList(values: readonly number[]): number[] {
  return [...values].sort((left, right) => left - right);
}

/** Null for no values: a mean of nothing is not zero. */
export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return sum(values) / values.length;
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return middleOf(values.length < BUFFER_MIN ? sortedList(values) : new Float64Array(values).sort());
}

/** The median of ascending values, of which there is one at least. */
export function middleOf(ascending: ArrayLike<number>): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle]!;
  return ascending.length % 2 === 1 ? upper : (ascending[middle - 1]! + upper) / 2;
}

/** The smallest value that at least `quantile` of all values do not exceed (nearest rank). */
export function quantileOf(values: readonly number[], quantile: number): number | null {
  if (values.length === 0) return null;
  const rank = Math.max(1, Math.ceil(quantile * values.length));
  return sorted(values)[Math.min(rank, values.length) - 1]!;
}

export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Probability that the interval covers the median of the population, at least the one asked for. */
  readonly coverage: number;
}

/** Whether a share of a distribution is at most a tail that came out of 1 − confidence, which rounding may have made smaller than it was meant. */
export function atMostTail(share: number, tail: number): boolean {
  return share <= tail * (1 + 1e-12) + 2 ** -54;
}

/**
 * Interval of the median from order statistics: between the k-th smallest and k-th largest value lies the population's median with
 * probability 1 - 2 * P(Binomial(n, 1/2) < k), whatever the distribution. Null when even the extremes do not reach `confidence`:
 * six values are the fewest for 95 %.
 */
export function medianInterval(values: readonly number[], confidence = 0.95): MedianInterval | null {
  const count = values.length;
  if (count === 0) return null;
  const ascending = sorted(values);
  const middle = middleOf(ascending);
  let best: MedianInterval | null = null;
  let tail = 0;
  // As a logarithm: from 1,075 values on 0.5 ** n is no longer a number above 0.
  let logProbability = -count * Math.LN2;
  for (let k = 1; 2 * k <= count; k += 1) {
    // The probability is P(Binomial = k - 1), so `tail` becomes P(Binomial < k).
    tail += Math.exp(logProbability);
    logProbability += Math.log((count - k + 1) / k);
    if (!atMostTail(2 * tail, 1 - confidence)) break;
    const [low, high] = [ascending[k - 1]!, ascending[count - k]!];
    best = { median: middle, low, high, coverage: 1 - 2 * tail };
  }
  return best;
}
