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
    assert.throws(() => compareSamples([1], [Number.POSITIVE_INFINITY]), /not Infinity/);
    assert.equal(compareSamples([0, 0], [1, 2]).delta, null);
  });
});
