import { normalQuantile } from './mann-whitney-normal.js';
import { type MedianInterval, median, sorted } from './order-statistics.js';

/** Below this many values the normal approximation of the signed-rank statistic is too coarse. */
const VALUES_MIN = 16;
/** Averages are kept at once: n (n + 1) / 2 of them. */
const VALUES_MAX = 2_000;

/**
 * Hodges–Lehmann for one sample: the median of the averages of all pairs, each value with itself too, and the interval by inverting Wilcoxon's signed-rank test
 * (Hollander and Wolfe, Nonparametric Statistical Methods, 3.2 and 3.3). For values that lie symmetrically around what is asked for, as differences of paired measurements do,
 * it is nearly as narrow as Student's interval, and an outlier moves it as little as it moves a median. Null below 16 values and above 2,000.
 */
export function walshInterval(values: readonly number[], confidence = 0.95): MedianInterval | null {
  const count = values.length;
  if (count < VALUES_MIN || count > VALUES_MAX) return null;
  const averages = new Float64Array((count * (count + 1)) / 2);
  let next = 0;
  const ascending = sorted(values);
  for (let one = 0; one < count; one++) {
    for (let other = one; other < count; other++)
      averages[next++] = (ascending[one]! + ascending[other]!) / 2;
  }
  averages.sort();
  const reach =
    normalQuantile((1 - confidence) / 2) * Math.sqrt((count * (count + 1) * (2 * count + 1)) / 24);
  // The C-th smallest, counted from 1, and the C-th greatest are the bounds.
  const outside = Math.max(1, Math.floor(averages.length / 2 - reach)) - 1;
  return {
    median: median([...averages])!,
    low: averages[outside]!,
    high: averages[averages.length - 1 - outside]!,
    coverage: confidence,
  };
}
