import { studentQuantile } from '../distributions.js';
import { InvalidNumbersError } from '../invalid-numbers.js';
import { type LeastSquaresFit, levenbergMarquardt } from '../levenberg-marquardt.js';
import { inverseDiagonal } from '../linear-algebra.js';
import { type UslModel, uslThroughput } from './model.js';

export interface LoadPoint {
  readonly clients: number;
  /** Per second, or in any other unit: λ comes out in the same. */
  readonly throughput: number;
}

export interface UslEstimate {
  readonly value: number;
  /** From the curvature at the minimum; null at a bound, where there is none. */
  readonly standardError: number | null;
  /** Profile interval: every value from which the best fit of the other two is not significantly worse. */
  readonly low: number;
  readonly high: number;
}

export interface UslFit extends UslModel {
  readonly points: number;
  readonly confidence: number;
  readonly estimates: {
    readonly lambda: UslEstimate;
    readonly sigma: UslEstimate;
    readonly kappa: UslEstimate;
  };
  /** 1 − residual / total sum of squares; null where all throughputs are the same but for rounding, and there is nothing to explain. */
  readonly rSquared: number | null;
  /** √(sum of squares / (points − 3)), in the unit of the throughput. */
  readonly residualStandardError: number;
  /** Mean of |predicted − measured| / measured, each point predicted from all others; null where leaving one out leaves too few. */
  readonly leaveOneOutError: number | null;
}

/** Three parameters through fewer points than this fit anything. */
export const USL_POINTS_MIN = 6;
/** Each point is left out once, and the rest fitted anew: the work grows with the square. */
export const USL_POINTS_MAX = 500;

/** σ above 1 would mean less throughput with the second client; a negative κ, superlinear scaling: neither is this law. */
const LOWER = [Number.MIN_VALUE, 0, 0];
const UPPER = [Number.MAX_VALUE, 1, 1];
type Parameters = readonly [lambda: number, sigma: number, kappa: number];

/**
 * Fits the law to throughputs by unweighted least squares with λ > 0, 0 ≤ σ ≤ 1 and κ ≥ 0.
 * @throws InvalidNumbersError for points that are not positive, too many of them, or too few different client counts.
 */
export function fitUsl(points: readonly LoadPoint[], confidence = 0.95): UslFit {
  checkPoints(points);
  const best = fit(points);
  const [lambda, sigma, kappa] = best.parameters as Parameters;
  const degrees = points.length - 3;
  const errors = standardErrors(points, best);
  const estimate = (index: number): UslEstimate => ({
    value: best.parameters[index]!,
    standardError: errors === null || atBound(best.parameters[index]!, index) ? null : errors[index]!,
    ...profileInterval(points, best, index, studentQuantile(confidence, degrees)),
  });
  return {
    lambda,
    sigma,
    kappa,
    points: points.length,
    confidence,
    estimates: { lambda: estimate(0), sigma: estimate(1), kappa: estimate(2) },
    rSquared: rSquaredOf(points, best),
    residualStandardError: Math.sqrt(best.sumOfSquares / degrees),
    leaveOneOutError: leaveOneOut(points),
  };
}

function checkPoints(points: readonly LoadPoint[]): void {
  if (points.length > USL_POINTS_MAX)
    throw new InvalidNumbersError(
      `The law is fitted to at most ${USL_POINTS_MAX} points, not ${points.length}: one a level, such as the mean of what was measured there`,
    );
  for (const { clients, throughput } of points) {
    if (!(clients > 0 && Number.isFinite(clients) && throughput > 0 && Number.isFinite(throughput)))
      throw new InvalidNumbersError(
        `A point needs a positive number of clients and a positive throughput, not ${clients} and ${throughput}`,
      );
  }
  const different = new Set(points.map((point) => point.clients)).size;
  if (different < USL_POINTS_MIN)
    throw new InvalidNumbersError(
      `The law has three parameters: it takes at least ${USL_POINTS_MIN} different numbers of clients, and there are ${different}`,
    );
}

/** The best of several starts, some with parameters held (`NaN` is free): the surface has flat valleys. */
function fit(points: readonly LoadPoint[], held: readonly number[] = [NaN, NaN, NaN]): LeastSquaresFit {
  const perClient = Math.max(...points.map((point) => point.throughput / point.clients));
  const starts = [
    [perClient, 0.1, 0.01],
    [perClient, 0.01, 1e-4],
    [perClient, 0.5, 1e-6],
    [perClient * 1.5, 0.05, 0],
  ];
  const fits = starts.map((start) =>
    levenbergMarquardt({
      start: start.map((value, index) => (Number.isNaN(held[index]!) ? value : held[index]!)),
      lower: LOWER.map((value, index) => (Number.isNaN(held[index]!) ? value : held[index]!)),
      upper: UPPER.map((value, index) => (Number.isNaN(held[index]!) ? value : held[index]!)),
      residuals: (parameters) =>
        points.map((point) => predicted(parameters, point.clients) - point.throughput),
      jacobian: (parameters) =>
        points.map((point) =>
          derivatives(parameters, point.clients).map((value, index) =>
            Number.isNaN(held[index]!) ? value : 0,
          ),
        ),
    }),
  );
  return fits.reduce((best, other) => (other.sumOfSquares < best.sumOfSquares ? other : best));
}

function predicted([lambda, sigma, kappa]: readonly number[], clients: number): number {
  return uslThroughput({ lambda: lambda!, sigma: sigma!, kappa: kappa! }, clients);
}

function derivatives([lambda, sigma, kappa]: readonly number[], clients: number): number[] {
  const below = 1 + sigma! * (clients - 1) + kappa! * clients * (clients - 1);
  const byLambda = clients / below;
  const common = -(lambda! * clients * (clients - 1)) / (below * below);
  return [byLambda, common, common * clients];
}

/** √ of the diagonal of s²(JᵀJ)⁻¹; null where the points do not determine all three. */
function standardErrors(points: readonly LoadPoint[], best: LeastSquaresFit): number[] | null {
  const rows = points.map((point) => derivatives(best.parameters, point.clients));
  const matrix = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => rows.reduce((total, row) => total + row[i]! * row[j]!, 0)),
  );
  const diagonal = inverseDiagonal(matrix);
  const variance = best.sumOfSquares / (points.length - 3);
  return diagonal === null ? null : diagonal.map((value) => Math.sqrt(Math.max(0, value) * variance));
}

function atBound(value: number, index: number): boolean {
  return value <= LOWER[index]! || value >= UPPER[index]!;
}

/**
 * Bates and Watts, Nonlinear Regression Analysis (1988), §6.1: the value is in as long as the sum of squares with it held is at most
 * (1 + t² / (n − 3)) times the least one.
 */
function profileInterval(
  points: readonly LoadPoint[],
  best: LeastSquaresFit,
  index: number,
  t: number,
): { readonly low: number; readonly high: number } {
  // Points on the curve itself leave no sum to multiply; rounding alone must not make the interval jump.
  const limit = best.sumOfSquares * (1 + (t * t) / (points.length - 3)) + roundingOf(points);
  const value = best.parameters[index]!;
  const isIn = (candidate: number): boolean => {
    const held = [NaN, NaN, NaN];
    held[index] = candidate;
    return fit(points, held).sumOfSquares <= limit;
  };
  const floor = Math.max(LOWER[index]!, 0);
  const ceiling = UPPER[index]!;
  let far = value === 0 ? 1e-9 : value * 2;
  while (far < ceiling && isIn(far)) far *= 2;
  return {
    low: isIn(floor) ? floor : border(floor, value, isIn),
    high: far >= ceiling && isIn(ceiling) ? ceiling : border(Math.min(far, ceiling), value, isIn),
  };
}

/** Between a value outside and one inside, to six digits. */
function border(outside: number, inside: number, isIn: (value: number) => boolean): number {
  let out = outside;
  let within = inside;
  for (let step = 0; step < 40 && Math.abs(out - within) > 1e-6 * Math.abs(within); step += 1) {
    const middle = (out + within) / 2;
    if (isIn(middle)) within = middle;
    else out = middle;
  }
  return within;
}

function rSquaredOf(points: readonly LoadPoint[], { sumOfSquares }: LeastSquaresFit): number | null {
  const total = totalSquares(points);
  return total <= EQUAL_SHARE * rawSquares(points) ? null : 1 - sumOfSquares / total;
}

/** Throughputs that differ by less than about 10⁻¹² of themselves are equal. */
const EQUAL_SHARE = 1e-24;

/** What rounding alone may leave of a sum of squares: of the spread, and where there is none, of the throughputs themselves. */
function roundingOf(points: readonly LoadPoint[]): number {
  return Math.max(totalSquares(points) * 1e-18, rawSquares(points) * EQUAL_SHARE);
}

function totalSquares(points: readonly LoadPoint[]): number {
  const mean = points.reduce((sum, point) => sum + point.throughput, 0) / points.length;
  return points.reduce((sum, point) => sum + (point.throughput - mean) ** 2, 0);
}

function rawSquares(points: readonly LoadPoint[]): number {
  return points.reduce((sum, point) => sum + point.throughput ** 2, 0);
}

function leaveOneOut(points: readonly LoadPoint[]): number | null {
  const errors: number[] = [];
  for (const omitted of points) {
    const rest = points.filter((point) => point !== omitted);
    if (new Set(rest.map((point) => point.clients)).size < 4) return null;
    const { parameters } = fit(rest);
    errors.push(Math.abs(predicted(parameters, omitted.clients) - omitted.throughput) / omitted.throughput);
  }
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
