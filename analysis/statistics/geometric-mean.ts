import type { Interval } from './bootstrap.js';
import { studentQuantile } from './distributions.js';
import { InvalidNumbersError } from './invalid-numbers.js';
import { mean, sum } from './order-statistics.js';

/**
 * The mean of ratios: that of their logarithms, so that twice as fast and half as fast cancel out (Fleming and Wallace, Comm. ACM 29, 1986). Null for no values.
 * @throws InvalidNumbersError for a value that is not above 0.
 */
export function geometricMean(values: readonly number[]): number | null {
  const center = mean(logarithms(values));
  return center === null ? null : Math.exp(center);
}

/** Its interval by Student's t on the logarithms, for independent values. Null below two. */
export function geometricMeanInterval(values: readonly number[], confidence = 0.95): Interval | null {
  const logs = logarithms(values);
  if (logs.length < 2) return null;
  const center = mean(logs)!;
  const variance = sum(logs.map((log) => (log - center) ** 2)) / (logs.length - 1);
  const reach = studentQuantile(confidence, logs.length - 1) * Math.sqrt(variance / logs.length);
  return { low: Math.exp(center - reach), high: Math.exp(center + reach) };
}

function logarithms(values: readonly number[]): number[] {
  const bad = values.find((value) => !(value > 0 && Number.isFinite(value)));
  if (bad !== undefined) throw new InvalidNumbersError(`A geometric mean takes numbers above 0, not ${bad}`);
  return values.map(Math.log);
}
