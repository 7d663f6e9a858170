import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Percentiles } from '../results/schema/index.js';
import { exactPercentiles } from './percentiles.js';

/** 1, 2, …, count, in a shuffled order. */
function ramp(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, at) => ((at * 7919) % count) + 1);
}

describe('exactPercentiles', () => {
  it('takes the nearest rank', () => {
    assert.deepEqual(Percentiles.parse(exactPercentiles(ramp(1_000))), {
      count: 1_000,
      mean: 500.5,
      min: 1,
      p50: 500,
      p90: 900,
      p95: 950,
      p99: 990,
      p999: null,
      p9999: null,
      max: 1_000,
    });
  });
  it('gives no percentile with fewer than ten values beyond it', () => {
    assert.equal(exactPercentiles(ramp(100)).p90, 90);
    assert.equal(exactPercentiles(ramp(99)).p90, null);
    assert.equal(exactPercentiles(ramp(20)).p50, 10);
    assert.equal(exactPercentiles(ramp(19)).p50, null);
    assert.equal(exactPercentiles(ramp(100_000)).p9999, 99_990);
  });
  it('leaves its argument as it was and refuses nothing at all', () => {
    const values = Float64Array.of(3, 1, 2);
    exactPercentiles(values);
    assert.deepEqual([...values], [3, 1, 2]);
    assert.throws(() => exactPercentiles(new Float64Array()), RangeError);
  });
});
