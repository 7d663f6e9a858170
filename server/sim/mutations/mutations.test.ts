import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HUNT_SEEDS_MAX, hunt, runWithout } from './hunt.js';
import { SIM_MUTATIONS } from './index.js';

/** The simulator proves something as far as it finds what is known to be wrong, by the check that should, and nothing where nothing is wrong. */
describe('the simulator finds what others once had', () => {
  for (const mutation of SIM_MUTATIONS) {
    const { number, name, foundBy } = mutation;
    it(`${number} ${name}`, async (context) => {
      const found = await hunt(mutation);
      assert.ok(found, `not found in ${HUNT_SEEDS_MAX} seeds`);
      assert.ok(
        foundBy.includes(found.check),
        `found for another reason, by ${found.check}: ${found.message}`,
      );
      context.diagnostic(`seed ${found.seeds}, tick ${found.tick}: ${found.check}`);
      await runWithout(mutation, found.seeds);
    });
  }
});
