import { median, quantileOf } from './order-statistics.js';
import { seededRandom } from './seeded-random.js';

/** What repeats of one and the same arm make of nothing. */
export interface NoiseFloor {
  /** 95 % of the splits differ by at most this share of the arm's median. */
  readonly share: number;
  /** Values in each half. */
  readonly half: number;
  /** Different splits that were looked at. */
  readonly splits: number;
}

/** Fewer halves than this have too few ways to differ. */
const VALUES_MIN = 4;
/** Up to so many splits all are counted, beyond that as many are drawn by lot. */
const SPLITS_MAX = 4_000;
const COVERED = 0.95;

/**
 * The A/A noise floor of an arm: its runs are split into two halves in every way, and the medians of the halves compared as if they were two versions. What
 * differs then is noise by construction. The spread of halves that share no value but come from one pool is that of two independent samples of
 * the same size, for a mean exactly (Neyman's variance of a difference in a completely randomised design), for a median nearly. An odd value sits
 * out in turn. Few runs know little of their own noise: the wider floor of two arms of eight covers about nine in ten A/A differences, so it guards a
 * test and never replaces one. Null below four values, or for a median of 0.
 */
export function noiseFloor(values: readonly number[], seed = 1): NoiseFloor | null {
  const whole = median(values);
  if (values.length < VALUES_MIN || whole === null || whole === 0) return null;
  const half = values.length >> 1;
  const differences: number[] = [];
  for (const [one, other] of splits(values, half, seed))
    differences.push(Math.abs((median(one)! - median(other)!) / whole));
  return { share: quantileOf(differences, COVERED)!, half, splits: differences.length };
}

/** The floor of a comparison with these numbers of runs: noise falls with the root of their number. */
export function noiseFloorOf(floor: NoiseFloor, first: number, second: number): number {
  return floor.share * Math.sqrt((1 / first + 1 / second) / (2 / floor.half));
}

type Split = readonly [readonly number[], readonly number[]];

function splits(values: readonly number[], half: number, seed: number): Iterable<Split> {
  // Each value of an odd number sits out once; of an even number, one that stays on one side halves the ways.
  const ways =
    values.length % 2 === 1 ? values.length * (choose(2 * half, half) / 2) : choose(2 * half, half) / 2;
  return ways <= SPLITS_MAX ? allSplits(values, half) : drawnSplits(values, half, seed);
}

function* allSplits(values: readonly number[], half: number): Generator<Split> {
  if (values.length % 2 === 1) {
    for (let out = 0; out < values.length; out += 1)
      yield* allSplits(
        values.filter((_, at) => at !== out),
        half,
      );
    return;
  }
  const [fixed, ...rest] = values;
  for (const taken of combinations(rest.length, half - 1)) {
    const chosen = new Set(taken);
    yield [[fixed!, ...taken.map((at) => rest[at]!)], rest.filter((_, at) => !chosen.has(at))];
  }
}

function* drawnSplits(values: readonly number[], half: number, seed: number): Generator<Split> {
  const random = seededRandom(seed);
  const drawn = [...values];
  for (let count = 0; count < SPLITS_MAX; count += 1) {
    for (let at = 0; at < 2 * half; at += 1) {
      const other = at + Math.floor(random() * (drawn.length - at));
      [drawn[at], drawn[other]] = [drawn[other]!, drawn[at]!];
    }
    yield [drawn.slice(0, half), drawn.slice(half, 2 * half)];
  }
}

/** Every way to take `taken` of the indexes below `count`, each ascending. */
function* combinations(count: number, taken: number, from = 0): Generator<readonly number[]> {
  if (taken === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= count - taken; first += 1)
    for (const rest of combinations(count, taken - 1, first + 1)) yield [first, ...rest];
}

function choose(count: number, taken: number): number {
  let ways = 1;
  for (let k = 1; k <= taken; k += 1) ways = (ways * (count - taken + k)) / k;
  return Math.round(ways);
}
