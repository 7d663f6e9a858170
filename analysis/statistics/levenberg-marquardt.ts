import { solveLinear } from './linear-algebra.js';

/** A least-squares problem with bounds: the sum of the squares of `residuals` is made small. */
export interface LeastSquaresProblem {
  readonly start: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  residuals(parameters: readonly number[]): readonly number[];
  /** Derivatives of each residual by each parameter: one row a residual. */
  jacobian(parameters: readonly number[]): readonly (readonly number[])[];
}

export interface LeastSquaresFit {
  readonly parameters: readonly number[];
  readonly sumOfSquares: number;
}

const STEPS_MAX = 500;
const DAMPING_START = 1e-3;
const DAMPING_MAX = 1e12;
/** Relative fall of the sum below which a step changes nothing that could be seen. */
const TOLERANCE = 1e-15;

/**
 * Levenberg–Marquardt (Marquardt 1963, with his scaling by the diagonal, so that units do not matter) on a box: a step that leaves the
 * box ends at its wall, and a parameter that stands at a wall and is pushed outwards takes no part in the next step.
 */
export function levenbergMarquardt(problem: LeastSquaresProblem): LeastSquaresFit {
  const { lower, upper } = problem;
  let parameters = problem.start.map((value, index) => clamp(value, lower[index]!, upper[index]!));
  let residuals = problem.residuals(parameters);
  let sum = squares(residuals);
  let damping = DAMPING_START;
  for (let step = 0; step < STEPS_MAX && damping < DAMPING_MAX; step += 1) {
    const move = nextMove(problem, parameters, residuals, damping);
    if (move === null) break;
    const candidate = parameters.map((value, index) =>
      clamp(value + move[index]!, lower[index]!, upper[index]!),
    );
    const found = problem.residuals(candidate);
    const foundSum = squares(found);
    if (!(foundSum < sum)) {
      damping *= 10;
      continue;
    }
    const gain = sum - foundSum;
    parameters = candidate;
    residuals = found;
    sum = foundSum;
    damping = Math.max(1e-15, damping / 10);
    if (gain <= TOLERANCE * sum) break;
  }
  return { parameters, sumOfSquares: sum };
}

function nextMove(
  problem: LeastSquaresProblem,
  parameters: readonly number[],
  residuals: readonly number[],
  damping: number,
): number[] | null {
  const rows = problem.jacobian(parameters);
  const gradient = parameters.map((_, column) => dot(rows, column, residuals));
  const free = parameters.flatMap((value, index) => {
    const atLower = value <= problem.lower[index]! && gradient[index]! > 0;
    const atUpper = value >= problem.upper[index]! && gradient[index]! < 0;
    const isHeld = problem.lower[index] === problem.upper[index];
    return isHeld || atLower || atUpper ? [] : [index];
  });
  if (free.length === 0) return null;
  const matrix = free.map((i) =>
    free.map((j) => {
      let total = 0;
      for (const row of rows) total += row[i]! * row[j]!;
      return i === j ? total * (1 + damping) + Number.MIN_VALUE : total;
    }),
  );
  const solved = solveLinear(
    matrix,
    free.map((index) => -gradient[index]!),
  );
  if (solved === null) return null;
  const move = parameters.map(() => 0);
  free.forEach((index, at) => {
    move[index] = solved[at]!;
  });
  return move;
}

function dot(rows: readonly (readonly number[])[], column: number, values: readonly number[]): number {
  let total = 0;
  rows.forEach((row, index) => {
    total += row[column]! * values[index]!;
  });
  return total;
}

function squares(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value * value;
  return total;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
