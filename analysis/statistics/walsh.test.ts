import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from './seeded-random.js';
import { walshInterval } from './walsh.js';

describe('Hodges–Lehmann for one sample', () => {
  it('agrees with all averages counted by hand', () => {
    const values = Array.from({ length: 16 }, (_, at) => at + 1);
    const found = walshInterval(values)!;
    assert.equal(found.median, 8.5);
    // 136 averages; 1.96 √(16·17·33 / 24) = 37.9, so the 30th from either end bounds it, as R's wilcox.test has it.
    assert.deepEqual([found.low, found.high], [5.5, 11.5]);
  });

  it('is moved little by an outlier', () => {
    const values = Array.from({ length: 40 }, (_, at) => (at - 19.5) / 10);
    const found = walshInterval([...values, 1e6])!;
    assert.ok(Math.abs(found.median) < 0.1 && found.high < 1);
  });

  it('covers the centre of a symmetric distribution about as often as it says', () => {
    const random = seededRandom(7);
    let covered = 0;
    for (let round = 0; round < 400; round++) {
      const sample = Array.from({ length: 30 }, () => 5 + random() + random() - random() - random());
      const { low, high } = walshInterval(sample)!;
      if (low <= 5 && high >= 5) covered += 1;
    }
    assert.ok(covered >= 365 && covered <= 395, `${covered} of 400`);
  });

  it('has none of too few values, nor of too many', () => {
    assert.equal(walshInterval([1, 2, 3]), null);
    assert.equal(walshInterval(Array.from({ length: 2_001 }, () => 1)), null);
  });
});
