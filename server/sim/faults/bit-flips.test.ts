import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { World } from '../contracts.js';
import { runSeed } from '../run-seed.js';
import { badDay } from '../testing/bad-day.js';

describe('bit flips', () => {
  it('are found at the start or do no harm, one node at a time, and who is broken is replaced under a new id', async () => {
    let flips = 0;
    const broken = new Set<number>();
    const check = ({ nodes }: World): void => {
      const waiting = nodes.filter(({ isBroken }) => isBroken).map(({ id }) => id);
      for (const id of waiting) broken.add(id);
    };
    for (let seed = 20; seed < 23; seed++) {
      broken.clear();
      const { counts } = await runSeed(
        {
          seed,
          ticks: 2_500,
          adjust: (plan) => {
            const { disk, faults, ...rest } = badDay(plan);
            return {
              ...rest,
              disk: { ...disk, bitFlip: 1, syncError: 0, full: 0 },
              faults: { ...faults, allAtOnce: 0, memberChange: 0 },
            };
          },
        },
        { invariants: [{ name: 'who is broken', source: 'this test', check }] },
      );
      flips += counts['bit flips'] ?? 0;
      assert.equal(counts['damage found'] ?? 0, broken.size, `seed ${seed}`);
      assert.equal(counts['broken nodes replaced'] ?? 0, broken.size, `seed ${seed}`);
    }
    assert.ok(flips >= 3, `${flips} bits flipped`);
  });
});
