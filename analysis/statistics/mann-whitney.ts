import { normalTail } from './mann-whitney-normal.js';

export interface MannWhitney {
  /** Pairs in which the first sample's value is greater, a tie as half a pair. */
  readonly u: number;
  /** Two-sided: twice the smaller tail, at most 1. */
  readonly p: number;
  /** `exact`: counted over all ways to divide the values. `normal`: with correction for ties and continuity. */
  readonly method: 'exact' | 'normal';
}

/** Up to so many values in each sample every division is counted. */
const EXACT_MAX = 25;
/** And up to so many in the smaller one where the larger has at most 200: there the normal is far off, and the divisions are still few. */
const EXACT_SMALLER_MAX = 8;
const EXACT_LARGER_MAX = 200;

/** Whether samples of these sizes are judged by counting: the counts, at most 1.3 · 10¹⁴, are whole in floating point. */
export function isExact(first: number, second: number): boolean {
  const larger = Math.max(first, second);
  return larger <= EXACT_MAX || (larger <= EXACT_LARGER_MAX && Math.min(first, second) <= EXACT_SMALLER_MAX);
}

/**
 * Do two independent samples come from one distribution? Mann and Whitney, Ann. Math. Statist. 18 (1947); ties as midranks, exact by
 * counting the divisions of the pooled values by their rank sum (Streitberg and Röhmel 1986). Null when a sample is empty.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney | null {
  if (first.length === 0 || second.length === 0) return null;
  const { groups, rankSum, tied } = doubledRanks(ascending(first), ascending(second));
  const u = rankSum / 2 - (first.length * (first.length + 1)) / 2;
  if (!isExact(first.length, second.length))
    return { u, p: normalP(u, first.length, second.length, tied), method: 'normal' };
  const ranks = groups.flatMap(({ rank, count }) => new Array<number>(count).fill(rank));
  // The smaller sample's divisions are the larger one's, seen from the other side, and take less work.
  const isFirst = first.length <= second.length;
  const sum = isFirst ? rankSum : ranks.reduce((total, rank) => total + rank, 0) - rankSum;
  const p = exactP(ranks, Math.min(first.length, second.length), sum);
  return { u, p, method: 'exact' };
}

function ascending(values: readonly number[]): Float64Array {
  return new Float64Array(values).sort();
}

interface Ranked {
  /** Equal values of both samples, ascending. */
  readonly groups: readonly { readonly rank: number; readonly count: number }[];
  /** Of the first sample. */
  readonly rankSum: number;
  /** Sum of t³ - t over the groups. */
  readonly tied: number;
}

/** Ranks from 1, each twice over so that the mean rank of ties is whole. Goes through both samples at once, the smaller value first. */
function doubledRanks(first: Float64Array, second: Float64Array): Ranked {
  const groups: { rank: number; count: number }[] = [];
  let rankSum = 0;
  let tied = 0;
  for (let one = 0, other = 0; one < first.length || other < second.length; ) {
    const value = Math.min(first[one] ?? Number.POSITIVE_INFINITY, second[other] ?? Number.POSITIVE_INFINITY);
    const [fromOne, fromOther] = [one, other];
    while (one < first.length && !(first[one]! > value)) one += 1;
    while (other < second.length && !(second[other]! > value)) other += 1;
    const count = one - fromOne + other - fromOther;
    const rank = fromOne + fromOther + 1 + one + other;
    groups.push({ rank, count });
    rankSum += rank * (one - fromOne);
    tied += count ** 3 - count;
  }
  return { groups, rankSum, tied };
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

/** How many ways there are to take `taken` of the ascending ranks, by their sum. */
function divisions(ranks: readonly number[], taken: number): Float64Array {
  const most = ranks.slice(-taken).reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: taken + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  let seen = 0;
  for (const rank of ranks) {
    seen = Math.min(most, seen + rank);
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
  if (!isExact(first, second)) return normalP(0, first, second, 0);
  const [taken, rest] = [Math.min(first, second), Math.max(first, second)];
  let ways = 1;
  // Whole after every step, so that p is the very number that the test gives.
  for (let k = 1; k <= taken; k += 1) ways = (ways * (rest + k)) / k;
  return Math.min(1, 2 / ways);
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
  // The distribution is the same for either sample.
  const taken = Math.min(first, second);
  const least = (taken * (taken + 1)) / 2;
  return divisions(ranks, taken).subarray(least, least + first * second + 1);
}
