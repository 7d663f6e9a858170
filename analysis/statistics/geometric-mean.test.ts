import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { geometricMean, geometricMeanInterval } from './geometric-mean.js';

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe('geometric mean', () => {
  it('agrees with values worked out by hand, and with SciPy', () => {
    near(geometricMean([2, 8])!, 4, 1e-12);
    near(geometricMean([0.5, 2])!, 1, 1e-12);
    // scipy.stats.gmean, and scipy.stats.t.interval on the logarithms.
    near(geometricMean([0.9, 1.1, 1.05, 0.95, 1.2])!, 1.0345366218871734, 1e-12);
    const interval = geometricMeanInterval([0.9, 1.1, 1.05, 0.95, 1.2])!;
    near(interval.low, 0.89715073, 1e-7);
    near(interval.high, 1.19296122, 1e-7);
  });

  it('turns over with its values: that of the inverses is the inverse', () => {
    const ratios = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(ratios, (values) => {
        const there = geometricMean(values)!;
        near(geometricMean(values.map((value) => 1 / value))! * there, 1, 1e-9);
      }),
    );
  });

  it('has none of nothing, no interval of one value, and takes no 0', () => {
    assert.equal(geometricMean([]), null);
    assert.equal(geometricMeanInterval([2]), null);
    assert.throws(() => geometricMean([1, 0]), /above 0, not 0/);
  });
});
