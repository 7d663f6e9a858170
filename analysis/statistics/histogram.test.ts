import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { madeUpHistogram } from '../testing/made-up-parts.js';
import {
  EMPTY_HISTOGRAM,
  histogramMean,
  histogramQuantile,
  isQuantileSupported,
  mergeHistograms,
} from './histogram.js';

describe('histogram of the schema', () => {
  it('has no mean and no quantile when empty', () => {
    assert.equal(histogramMean(EMPTY_HISTOGRAM), null);
    assert.equal(histogramQuantile(EMPTY_HISTOGRAM, 0.5), null);
    assert.deepEqual(mergeHistograms([]), EMPTY_HISTOGRAM);
  });

  it('gives exact values below 64 and the middle of the bucket above', () => {
    const histogram = {
      count: 4,
      sum: 10 + 20 + 30 + 6400,
      buckets: [
        [10, 1],
        [20, 1],
        [30, 1],
        [6400, 1],
      ] as [number, number][],
    };
    assert.equal(histogramMean(histogram), 6460 / 4);
    assert.equal(histogramQuantile(histogram, 0.5), 20);
    assert.equal(histogramQuantile(histogram, 0.75), 30);
    assert.equal(histogramQuantile(histogram, 1), 6400 * (1 + 1 / 64));
  });

  it('merges as if all values had gone into one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 5 }), (seeds) => {
        const parts = seeds.map((seed) => madeUpHistogram(seed, 5000, 50));
        const merged = mergeHistograms(parts);
        assert.equal(merged.count, 50 * seeds.length);
        assert.equal(
          merged.sum,
          parts.reduce((total, part) => total + part.sum, 0),
        );
        assert.equal(
          merged.buckets.reduce((total, bucket) => total + bucket[1], 0),
          merged.count,
        );
        assert.deepEqual(
          merged.buckets.map((bucket) => bucket[0]),
          [...merged.buckets.map((bucket) => bucket[0])].sort((a, b) => a - b),
        );
        assert.deepEqual(mergeHistograms([...parts].reverse()), merged);
      }),
      { numRuns: 30 },
    );
  });

  it('supports a quantile from ten values above it on', () => {
    assert.equal(isQuantileSupported(1000, 0.99), true);
    assert.equal(isQuantileSupported(999, 0.99), false);
    assert.equal(isQuantileSupported(100, 0.9), true);
    assert.equal(isQuantileSupported(10_000, 0.999), true);
    assert.equal(isQuantileSupported(9_999, 0.999), false);
  });
});
