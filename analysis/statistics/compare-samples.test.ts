import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../testing/random.js';
import { compareSamples } from './compare-samples.js';

const around = (seed: number, level: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => level * (0.97 + 0.06 * random()));
};

describe('compareSamples', () => {
  it('sees a change of a tenth through noise of a few per cent, and its size', () => {
    const found = compareSamples(around(1, 100, 10), around(2, 90, 10));
    assert.equal(found.verdict, 'changed');
    assert.ok(Math.abs(found.delta! + 0.1) < 0.02, `${found.delta}`);
    assert.ok(found.shift.interval!.high < 0);
    assert.equal(found.samplesNeeded, null);
  });

  it('says nothing of two samples of one distribution, in about as many cases as alpha allows', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const { verdict } = compareSamples(around(seed, 100, 8), around(seed + 1_000, 100, 8));
      if (verdict === 'changed') alarms += 1;
    }
    assert.ok(alarms <= 20, `${alarms} of 200 at 5 %`);
  });

  it('says how many values it would take where no difference could be seen', () => {
    const found = compareSamples([1, 2, 3], [101, 102, 103]);
    assert.equal(found.verdict, '~');
    assert.equal(found.samplesNeeded, 4);
    assert.equal(found.base.interval, null);
  });

  it('compares hundreds of thousands of values, by the normal approximation, in seconds', () => {
    // Every difference of two such samples is known: base 0 … n - 1 in any order, the contender 1,000 above.
    const count = 200_000;
    const base = Array.from({ length: count }, (_, at) => (at * 7_919) % count);
    const before = process.cpuUsage();
    const found = compareSamples(
      base,
      base.map((value) => value + 1_000),
    );
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 20e6, `${user + system} µs of CPU`);
    assert.equal(found.shift.shift, 1_000);
    assert.equal(found.delta, 1_000 / ((count - 1) / 2));
    assert.ok(found.shift.interval!.low > 500 && found.shift.interval!.high < 1_500);
    assert.ok(found.base.interval!.low < found.base.median && found.test.p < 1e-6);
    assert.deepEqual([found.test.method, found.verdict], ['normal', 'changed']);
    // Above 2,000 values the differences are not written down any more: the same as all of them in a row.
    const [one, other] = [around(5, 100, 2_100), around(6, 100, 2_100)];
    const all = Float64Array.from({ length: one.length * other.length });
    for (const [row, later] of other.entries())
      for (const [at, earlier] of one.entries()) all[row * one.length + at] = later - earlier;
    all.sort();
    assert.equal(compareSamples(one, other).shift.shift, (all[2_204_999]! + all[2_205_000]!) / 2);
  });

  it('answers the other way round when the samples change sides', () => {
    const values = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, values, (one, other) => {
        const there = compareSamples(one, other);
        const back = compareSamples(other, one);
        assert.equal(there.test.p, back.test.p);
        assert.ok(there.shift.shift === -back.shift.shift);
        assert.equal(there.verdict, back.verdict);
      }),
    );
  });

  it('refuses what is no sample, and has no share of a base of nothing', () => {
    assert.throws(() => compareSamples([], [1]), /at least one value/);
    const many = new Array<number>(1_000_001).fill(1);
    assert.throws(() => compareSamples([1], many), /at most 1000000 values, not 1000001/);
    assert.throws(() => compareSamples([1], [Number.POSITIVE_INFINITY]), /not Infinity/);
    assert.equal(compareSamples([0, 0], [1, 2]).delta, null);
  });
});
