import { isExact, uDistribution } from './mann-whitney.js';
import { normalQuantile } from './mann-whitney-normal.js';
import { atMostTail } from './order-statistics.js';

export interface Shift {
  /** Median of all differences, second minus first. */
  readonly shift: number;
  /** Null when the samples are too small for the confidence asked for. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/**
 * By how much the second sample lies above the first: Hodges and Lehmann, Ann. Math. Statist. 34 (1963). The interval holds the
 * differences that a Mann–Whitney test would not reject (Hollander and Wolfe, Nonparametric Statistical Methods, §4.3): exact
 * without ties where the test is, wider than it must be with them, by the normal approximation else. Null for an empty sample.
 */
export function hodgesLehmann(
  first: readonly number[],
  second: readonly number[],
  confidence = 0.95,
): Shift | null {
  if (first.length === 0 || second.length === 0) return null;
  const nth = differencesOf(new Float64Array(first).sort(), new Float64Array(second).sort());
  const count = first.length * second.length;
  const upper = nth(Math.floor(count / 2) + 1);
  const shift = count % 2 === 1 ? upper : (nth(count / 2) + upper) / 2;
  const cut = differencesCut(first.length, second.length, (1 - confidence) / 2);
  return { shift, interval: cut === 0 ? null : { low: nth(cut), high: nth(count + 1 - cut) } };
}

/**
 * The n-th smallest difference, second minus first, counted from 1, without ever writing all of them down: the range that holds it is halved by value, and how many
 * differences lie below is counted along both ascending samples. Every end of the range is moved on to a difference that there is, so that the last
 * one left is the very number.
 */
function differencesOf(first: Float64Array, second: Float64Array): (n: number) => number {
  const least = second[0]! - first[first.length - 1]!;
  const greatest = second[second.length - 1]! - first[0]!;
  return (n) => {
    let [low, high] = [least, greatest];
    while (low < high) {
      // Differences of very large numbers overflow, and half of what is infinite is no step nearer.
      const middle = Math.max(low, -Number.MAX_VALUE) / 2 + Math.min(high, Number.MAX_VALUE) / 2;
      // Between two neighbours in floating point there is nothing: the middle must leave one of them out.
      const { count, below, above } = around(first, second, middle < high ? middle : low);
      if (count >= n) high = below;
      else low = above;
    }
    return low;
  };
}

/** How many differences are at most `border`, the greatest of them, and the smallest of the others. */
function around(
  first: Float64Array,
  second: Float64Array,
  border: number,
): { readonly count: number; readonly below: number; readonly above: number } {
  let count = 0;
  let below = Number.NEGATIVE_INFINITY;
  let above = Number.POSITIVE_INFINITY;
  // The greater the later value, the fewer earlier ones are so small that the difference exceeds the border no more.
  let from = 0;
  for (const later of second) {
    while (from < first.length && later - first[from]! > border) from += 1;
    count += first.length - from;
    if (from < first.length) below = Math.max(below, later - first[from]!);
    if (from > 0) above = Math.min(above, later - first[from - 1]!);
  }
  return { count, below, above };
}

/** Which smallest and greatest difference bound the interval, from 1; 0 when not even the extremes leave out no more than `tail` on either side. */
export function differencesCut(first: number, second: number, tail: number): number {
  if (!isExact(first, second)) {
    const deviation = Math.sqrt((first * second * (first + second + 1)) / 12);
    return Math.max(0, Math.floor((first * second) / 2 - normalQuantile(tail) * deviation));
  }
  const counts = uDistribution(first, second);
  const all = counts.reduce((total, count) => total + count, 0);
  let below = 0;
  let cut = 0;
  while (cut < counts.length && atMostTail((below + counts[cut]!) / all, tail)) {
    below += counts[cut]!;
    cut += 1;
  }
  return cut;
}
