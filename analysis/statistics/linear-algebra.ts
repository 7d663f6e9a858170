/** Solves a small dense system by Gauss's elimination with row pivoting; null for a singular one. The input stays as it is. */
export function solveLinear(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): number[] | null {
  const size = right.length;
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    const top = rows[pivot]!;
    if (!(Math.abs(top[column]!) > Number.MIN_VALUE)) return null;
    rows[pivot] = rows[column]!;
    rows[column] = top;
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const factor = rows[row]![column]! / top[column]!;
      for (let at = column; at <= size; at += 1) rows[row]![at]! -= factor * top[at]!;
    }
  }
  const solution = rows.map((row, index) => row[size]! / row[index]!);
  return solution.every(Number.isFinite) ? solution : null;
}

/** Diagonal of the inverse of a symmetric matrix; null for a singular one. */
export function inverseDiagonal(matrix: readonly (readonly number[])[]): number[] | null {
  const diagonal: number[] = [];
  for (let index = 0; index < matrix.length; index += 1) {
    const unit = matrix.map((_, row) => (row === index ? 1 : 0));
    const column = solveLinear(matrix, unit);
    if (column === null) return null;
    diagonal.push(column[index]!);
  }
  return diagonal;
}
