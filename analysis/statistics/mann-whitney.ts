import { normalTail } from './mann-whitney-normal.js';

export interface MannWhitney {
  /** Pairs in which the first sample's value is greater, a tie as half a pair. */
  readonly u: number;
  /** Two-sided: twice the smaller tail, at most 1. */
  readonly p: number;
  /** `exact`: counted over all ways to divide the values. `normal`: with correction for ties and continuity. */
  readonly method: 'exact' | 'normal';
}

/** Up to so many values in each sample every division is counted; the counts stay below 2^53. */
export const EXACT_MAX = 25;

/**
 * Do two independent samples come from one distribution? Mann and Whitney, Ann. Math. Statist. 18 (1947); ties as midranks, exact by
 * counting the divisions of the pooled values by their rank sum (Streitberg and Röhmel 1986). Null when a sample is empty.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney | null {
  if (first.length === 0 || second.length === 0) return null;
  const { ranks, tied } = doubledRanks([...first, ...second]);
  let rankSum = 0;
  for (let index = 0; index < first.length; index += 1) rankSum += ranks[index]!;
  const u = rankSum / 2 - (first.length * (first.length + 1)) / 2;
  return first.length <= EXACT_MAX && second.length <= EXACT_MAX
    ? { u, p: exactP(ranks, first.length, rankSum), method: 'exact' }
    : { u, p: normalP(u, first.length, second.length, tied), method: 'normal' };
}

/** Ranks from 1, each twice over so that the mean rank of ties is whole; `tied` is the sum of t³ - t over groups of equal values. */
function doubledRanks(values: readonly number[]): { ranks: number[]; tied: number } {
  const order = values.map((_, index) => index).sort((one, other) => values[one]! - values[other]!);
  const ranks: number[] = new Array(values.length);
  let tied = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let at = start; at < end; at += 1) ranks[order[at]!] = start + 1 + end;
    tied += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { ranks, tied };
}

/** Share of the divisions whose rank sum is as far out as the one seen, both tails. */
function exactP(ranks: readonly number[], taken: number, rankSum: number): number {
  const bySum = divisions(ranks, taken);
  let all = 0;
  let low = 0;
  let high = 0;
  bySum.forEach((count, sum) => {
    all += count;
    if (sum <= rankSum) low += count;
    if (sum >= rankSum) high += count;
  });
  return Math.min(1, (2 * Math.min(low, high)) / all);
}

/** How many ways there are to take `taken` of the ranks, by their sum. */
function divisions(ranks: readonly number[], taken: number): Float64Array {
  const most = ranks.reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: taken + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  let seen = 0;
  for (const rank of ranks) {
    seen += rank;
    for (let count = taken; count >= 1; count -= 1) {
      const [from, to] = [ways[count - 1]!, ways[count]!];
      for (let sum = seen; sum >= rank; sum -= 1) to[sum]! += from[sum - rank]!;
    }
  }
  return ways[taken]!;
}

function normalP(u: number, first: number, second: number, tied: number): number {
  const all = first + second;
  const pairs = first * second;
  const variance = (pairs / 12) * (all + 1 - tied / (all * (all - 1)));
  if (variance <= 0) return 1;
  const z = Math.max(0, Math.abs(u - pairs / 2) - 0.5) / Math.sqrt(variance);
  return Math.min(1, 2 * normalTail(z));
}

/** The smallest p that the test of samples of these sizes can give: that of two samples that do not overlap, by the method that it takes for them. */
export function smallestP(first: number, second: number): number {
  if (first > EXACT_MAX || second > EXACT_MAX) return normalP(0, first, second, 0);
  let divisionsLeft = 1;
  for (let k = 1; k <= first; k += 1) divisionsLeft *= (second + k) / k;
  return Math.min(1, 2 / divisionsLeft);
}

/** The fewest values in each of two samples of equal size with which p can get to `alpha`. */
export function samplesNeeded(alpha: number): number {
  if (!(alpha > 0)) throw new RangeError(`no sample is large enough for alpha ${alpha}`);
  let size = 1;
  while (smallestP(size, size) > alpha) size += 1;
  return size;
}

/**
 * How many divisions of values without ties give U = 0, 1, … (the null distribution of U), for the interval of a shift.
 */
export function uDistribution(first: number, second: number): Float64Array {
  const ranks = Array.from({ length: first + second }, (_, index) => index + 1);
  const least = (first * (first + 1)) / 2;
  return divisions(ranks, first).subarray(least, least + first * second + 1);
}
