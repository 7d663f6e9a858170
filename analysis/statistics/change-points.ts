import { studentTwoSided } from './distributions.js';
import { InvalidNumbersError } from './invalid-numbers.js';

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

/** As Otava walks: a window that reached the end is followed by shorter ones, in which what stands near the end is seen without what came long before. */
function candidates(values: readonly number[], window: number, pMax: number): number[] {
  const found = new Set<number>();
  for (let start = 0; start < values.length; ) {
    const inside = divide(values.slice(start, start + window), pMax).map((index) => index + start);
    for (const index of inside) found.add(index);
    start = Math.max(inside.at(-1) ?? 0, start + (window >> 1));
  }
  return [...found].sort((one, other) => one - other);
}

interface Split {
  readonly index: number;
  readonly q: number;
}

/** Hierarchical: the best split of any segment, as long as it is significant. */
function divide(values: readonly number[], pMax: number): number[] {
  const cut = (from: number, to: number) => ({ from, to, split: bestSplit(values, from, to) });
  const segments = [cut(0, values.length)];
  for (;;) {
    let best: { at: number; split: Split } | null = null;
    for (const [at, { split }] of segments.entries())
      if (split !== null && (best === null || split.q > best.split.q)) best = { at, split };
    if (best === null) break;
    const { from, to } = segments[best.at]!;
    const { index } = best.split;
    if (studentTest(momentsOf(values, from, index), momentsOf(values, index, to)) > pMax) break;
    segments.splice(best.at, 1, cut(from, index), cut(index, to));
  }
  return segments.slice(1).map(({ from }) => from);
}

/**
 * The split of `[from, to)` with the greatest divergence Q = (m n / (m + n)) (2 E|X − Y| − E|X − X′| − E|Y − Y′|), each part at least two
 * values. The sums follow the split from left to right: one value changes sides a step, so that all splits cost the square of the length.
 */
function bestSplit(values: readonly number[], from: number, to: number): Split | null {
  let within = 0;
  for (let i = from; i < to; i += 1) for (let j = i + 1; j < to; j += 1) within += distance(values, i, j);
  let left = 0;
  let between = 0;
  let right = within;
  let best: Split | null = null;
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

/**
 * Drops the least likely point, or the smallest where all are likely, until every point is both likely and large enough. A point that goes changes its two
 * neighbours alone, and the moments of their segments add up: what is left to do for each is one look at all points.
 */
function merge(
  values: readonly number[],
  found: readonly number[],
  pMax: number,
  magnitudeMin: number,
): ChangePoint[] {
  const borders = [0, ...found, values.length];
  const segments = borders.slice(1).map((to, at) => momentsOf(values, borders[at]!, to));
  const points = found.map((index, at) => describe(index, segments[at]!, segments[at + 1]!));
  while (points.length > 0) {
    const unlikely = weakest(points, (point) => -point.p);
    const small = weakest(points, (point) => point.magnitude);
    let dropped = unlikely;
    if (points[unlikely]!.p <= pMax) {
      if (points[small]!.magnitude >= magnitudeMin) break;
      dropped = small;
    }
    segments.splice(dropped, 2, joined(segments[dropped]!, segments[dropped + 1]!));
    points.splice(dropped, 1);
    for (const at of [dropped - 1, dropped]) {
      const point = points[at];
      if (point !== undefined) points[at] = describe(point.index, segments[at]!, segments[at + 1]!);
    }
  }
  return points;
}

/** Where the weakest point stands; the first of several. */
function weakest(points: readonly ChangePoint[], strength: (point: ChangePoint) => number): number {
  let least = 0;
  for (let at = 1; at < points.length; at += 1)
    if (strength(points[at]!) < strength(points[least]!)) least = at;
  return least;
}

function describe(index: number, before: Moments, after: Moments): ChangePoint {
  const difference = Math.abs(after.mean - before.mean);
  return {
    index,
    meanBefore: before.mean,
    meanAfter: after.mean,
    magnitude: difference === 0 ? 0 : difference / Math.min(Math.abs(before.mean), Math.abs(after.mean)),
    p: studentTest(before, after),
  };
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of the squared distances from the mean. */
  readonly squares: number;
}

/** After Welford (Technometrics 4, 1962): a constant segment has exactly its value as the mean, and squares of exactly 0. */
function momentsOf(values: readonly number[], from: number, to: number): Moments {
  let mean = 0;
  let squares = 0;
  for (let at = from; at < to; at += 1) {
    const distance = values[at]! - mean;
    mean += distance / (at - from + 1);
    squares += distance * (values[at]! - mean);
  }
  return { count: to - from, mean, squares };
}

/** Of two segments as one (Chan, Golub and LeVeque, Am. Stat. 37, 1983). */
function joined(one: Moments, other: Moments): Moments {
  const count = one.count + other.count;
  const distance = other.mean - one.mean;
  return {
    count,
    mean: one.mean + (distance * other.count) / count,
    squares: one.squares + other.squares + (distance * distance * one.count * other.count) / count,
  };
}

/** Student's t test of two means with equal variances, two-sided. Two constant segments differ for certain, or not at all. */
function studentTest(left: Moments, right: Moments): number {
  const degrees = left.count + right.count - 2;
  if (degrees < 1) return 1;
  const difference = Math.abs(left.mean - right.mean);
  const pooled = (left.squares + right.squares) / degrees;
  if (difference === 0) return 1;
  if (pooled === 0) return 0;
  return studentTwoSided(difference / Math.sqrt(pooled * (1 / left.count + 1 / right.count)), degrees);
}
