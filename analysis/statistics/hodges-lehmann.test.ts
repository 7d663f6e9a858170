import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../testing/random.js';
import { differencesCut, hodgesLehmann } from './hodges-lehmann.js';
import { mannWhitney } from './mann-whitney.js';

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Whole numbers in a row. */
const apart = (count: number, from: number): number[] => Array.from({ length: count }, (_, at) => from + at);

/** Hollander and Wolfe (1973), p. 69: permeability of membranes at term and between the 12th and 26th week. */
const TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLY = [1.15, 0.88, 0.9, 0.74, 1.21];

describe('Hodges-Lehmann', () => {
  it('gives the published shift and interval of the permeability of membranes', () => {
    const { shift, interval } = hodgesLehmann(EARLY, TERM)!;
    close(shift, 0.305, 1e-9);
    close(interval!.low, -0.15, 1e-9);
    close(interval!.high, 0.76, 1e-9);
  });

  it('has no interval where no test could reject, and none at all for an empty sample', () => {
    assert.deepEqual(hodgesLehmann([1, 2, 3], [4, 5, 6]), { shift: 3, interval: null });
    assert.notEqual(hodgesLehmann([1, 2, 3, 4], [5, 6, 7, 8])!.interval, null);
    assert.equal(hodgesLehmann([], [1]), null);
  });

  it('has one where the test just reaches the level, which rounding must not take away', () => {
    // 1 - 0.1 and back is a little less than 0.1, which is the p of samples that do not overlap.
    const { interval } = hodgesLehmann([1, 2, 3], [4, 5, 6], 1 - 0.1)!;
    assert.deepEqual(interval, { low: 1, high: 5 });
    assert.equal(mannWhitney([1, 2, 3], [4, 5, 6])!.p, 0.1);
    assert.equal(hodgesLehmann([1, 2, 3], [4, 5, 6], 1 - 0.0999)!.interval, null);
    assert.deepEqual(hodgesLehmann([1, 2], apart(30, 101), 1 - 2 / 496)!.interval, { low: 99, high: 129 });
    assert.equal(hodgesLehmann([1, 2], apart(30, 101), 1 - 1.999 / 496)!.interval, null);
  });

  it('is what all differences in a row say, without writing them down', () => {
    const value = fc.oneof(
      fc.integer({ min: -5, max: 5 }),
      fc.double({ min: -1e308, max: 1e308, noNaN: true }),
      fc.double({ min: -1e-320, max: 1e-320, noNaN: true }),
    );
    const sample = fc.array(value, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const all = second.flatMap((later) => first.map((earlier) => later - earlier)).sort((a, b) => a - b);
        const middle = all.length >> 1;
        const { shift, interval } = hodgesLehmann(first, second, 0.9)!;
        assert.ok(shift === (all.length % 2 === 1 ? all[middle]! : (all[middle - 1]! + all[middle]!) / 2));
        const cut = differencesCut(first.length, second.length, 0.05);
        if (cut === 0) assert.equal(interval, null);
        else assert.ok(interval!.low === all[cut - 1]! && interval!.high === all[all.length - cut]!);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps a shift out of the interval exactly when the test rejects it', () => {
    const random = seededRandom(3);
    for (let run = 0; run < 200; run += 1) {
      const first = Array.from({ length: 4 + (run % 5) }, random);
      const second = Array.from({ length: 4 + (run % 4) }, () => random() + 0.5);
      const { interval } = hodgesLehmann(first, second)!;
      const rejects = mannWhitney(first, second)!.p <= 0.05;
      assert.equal(interval!.low > 0 || interval!.high < 0, rejects);
    }
  });

  it('meets the exact interval where the approximation takes over', () => {
    const random = seededRandom(9);
    const first = Array.from({ length: 25 }, random);
    const second = Array.from({ length: 25 }, () => random() + 0.3);
    const exact = hodgesLehmann(first, second)!.interval!;
    const normal = hodgesLehmann([...first, 0.5], [...second, 0.8])!.interval!;
    close(normal.low, exact.low, 0.05);
    close(normal.high, exact.high, 0.05);
  });
});
