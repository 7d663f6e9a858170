import type { Histogram } from '../../results/schema/index.js';

/** Below this a bucket of the schema is one wide; from here on it reaches to lower * (1 + 1/32). */
const EXACT_BELOW = 64;

export const EMPTY_HISTOGRAM: Histogram = { count: 0, sum: 0, buckets: [] };

/** Middle of the bucket that starts at `lower`: a value read from a histogram is at most 1.6 % off. */
export function bucketMiddle(lower: number): number {
  return lower < EXACT_BELOW ? lower : lower * (1 + 1 / 64);
}

/** Exact, from the sum; null for an empty histogram. */
export function histogramMean(histogram: Histogram): number | null {
  return histogram.count === 0 ? null : histogram.sum / histogram.count;
}

/** True when at least ten values lie above the quantile: fewer say nothing about it (the rule of `Percentiles`). */
export function isQuantileSupported(count: number, quantile: number): boolean {
  // Counted in integers of a millionth: 1000 * (1 - 0.99) is 10.000000000000009 in floating point, and 100 * (1 - 0.9) is below 10.
  return count * Math.round((1 - quantile) * 1e6) >= 10 * 1e6;
}

/** Nearest rank, at the middle of its bucket. Null for an empty histogram. */
export function histogramQuantile(histogram: Histogram, quantile: number): number | null {
  if (histogram.count === 0) return null;
  const rank = Math.min(histogram.count, Math.max(1, Math.ceil(quantile * histogram.count)));
  let seen = 0;
  for (const [lower, count] of histogram.buckets) {
    seen += count;
    if (seen >= rank) return bucketMiddle(lower);
  }
  const last = histogram.buckets.at(-1);
  return last === undefined ? null : bucketMiddle(last[0]);
}

/** Exact: buckets of the same lower bound add up. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  const counts = new Map<number, number>();
  let count = 0;
  let sum = 0;
  for (const histogram of histograms) {
    count += histogram.count;
    sum += histogram.sum;
    for (const [lower, inBucket] of histogram.buckets) {
      counts.set(lower, (counts.get(lower) ?? 0) + inBucket);
    }
  }
  const buckets = [...counts].sort((left, right) => left[0] - right[0]);
  return { count, sum, buckets };
}
