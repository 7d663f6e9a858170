import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from './random.js';

test('the same seed and stream give the same values, another stream others', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.nat(100_000), (seed, stream) => {
      const values = (random: Random) => Array.from({ length: 8 }, () => random.nextUint32());
      assert.deepEqual(values(new Random(seed, stream)), values(new Random(seed, stream)));
      assert.notDeepEqual(values(new Random(seed, stream)), values(new Random(seed, stream + 1)));
    }),
  );
});

test('values below a bound fill all cells evenly', () => {
  const cells = 64;
  const draws = 64_000;
  const counts = new Array<number>(cells).fill(0);
  const random = new Random(7);
  for (let draw = 0; draw < draws; draw++) counts[random.nextBelow(cells)]!++;
  const expected = draws / cells;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 63 degrees of freedom: mean 63, and 130 is beyond one in a million.
  assert.ok(chiSquare < 130, `chi-square is ${chiSquare}`);
});

test('neighbouring seeds are not correlated', () => {
  let agreeingBits = 0;
  const pairs = 2_000;
  for (let seed = 0; seed < pairs; seed++) {
    let difference = new Random(seed).nextUint32() ^ new Random(seed + 1).nextUint32();
    for (let bit = 0; bit < 32; bit++, difference >>>= 1) if ((difference & 1) === 0) agreeingBits++;
  }
  // Half of 64000 coin throws, six standard deviations to each side.
  assert.ok(Math.abs(agreeingBits - pairs * 16) < 6 * Math.sqrt(pairs * 8), `${agreeingBits} bits agree`);
});

test('exponential values have mean 1 and variance 1', () => {
  const random = new Random(3);
  const draws = 100_000;
  let sum = 0;
  let squares = 0;
  for (let draw = 0; draw < draws; draw++) {
    const value = random.nextExponential();
    assert.ok(value >= 0 && Number.isFinite(value));
    sum += value;
    squares += value * value;
  }
  const mean = sum / draws;
  assert.ok(Math.abs(mean - 1) < 0.02, `mean ${mean}`);
  assert.ok(Math.abs(squares / draws - mean * mean - 1) < 0.06, `variance ${squares / draws - mean * mean}`);
});
