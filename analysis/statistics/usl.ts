/** Universal Scalability Law: X(N) = lambda * N / (1 + sigma * (N - 1) + kappa * N * (N - 1)). */
export interface UslFit {
  /** Throughput of one client alone, per second. */
  readonly lambda: number;
  /** Contention: the share that cannot run side by side. */
  readonly sigma: number;
  /** Coherency: the cost of every pair. */
  readonly kappa: number;
  /** Of the throughput, 1 = all of its variation explained. */
  readonly rSquared: number;
}

export interface LoadPoint {
  readonly clients: number;
  readonly throughputPerSecond: number;
}

/** Three parameters through fewer points than this fit anything. */
export const USL_POINTS_MIN = 6;

/**
 * N / X is linear in its three coefficients: a + b (N - 1) + c N (N - 1), with lambda = 1 / a, sigma = b / a, kappa = c / a. Fitted by
 * least squares of the relative error, so that the large levels do not drown the small ones. A coefficient that comes out negative has no
 * meaning and is held at zero. Null when the points do not determine the curve.
 */
export function fitUsl(points: readonly LoadPoint[]): UslFit | null {
  const usable = points.filter((point) => point.clients > 0 && point.throughputPerSecond > 0);
  if (new Set(usable.map((point) => point.clients)).size < USL_POINTS_MIN) return null;
  for (const columns of [[0, 1, 2], [0, 1], [0, 2], [0]] as const) {
    const solution = leastSquares(usable, columns);
    if (solution === null) continue;
    const [a, b, c] = solution;
    if (a > 0 && b >= 0 && c >= 0) {
      const fit = { lambda: 1 / a, sigma: b / a, kappa: c / a };
      return { ...fit, rSquared: explained(usable, fit) };
    }
  }
  return null;
}

export function uslThroughput(fit: Pick<UslFit, 'lambda' | 'sigma' | 'kappa'>, clients: number): number {
  return (fit.lambda * clients) / (1 + fit.sigma * (clients - 1) + fit.kappa * clients * (clients - 1));
}

/** Clients at which throughput peaks; null when it never falls (no coherency cost). */
export function uslPeak(fit: UslFit): number | null {
  return fit.kappa > 0 && fit.sigma < 1 ? Math.sqrt((1 - fit.sigma) / fit.kappa) : null;
}

function leastSquares(
  points: readonly LoadPoint[],
  columns: readonly number[],
): [number, number, number] | null {
  const size = columns.length;
  const matrix = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
  for (const { clients, throughputPerSecond } of points) {
    const target = clients / throughputPerSecond;
    const basis = [1, clients - 1, clients * (clients - 1)];
    // Divided by the target: the error becomes relative, and the right side one.
    const row = columns.map((column) => basis[column]! / target);
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j < size; j += 1) matrix[i]![j]! += row[i]! * row[j]!;
      matrix[i]![size]! += row[i]!;
    }
  }
  const solution = solve(matrix);
  if (solution === null) return null;
  const result: [number, number, number] = [0, 0, 0];
  columns.forEach((column, index) => {
    result[column] = solution[index]!;
  });
  return result;
}

/** Gauss with pivoting on an augmented matrix; null for a singular one. */
function solve(matrix: number[][]): number[] | null {
  const size = matrix.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    }
    const top = matrix[pivot]!;
    if (!(Math.abs(top[column]!) > Number.MIN_VALUE)) return null;
    matrix[pivot] = matrix[column]!;
    matrix[column] = top;
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const factor = matrix[row]![column]! / top[column]!;
      for (let k = column; k <= size; k += 1) matrix[row]![k]! -= factor * top[k]!;
    }
  }
  const solution = matrix.map((row, index) => row[size]! / row[index]!);
  return solution.every(Number.isFinite) ? solution : null;
}

function explained(points: readonly LoadPoint[], fit: Omit<UslFit, 'rSquared'>): number {
  const mean = points.reduce((sum, point) => sum + point.throughputPerSecond, 0) / points.length;
  let residual = 0;
  let total = 0;
  for (const point of points) {
    residual += (point.throughputPerSecond - uslThroughput(fit, point.clients)) ** 2;
    total += (point.throughputPerSecond - mean) ** 2;
  }
  return total === 0 ? 1 : 1 - residual / total;
}
