import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparisonOf, comparisonText } from './sample-comparison.js';

const row = (count: number, from: number): number[] => Array.from({ length: count }, (_, at) => from + at);

describe('comparisonOf', () => {
  it('has an interval of the ratio from five values on each side', () => {
    const enough = comparisonOf(row(5, 100), row(5, 110), 0.05);
    assert.ok(enough.ratio!.bca !== null && enough.ratio!.percentile !== null);
    assert.deepEqual(enough.leftOut, []);
    const few = comparisonOf(row(4, 100), row(5, 110), 0.05);
    assert.deepEqual([few.ratio!.bca, few.ratio!.percentile], [null, null]);
    assert.equal(few.ratio!.estimate, 112 / 101.5);
    assert.match(few.leftOut.join(), /no interval below 5 values/);
    assert.match(comparisonText(few), /^ratio 1\.10345$/m);
    assert.equal(comparisonOf([0, 1, 2], [1, 2, 3], 0.05).ratio, null);
  });

  it('draws no sample anew that has more than 2,000 values', () => {
    const most = comparisonOf(row(2_000, 1), row(2_000, 300), 0.05);
    assert.ok(most.ratio !== null && most.noise !== null);
    const more = comparisonOf(row(2_000, 1), row(2_001, 300), 0.05);
    assert.deepEqual([more.ratio, more.noise], [null, null]);
    assert.ok(more.detectableShift! > 0 && more.shift.interval !== null && more.delta !== null);
    assert.match(comparisonText(more), /\nWith more than 2000 values in a sample there is no bootstrap/);
  });

  it('says how large a change is that cannot be told, with two digits below 1 %', () => {
    const text = (base: readonly number[], contender: readonly number[]): string =>
      comparisonText(comparisonOf(base, contender, 0.05));
    assert.match(
      text([100, 101, 102], [101, 102, 103.02]),
      /^~ {2}\(\+0\.99 %, p=0\.\d{4}, exact Mann-Whitney\)$/m,
    );
    assert.match(text([100, 101, 102], [101, 102.01, 103]), /^~ {2}\(\+1\.0 %, /m);
    assert.match(text([100, 101, 102], [99, 100.9, 103]), /^~ {2}\(-0\.10 %, /m);
    assert.match(text([0, 0, 0], [1, 2, 3]), /^~ {2}\(from 0, /m);
  });

  it('finds no shift where nothing varies', () => {
    const constant = comparisonOf([5, 5, 5, 5, 5], [6, 6, 6, 6, 6], 0.05);
    assert.equal(constant.detectableShift, null);
    assert.doesNotMatch(comparisonText(constant), /would be found/);
    assert.match(comparisonText(comparisonOf(row(5, 1), row(5, 2), 0.05)), /would be found/);
  });
});
