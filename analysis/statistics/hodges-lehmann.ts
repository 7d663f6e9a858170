import { EXACT_MAX, uDistribution } from './mann-whitney.js';
import { normalQuantile } from './mann-whitney-normal.js';

export interface Shift {
  /** Median of all differences, second minus first. */
  readonly shift: number;
  /** Null when the samples are too small for the confidence asked for. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/**
 * By how much the second sample lies above the first: Hodges and Lehmann, Ann. Math. Statist. 34 (1963). The interval holds the
 * differences that a Mann–Whitney test would not reject (Hollander and Wolfe, Nonparametric Statistical Methods, §4.3): exact up to
 * 25 values in each sample without ties, wider than it must be with them, by the normal approximation above. Null for an empty sample.
 */
export function hodgesLehmann(
  first: readonly number[],
  second: readonly number[],
  confidence = 0.95,
): Shift | null {
  if (first.length === 0 || second.length === 0) return null;
  const differences = sortedDifferences(first, second);
  const middle = differences.length >> 1;
  const upper = differences[middle]!;
  const shift = differences.length % 2 === 1 ? upper : (differences[middle - 1]! + upper) / 2;
  const cut = differencesCut(first.length, second.length, (1 - confidence) / 2);
  if (cut === 0) return { shift, interval: null };
  const interval = { low: differences[cut - 1]!, high: differences[differences.length - cut]! };
  return { shift, interval };
}

/** Millions of them: plain numbers in one buffer, sorted once. */
function sortedDifferences(first: readonly number[], second: readonly number[]): Float64Array {
  const differences = new Float64Array(first.length * second.length);
  let next = 0;
  for (const later of second) for (const earlier of first) differences[next++] = later - earlier;
  return differences.sort();
}

/** Which smallest and greatest difference bound the interval, from 1; 0 when not even the extremes leave out no more than `tail` on either side. */
export function differencesCut(first: number, second: number, tail: number): number {
  if (first > EXACT_MAX || second > EXACT_MAX) {
    const deviation = Math.sqrt((first * second * (first + second + 1)) / 12);
    return Math.max(0, Math.floor((first * second) / 2 - normalQuantile(tail) * deviation));
  }
  const counts = uDistribution(first, second);
  const all = counts.reduce((total, count) => total + count, 0);
  let below = 0;
  let cut = 0;
  while (cut < counts.length && below + counts[cut]! <= tail * all) {
    below += counts[cut]!;
    cut += 1;
  }
  return cut;
}
