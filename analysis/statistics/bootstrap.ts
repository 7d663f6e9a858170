import { InvalidNumbersError } from './invalid-numbers.js';
import { normalBelow, normalPoint } from './mann-whitney-normal.js';
import { mean, middleOf, sum } from './order-statistics.js';
import { seededRandom } from './seeded-random.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** Of the intervals, between 0 and 1. */
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
}

export const BOOTSTRAP_DEFAULTS: BootstrapOptions = { confidence: 0.95, resamples: 2_000, seed: 1 };

/** Bounds the work and the memory: one number is kept a resample. */
const RESAMPLES_MAX = 1_000_000;

/** Below so many items there are so few different resamples that an interval would only look like one. */
export const BOOTSTRAP_ITEMS_MIN = 5;

export interface Bootstrap {
  /** The statistic of the samples themselves. */
  readonly estimate: number;
  /** Between two quantiles of the resampled statistic. */
  readonly percentile: Interval;
  /** The same, corrected for bias and skew. Null when every resample lies on one side of the estimate. */
  readonly bca: Interval | null;
  /** z₀ of the correction: how far the estimate lies from the median of the resamples, in deviations. */
  readonly bias: number;
  readonly acceleration: number;
}

/**
 * Intervals of any statistic of independent samples: each is drawn anew from itself, with replacement, as often as asked for. Percentile and BCa intervals
 * after Efron (J. Amer. Statist. Assoc. 82, 1987; Efron and Tibshirani 1993, ch. 13–14); the acceleration of several samples from their jackknives
 * together, each weighted by its size. An item is a unit of replication: a run, never a request. With fewer than about ten items both
 * intervals are too narrow. Deterministic: the seed decides every draw. Null when a sample has fewer than two items.
 * @throws InvalidNumbersError when the statistic is no finite number, of the samples or of a resample.
 */
export function bootstrap<Item>(
  samples: readonly (readonly Item[])[],
  statistic: (samples: readonly (readonly Item[])[]) => number,
  options: Partial<BootstrapOptions> = {},
): Bootstrap | null {
  checkOptions(options);
  if (samples.length === 0 || samples.some(({ length }) => length < 2)) return null;
  const finite = (drawn: readonly (readonly Item[])[]): number => {
    const value = statistic(drawn);
    if (Number.isFinite(value)) return value;
    throw new InvalidNumbersError(`A bootstrapped statistic is a finite number, not ${value}`);
  };
  const source: Resampled = {
    estimate: finite(samples),
    draw: (random) =>
      finite(samples.map((sample) => sample.map(() => sample[Math.floor(random() * sample.length)]!))),
    without: () =>
      samples.map((sample, which) =>
        sample.map((_, out) =>
          finite(
            samples.map((other, at) => (at === which ? other.filter((__, index) => index !== out) : other)),
          ),
        ),
      ),
  };
  return intervals(source, options);
}

/** What the intervals are made of, whatever the statistic. */
interface Resampled {
  readonly estimate: number;
  readonly draw: (random: () => number) => number;
  /** The statistic without each item in turn, sample by sample. */
  readonly without: () => readonly (readonly number[])[];
}

function checkOptions(options: Partial<BootstrapOptions>): void {
  const { confidence, resamples } = { ...BOOTSTRAP_DEFAULTS, ...options };
  if (!(confidence > 0 && confidence < 1))
    throw new InvalidNumbersError(`A confidence lies between 0 and 1, and is not ${confidence}`);
  if (!(Number.isInteger(resamples) && resamples >= 10 && resamples <= RESAMPLES_MAX))
    throw new InvalidNumbersError(`There are 10 to ${RESAMPLES_MAX} resamples, not ${resamples}`);
}

function intervals({ estimate, draw, without }: Resampled, options: Partial<BootstrapOptions>): Bootstrap {
  const { confidence, resamples, seed } = { ...BOOTSTRAP_DEFAULTS, ...options };
  const random = seededRandom(seed);
  const drawn = Float64Array.from({ length: resamples }, () => draw(random)).sort();
  const acceleration = accelerationOf(without());
  const bias = normalShare(shareBelow(drawn, estimate));
  const tail = (1 - confidence) / 2;
  const percentile = { low: interpolated(drawn, tail), high: interpolated(drawn, 1 - tail) };
  const bca = Number.isFinite(bias) ? corrected(drawn, bias, acceleration, tail) : null;
  return { estimate, percentile, bca, bias, acceleration };
}

/** Bootstrap of the ratio of medians, contender / base, each arm resampled by itself. Null below two values, or for a base that touches 0. */
export function bootstrapMedianRatio(
  base: readonly number[],
  contender: readonly number[],
  options: Partial<BootstrapOptions> = {},
): Bootstrap | null {
  checkOptions(options);
  if (base.some((value) => value <= 0) || Math.min(base.length, contender.length) < 2) return null;
  const [from, to] = [ranked(base), ranked(contender)];
  const finite = (value: number): number => {
    if (Number.isFinite(value)) return value;
    throw new InvalidNumbersError(`A ratio of medians is a finite number, not ${value}`);
  };
  const [below, above] = [middleOf(from.ascending), middleOf(to.ascending)];
  const source: Resampled = {
    estimate: finite(above / below),
    draw: (random) => {
      const drawn = drawnMedian(from, random);
      return finite(drawnMedian(to, random) / drawn);
    },
    without: () => [
      mediansWithout(from).map((median) => finite(above / median)),
      mediansWithout(to).map((median) => finite(median / below)),
    ],
  };
  return intervals(source, options);
}

/** A sample sorted once for all of its resamples. */
interface RankedSample {
  readonly ascending: Float64Array;
  /** Where each value of the sample stands in `ascending`. */
  readonly ranks: Uint32Array;
  /** How often each rank was drawn, for the resample at hand. */
  readonly drawn: Uint32Array;
}

function ranked(values: readonly number[]): RankedSample {
  const order = values.map((_, index) => index).sort((one, other) => values[one]! - values[other]!);
  const ranks = new Uint32Array(values.length);
  for (const [rank, index] of order.entries()) ranks[index] = rank;
  const ascending = Float64Array.from(order, (index) => values[index]!);
  return { ascending, ranks, drawn: new Uint32Array(values.length) };
}

/** Median of a resample: how often each rank was drawn, counted up to the middle. Nothing is sorted. */
function drawnMedian({ ascending, ranks, drawn }: RankedSample, random: () => number): number {
  const count = ranks.length;
  drawn.fill(0);
  for (let draw = 0; draw < count; draw += 1) drawn[ranks[Math.floor(random() * count)]!]! += 1;
  const half = count >> 1;
  let rank = 0;
  let seen = drawn[0]!;
  const upTo = (wanted: number): number => {
    while (seen < wanted) {
      rank += 1;
      seen += drawn[rank]!;
    }
    return ascending[rank]!;
  };
  if (count % 2 === 1) return upTo(half + 1);
  const lower = upTo(half);
  return (lower + upTo(half + 1)) / 2;
}

/** The median of the sample without each of its values, in their order. */
function mediansWithout({ ascending, ranks }: RankedSample): number[] {
  const left = ascending.length - 1;
  const half = left >> 1;
  return Array.from(ranks, (out) => {
    const at = (place: number): number => ascending[place < out ? place : place + 1]!;
    return left % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  });
}

function corrected(drawn: Float64Array, bias: number, acceleration: number, tail: number): Interval | null {
  const share = (z: number): number => normalBelow(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const [low, high] = [share(normalPoint(tail)), share(normalPoint(1 - tail))];
  // Beyond its pole the correction turns its sign, and the ends with it: so few items carry no such interval.
  return low < high ? { low: interpolated(drawn, low), high: interpolated(drawn, high) } : null;
}

/** Resamples that equal the estimate count half: with few items there are many. */
function shareBelow(drawn: Float64Array, estimate: number): number {
  let twice = 0;
  for (const value of drawn) twice += value < estimate ? 2 : value === estimate ? 1 : 0;
  return twice / (2 * drawn.length);
}

function normalShare(share: number): number {
  if (share === 0) return Number.NEGATIVE_INFINITY;
  return share === 1 ? Number.POSITIVE_INFINITY : normalPoint(share);
}

/** Skew of the influence of each item, from leaving it out. 0 where no item has any. */
function accelerationOf(samples: readonly (readonly number[])[]): number {
  let cubes = 0;
  let squares = 0;
  for (const without of samples) {
    const count = without.length;
    const center = mean(without)!;
    const influence = without.map((value) => (count - 1) * (center - value));
    cubes += sum(influence.map((value) => value ** 3)) / count ** 3;
    squares += sum(influence.map((value) => value ** 2)) / count ** 2;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Quantile of ascending values, between two of them in proportion. */
function interpolated(ascending: Float64Array, share: number): number {
  const at = share * (ascending.length - 1);
  const below = Math.floor(at);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (at - below) * (high - low);
}
