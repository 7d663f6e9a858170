import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NoiseFloor, noiseFloor, noiseFloorOf } from './noise-floor.js';
import { median } from './order-statistics.js';
import { normalDraws, seededRandom } from './seeded-random.js';

describe('noise floor', () => {
  it('is the greatest difference of the three ways to halve four runs', () => {
    // 99+100 | 101+104, 99+101 | 100+104, 99+104 | 100+101: 3, 2 and 1 apart around 100.5.
    const floor = noiseFloor([99, 104, 100, 101])!;
    assert.deepEqual([floor.half, floor.splits], [2, 3]);
    assert.ok(Math.abs(floor.share - 3 / 100.5) < 1e-12);
    // Four runs against four are less noisy than two against two.
    assert.ok(Math.abs(noiseFloorOf(floor, 4, 4) - floor.share / Math.SQRT2) < 1e-12);
  });

  it('lets an odd run sit out in turn, and draws where there are too many ways', () => {
    assert.equal(noiseFloor([1, 2, 3, 4, 5])!.splits, 15);
    assert.equal(noiseFloor([1, 2, 3, 4, 5, 6])!.splits, 10);
    const many = Array.from({ length: 20 }, (_, at) => 100 + at);
    assert.equal(noiseFloor(many)!.splits, 4_000);
    assert.deepEqual(noiseFloor(many), noiseFloor(many));
  });

  it('covers most of the differences between arms that do not differ', () => {
    const draw = normalDraws(seededRandom(3));
    const worse = (first: NoiseFloor, second: NoiseFloor) => (first.share > second.share ? first : second);
    const arm = (): number[] => Array.from({ length: 8 }, () => 100 + 3 * draw());
    let below = 0;
    for (let run = 0; run < 300; run += 1) {
      const [one, other] = [arm(), arm()];
      const floor = noiseFloorOf(worse(noiseFloor(one)!, noiseFloor(other)!), 8, 8);
      if (Math.abs(median(other)! / median(one)! - 1) <= floor) below += 1;
    }
    // 95 % but for what eight runs know of their own noise.
    assert.ok(below > 255, `${below} of 300`);
  });

  it('is nothing for constants, and unknown below four runs or around 0', () => {
    assert.equal(noiseFloor([5, 5, 5, 5])!.share, 0);
    assert.equal(noiseFloor([1, 2, 3]), null);
    assert.equal(noiseFloor([0, 0, 0, 0]), null);
  });
});
