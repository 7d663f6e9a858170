/** Probability that a standard normal is above `z` (z >= 0): Marsaglia's series (J. Stat. Soft. 11(4), 2004), from 5 on Laplace's continued fraction. */
export function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z >= 5) {
    let fraction = z;
    for (let k = 60; k >= 1; k -= 1) fraction = z + k / fraction;
    return density / fraction;
  }
  let sum = z;
  let term = z;
  for (let odd = 3; Math.abs(term) > 1e-17 * sum; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 - density * sum;
}

/** The z that a standard normal exceeds with probability `tail` (0 < tail <= 0.5): 1.96 for 0.025. */
export function normalQuantile(tail: number): number {
  let low = 0;
  let high = 40;
  // Halves until the two are neighbours in floating point.
  for (let middle = 20; middle > low && middle < high; middle = (low + high) / 2) {
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return high;
}

/** Probability that a standard normal is below `z`, on either side of 0. */
export function normalBelow(z: number): number {
  return z < 0 ? normalTail(-z) : 1 - normalTail(z);
}

/** The z below which a standard normal lies with probability `share` (0 < share < 1). */
export function normalPoint(share: number): number {
  if (share === 0.5) return 0;
  return share < 0.5 ? -normalQuantile(share) : normalQuantile(1 - share);
}
