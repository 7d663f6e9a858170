import { InvalidNumbersError } from './invalid-numbers.js';
import { normalBelow, normalPoint } from './mann-whitney-normal.js';
import { mean, median, sum } from './order-statistics.js';
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
  const { confidence, resamples, seed } = { ...BOOTSTRAP_DEFAULTS, ...options };
  if (!(confidence > 0 && confidence < 1))
    throw new InvalidNumbersError(`A confidence lies between 0 and 1, and is not ${confidence}`);
  if (!(Number.isInteger(resamples) && resamples >= 10 && resamples <= RESAMPLES_MAX))
    throw new InvalidNumbersError(`There are 10 to ${RESAMPLES_MAX} resamples, not ${resamples}`);
  if (samples.length === 0 || samples.some(({ length }) => length < 2)) return null;
  const finite = (drawn: readonly (readonly Item[])[]): number => {
    const value = statistic(drawn);
    if (Number.isFinite(value)) return value;
    throw new InvalidNumbersError(`A bootstrapped statistic is a finite number, not ${value}`);
  };
  const estimate = finite(samples);
  const random = seededRandom(seed);
  const drawn = Float64Array.from({ length: resamples }, () =>
    finite(samples.map((sample) => sample.map(() => sample[Math.floor(random() * sample.length)]!))),
  ).sort();
  const acceleration = accelerationOf(samples, finite);
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
  if (base.some((value) => value <= 0)) return null;
  return bootstrap([base, contender], ([from, to]) => median(to!)! / median(from!)!, options);
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
function accelerationOf<Item>(
  samples: readonly (readonly Item[])[],
  statistic: (samples: readonly (readonly Item[])[]) => number,
): number {
  let cubes = 0;
  let squares = 0;
  samples.forEach((sample, which) => {
    if (sample.length < 2) return;
    const without = sample.map((_, out) =>
      statistic(samples.map((other, at) => (at === which ? other.filter((__, i) => i !== out) : other))),
    );
    const center = mean(without)!;
    const influence = without.map((value) => (sample.length - 1) * (center - value));
    cubes += sum(influence.map((value) => value ** 3)) / sample.length ** 3;
    squares += sum(influence.map((value) => value ** 2)) / sample.length ** 2;
  });
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
