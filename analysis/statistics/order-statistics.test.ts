import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { atMostTail, mean, median, medianInterval, quantileOf, sorted } from './order-statistics.js';

describe('median, mean and quantile', () => {
  it('give null for nothing', () => {
    assert.equal(median([]), null);
    assert.equal(mean([]), null);
    assert.equal(quantileOf([], 0.5), null);
    assert.equal(medianInterval([]), null);
  });

  it('agree with values worked out by hand', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(mean([1, 2, 6]), 3);
    assert.equal(quantileOf([10, 20, 30, 40], 0.5), 20);
    assert.equal(quantileOf([10, 20, 30, 40], 0.51), 30);
    assert.equal(quantileOf([10, 20, 30, 40], 1), 40);
    assert.equal(quantileOf([10, 20, 30, 40], 0), 10);
  });

  it('sort many values as few, on either side of where the way to sort changes', () => {
    for (const count of [63, 64, 65, 500]) {
      const values = Array.from({ length: count }, (_, at) => ((at * 7_919) % count) - count / 2);
      assert.deepEqual(
        sorted(values),
        Array.from({ length: count }, (_, at) => at - count / 2),
      );
    }
  });

  it('leave their input as it is, and lie within it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { minLength: 1 }),
        (values) => {
          const before = [...values];
          const middle = median(values)!;
          assert.deepEqual(values, before);
          assert.ok(middle >= Math.min(...values) && middle <= Math.max(...values));
        },
      ),
    );
  });
});

describe('medianInterval', () => {
  it('has no interval at 95 % below six values, and the extremes at six', () => {
    assert.equal(medianInterval([1, 2, 3, 4, 5]), null);
    const interval = medianInterval([6, 5, 4, 3, 2, 1])!;
    assert.deepEqual([interval.low, interval.high], [1, 6]);
    // 1 - 2 / 2^6
    assert.ok(Math.abs(interval.coverage - 0.96875) < 1e-12, `${interval.coverage}`);
  });

  it('has one at the very confidence that its extremes reach', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    // 2 / 2^10 and 2 · 11 / 2^10.
    assert.equal(medianInterval(values, 1 - 2 / 1024)!.low, 1);
    assert.equal(medianInterval(values, 1 - 22 / 1024)!.low, 2);
    assert.equal(medianInterval(values, 1 - 21.99 / 1024)!.low, 1);
    assert.equal(medianInterval(values, 1 - 1.99 / 1024), null);
    assert.ok(atMostTail(0.05, (1 - 0.9) / 2) && !atMostTail(0.05 + 1e-9, (1 - 0.9) / 2));
  });

  it('takes the ranks of the tables: 2 and 9 of ten, 6 and 15 of twenty', () => {
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    const ten = medianInterval(upTo(10))!;
    assert.deepEqual([ten.low, ten.high], [2, 9]);
    const twenty = medianInterval(upTo(20))!;
    assert.deepEqual([twenty.low, twenty.high], [6, 15]);
  });

  it('stays an interval where half to the power of n is no number any more', () => {
    const { low, high, coverage } = medianInterval(Array.from({ length: 2_000 }, (_, at) => at + 1))!;
    // n / 2 -+ 1.96 √n / 2 is 956.2 and 1,043.8; the ranks are counted from 1.
    assert.deepEqual([low, high], [956, 1045]);
    assert.ok(coverage >= 0.95 && coverage < 0.96, `${coverage}`);
  });
});
