import { studentTwoSided } from './distributions.js';
import { InvalidNumbersError } from './invalid-numbers.js';
import { mean } from './order-statistics.js';

export interface ChangePointOptions {
  /** Values that are looked at together; the next window begins half of this further on, or at the last change found. */
  readonly window: number;
  /** A change must be at least this unlikely to come from one distribution. */
  readonly pMax: number;
  /** And the means before and after must differ by at least this share of the smaller: 0.05 is 5 %. */
  readonly magnitudeMin: number;
}

export const CHANGE_POINT_DEFAULTS: ChangePointOptions = { window: 50, pMax: 0.001, magnitudeMin: 0 };

export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly index: number;
  readonly meanBefore: number;
  readonly meanAfter: number;
  /** |after − before| as a share of the mean that is nearer to 0; infinite (null as JSON) where that one is 0. */
  readonly magnitude: number;
  readonly p: number;
}

/** Longer series are cut into windows anyway; this bounds one window, which costs its square. */
const WINDOW_MAX = 2_000;
const VALUES_MAX = 100_000;

/**
 * Where a series of results changed: E-divisive (Matteson and James, 2014) with Student's t test instead of permutations, in windows that
 * overlap, in two passes, as Fleming and Kołaczkowski describe (Hunter, ICPE 2023) and Apache Otava does. The first pass
 * lets weak points stand, ten times `pMax`, because a strong one may only be seen between two weak ones; the second drops the weakest
 * one by one and judges its neighbours anew. Deterministic. Unlike Otava the t test takes the unbiased variance, so that p of short
 * segments comes out somewhat larger.
 */
export function changePoints(
  values: readonly number[],
  options: Partial<ChangePointOptions> = {},
): readonly ChangePoint[] {
  const { window, pMax, magnitudeMin } = { ...CHANGE_POINT_DEFAULTS, ...options };
  if (values.length > VALUES_MAX)
    throw new InvalidNumbersError(`A series may have ${VALUES_MAX} values, not ${values.length}`);
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new InvalidNumbersError(`A series holds finite numbers, not ${bad}`);
  if (!(Number.isInteger(window) && window >= 4 && window <= WINDOW_MAX))
    throw new InvalidNumbersError(`A window has 4 to ${WINDOW_MAX} values, not ${window}`);
  const weak = pMax < 0.05 ? pMax * 10 : Math.min(1, pMax * 2);
  return merge(values, candidates(values, window, weak), pMax, magnitudeMin);
}

function candidates(values: readonly number[], window: number, pMax: number): number[] {
  const found: number[] = [];
  for (let start = 0; start < values.length; ) {
    const end = Math.min(start + window, values.length);
    const inside = divide(values.slice(start, end), pMax).map((index) => index + start);
    found.push(...inside.filter((index) => !found.includes(index)));
    if (end === values.length) break;
    start = Math.max(inside.at(-1) ?? 0, start + (window >> 1));
  }
  return found.sort((one, other) => one - other);
}

/** Hierarchical: the best split of any segment, as long as it is significant. */
function divide(values: readonly number[], pMax: number): number[] {
  const borders = [0, values.length];
  for (;;) {
    let best: { index: number; q: number } | null = null;
    for (let at = 1; at < borders.length; at += 1) {
      const split = bestSplit(values, borders[at - 1]!, borders[at]!);
      if (split !== null && (best === null || split.q > best.q)) best = split;
    }
    if (best === null) break;
    const before = borders.findLast((border) => border < best.index)!;
    const after = borders.find((border) => border > best.index)!;
    if (studentTest(values.slice(before, best.index), values.slice(best.index, after)) > pMax) break;
    borders.push(best.index);
    borders.sort((one, other) => one - other);
  }
  return borders.slice(1, -1);
}

/**
 * The split of `[from, to)` with the greatest divergence Q = (m n / (m + n)) (2 E|X − Y| − E|X − X′| − E|Y − Y′|), each part at least two
 * values. The sums follow the split from left to right: one value changes sides a step, so that all splits cost the square of the length.
 */
function bestSplit(
  values: readonly number[],
  from: number,
  to: number,
): { readonly index: number; readonly q: number } | null {
  let within = 0;
  for (let i = from; i < to; i += 1) for (let j = i + 1; j < to; j += 1) within += distance(values, i, j);
  let left = 0;
  let between = 0;
  let right = within;
  let best: { index: number; q: number } | null = null;
  for (let index = from + 1; index < to; index += 1) {
    const moved = index - 1;
    let toLeft = 0;
    let toRight = 0;
    for (let i = from; i < moved; i += 1) toLeft += distance(values, i, moved);
    for (let j = index; j < to; j += 1) toRight += distance(values, moved, j);
    left += toLeft;
    right -= toRight;
    between += toRight - toLeft;
    const m = index - from;
    const n = to - index;
    if (m < 2 || n < 2) continue;
    const energy = (2 * between) / (m * n) - left / pairs(m) - right / pairs(n);
    const q = ((m * n) / (m + n)) * energy;
    if (best === null || q > best.q) best = { index, q };
  }
  return best;
}

function distance(values: readonly number[], i: number, j: number): number {
  return Math.abs(values[i]! - values[j]!);
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}

/** Drops the least likely point, or the smallest where all are likely, until every point is both likely and large enough. */
function merge(
  values: readonly number[],
  found: readonly number[],
  pMax: number,
  magnitudeMin: number,
): ChangePoint[] {
  const indexes = [...found];
  for (;;) {
    const points = indexes.map((index, at) =>
      describe(values, indexes[at - 1] ?? 0, index, indexes[at + 1] ?? values.length),
    );
    const unlikely = weakest(points, (point) => -point.p);
    if (unlikely === null) return [];
    const small = weakest(points, (point) => point.magnitude)!;
    if (unlikely.p > pMax) indexes.splice(indexes.indexOf(unlikely.index), 1);
    else if (small.magnitude < magnitudeMin) indexes.splice(indexes.indexOf(small.index), 1);
    else return points;
  }
}

function weakest(
  points: readonly ChangePoint[],
  strength: (point: ChangePoint) => number,
): ChangePoint | null {
  return points.reduce<ChangePoint | null>(
    (least, point) => (least === null || strength(point) < strength(least) ? point : least),
    null,
  );
}

function describe(values: readonly number[], before: number, index: number, after: number): ChangePoint {
  const left = values.slice(before, index);
  const right = values.slice(index, after);
  const meanBefore = mean(left)!;
  const meanAfter = mean(right)!;
  const difference = Math.abs(meanAfter - meanBefore);
  return {
    index,
    meanBefore,
    meanAfter,
    magnitude: difference === 0 ? 0 : difference / Math.min(Math.abs(meanBefore), Math.abs(meanAfter)),
    p: studentTest(left, right),
  };
}

/** Student's t test of two means with equal variances, two-sided. Two constant segments differ for certain, or not at all. */
function studentTest(left: readonly number[], right: readonly number[]): number {
  const degrees = left.length + right.length - 2;
  if (degrees < 1) return 1;
  const difference = Math.abs(mean(left)! - mean(right)!);
  const pooled = (squares(left) + squares(right)) / degrees;
  if (difference === 0) return 1;
  if (pooled === 0) return 0;
  return studentTwoSided(difference / Math.sqrt(pooled * (1 / left.length + 1 / right.length)), degrees);
}

function squares(values: readonly number[]): number {
  const center = mean(values)!;
  return values.reduce((total, value) => total + (value - center) ** 2, 0);
}
