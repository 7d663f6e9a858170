import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LatencyHistogram } from './latency-histogram.js';

const latencies = fc.array(fc.integer({ min: 0, max: 60_000_000_000 }), { minLength: 1, maxLength: 300 });

function filled(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

test('quantiles, extremes and mean are within a thousandth of the exact ones', () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const histogram = filled(values);
      const sorted = [...values].sort((a, b) => a - b);
      const near = (actualUs: number, expectedNs: number) =>
        assert.ok(
          Math.abs(actualUs * 1000 - expectedNs) <= expectedNs / 1000 + 1,
          `${actualUs} µs for ${expectedNs} ns`,
        );
      const { count, min, max, mean } = histogram.percentiles();
      assert.equal(count, values.length);
      near(min, sorted[0]!);
      near(max, sorted.at(-1)!);
      near(mean, values.reduce((sum, value) => sum + value, 0) / values.length);
      const median = histogram.quantileUs(0.5);
      if (median !== null) near(median, sorted[Math.ceil(values.length / 2) - 1]!);
      histogram.destroy();
    }),
    { numRuns: 60 },
  );
});

test('a percentile stands only when ten values lie beyond it', () => {
  const histogram = new LatencyHistogram();
  const known = () => {
    const { p50, p90, p95, p99, p999, p9999 } = histogram.percentiles();
    return [p50, p90, p95, p99, p999, p9999].map((value) => value !== null);
  };
  const at = (count: number) => {
    while (histogram.count < count) histogram.record(1_000);
    return known();
  };
  assert.deepEqual(at(19), [false, false, false, false, false, false]);
  assert.deepEqual(at(20), [true, false, false, false, false, false]);
  assert.deepEqual(at(100), [true, true, false, false, false, false]);
  assert.deepEqual(at(200), [true, true, true, false, false, false]);
  assert.deepEqual(at(999), [true, true, true, false, false, false]);
  assert.deepEqual(at(1_000), [true, true, true, true, false, false]);
  assert.deepEqual(at(10_000), [true, true, true, true, true, false]);
});

test('merging encoded parts is the same as recording everything in one', () => {
  fc.assert(
    fc.property(latencies, latencies, (first, second) => {
      const merged = new LatencyHistogram();
      for (const part of [first, second]) merged.addEncoded(filled(part).encode());
      // The encoding knows buckets, not the one largest value: the maximum is that of its bucket.
      const { max: mergedMax, ...mergedRest } = merged.percentiles();
      const { max, ...rest } = filled([...first, ...second]).percentiles();
      assert.deepEqual(mergedRest, rest);
      assert.ok(mergedMax >= max && mergedMax <= max * 1.001 + 0.001, `${mergedMax} for ${max}`);
    }),
    { numRuns: 30 },
  );
});

test('values above a latency are counted as the histogram knows them', () => {
  fc.assert(
    fc.property(latencies, fc.nat(100), (values, percent) => {
      const histogram = filled(values);
      const limit = values[Math.floor(((values.length - 1) * percent) / 100)]!;
      const surely = values.filter((value) => value > limit * 1.002 + 2).length;
      const perhaps = values.filter((value) => value > limit * 0.998 - 2).length;
      const counted = histogram.countAbove(limit);
      assert.ok(counted >= surely && counted <= perhaps, `${counted}, exact ${surely} to ${perhaps}`);
    }),
    { numRuns: 60 },
  );
});

test('what is no latency is refused instead of counted in silence', () => {
  const histogram = new LatencyHistogram();
  assert.throws(() => histogram.record(Number.NaN), /invariant/);
  assert.throws(() => histogram.record(-1), /invariant/);
  assert.equal(histogram.count, 0);
  histogram.record(Number.POSITIVE_INFINITY);
  histogram.record(0.9);
  assert.equal(histogram.percentiles().min, 0);
  assert.ok(histogram.percentiles().max >= 3.6e9);
});

test('a histogram used again holds nothing of before', () => {
  const histogram = filled([5, 10, 1_000_000]);
  histogram.reset();
  assert.deepEqual(histogram.percentiles(), new LatencyHistogram().percentiles());
  assert.equal(histogram.percentiles().count, 0);
});
