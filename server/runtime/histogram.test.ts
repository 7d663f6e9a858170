import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bucketOf, LogLinearHistogram, lowerBoundOf } from './histogram.js';
import { MetricsRegistry } from './metrics-registry.js';

describe('log-linear histogram', () => {
  it('puts every value into a bucket that begins at most 1/32 below it', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const lower = lowerBoundOf(bucketOf(value));
        assert.ok(lower <= value, `${lower} > ${value}`);
        assert.ok(
          value < 64 ? lower === value : value - lower <= value / 32,
          `${value} in bucket of ${lower}`,
        );
      }),
    );
  });

  it('has ascending bounds, and each bound falls into its own bucket', () => {
    for (let bucket = 1; bucket < 1500; bucket++) {
      assert.ok(lowerBoundOf(bucket) > lowerBoundOf(bucket - 1));
      assert.equal(bucketOf(lowerBoundOf(bucket)), bucket);
    }
  });

  it('counts, sums, and takes a negative duration as none', () => {
    const histogram = new LogLinearHistogram('io_test_ns', 'test');
    for (const value of [5, 5.9, -3, 1000]) histogram.record(value);
    assert.equal(histogram.count, 4);
    assert.equal(histogram.sum, 1010);
    assert.deepEqual(histogram.buckets(), [
      [0, 1],
      [5, 2],
      [992, 1],
    ]);
  });
});

describe('metrics registry', () => {
  it('gives the same instrument for the same name and refuses a name without a layer', () => {
    const metrics = new MetricsRegistry();
    metrics.counter('io_test_total', 'test').add(2);
    metrics.counter('io_test_total', 'test').add(3);
    assert.deepEqual(
      [...metrics.counters()].map(({ name, value }) => [name, value]),
      [['io_test_total', 5]],
    );
    assert.throws(() => metrics.counter('test_total', 'test'), /does not start with a layer/);
  });
});
