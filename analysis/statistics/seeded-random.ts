/**
 * A stream of numbers in [0, 1) that the seed alone decides: what is drawn by it is the same on every machine. Doty-Humphrey's sfc32 (PractRand), 128 bits of
 * state. For resampling, not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1];
  const next = (): number => {
    const drawn = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return (drawn >>> 0) / 2 ** 32;
  };
  // Seeds that differ in one bit begin alike; a dozen steps later nothing of it is left.
  for (let step = 0; step < 12; step += 1) next();
  return next;
}

/** Draws from a normal distribution with mean 0 and deviation 1 (Box and Muller, Ann. Math. Statist. 29, 1958). */
export function normalDraws(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
