import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from './random.js';
import { Zipf } from './zipf.js';

/** Chi-square of `draws` ranks against the exact probabilities, the tail pooled so that each cell expects at least 20. */
function chiSquare(count: number, theta: number, draws: number): { value: number; cells: number } {
  const weights = Array.from({ length: count }, (_, index) => (index + 1) ** -theta);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const observed = new Float64Array(count);
  const zipf = new Zipf(count, theta);
  const random = new Random(11);
  for (let draw = 0; draw < draws; draw++) observed[zipf.next(random) - 1]!++;
  let value = 0;
  let cells = 0;
  let pooledExpected = 0;
  let pooledObserved = 0;
  for (let index = 0; index < count; index++) {
    pooledExpected += (weights[index]! / total) * draws;
    pooledObserved += observed[index]!;
    if (pooledExpected < 20 && index < count - 1) continue;
    value += (pooledObserved - pooledExpected) ** 2 / pooledExpected;
    cells++;
    pooledExpected = 0;
    pooledObserved = 0;
  }
  return { value, cells };
}

for (const theta of [0.2, 0.5, 0.99, 1, 1.2, 2.5]) {
  test(`zipf:${theta} realises exactly the skew that was asked for`, () => {
    const { value, cells } = chiSquare(500, theta, 100_000);
    // Five standard deviations of a chi-square distribution above its mean.
    assert.ok(value < cells + 5 * Math.sqrt(2 * cells), `chi-square ${value} over ${cells} cells`);
  });
}

test('ranks stay within 1 to count for any exponent and count', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50_000_000 }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      fc.nat(),
      (count, theta, seed) => {
        const zipf = new Zipf(count, theta);
        const random = new Random(seed);
        for (let draw = 0; draw < 50; draw++) {
          const rank = zipf.next(random);
          assert.ok(Number.isInteger(rank) && rank >= 1 && rank <= count, `rank ${rank} of ${count}`);
        }
      },
    ),
  );
});
