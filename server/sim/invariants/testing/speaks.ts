import assert from 'node:assert/strict';
import { Violation } from '../../violation.js';
import type { MadeUpWorld } from './made-up-world.js';

/** The invariant of this name, and no other, says so at the end of the tick. */
export function speaks(world: MadeUpWorld, name: string, says: RegExp): void {
  assert.throws(
    () => world.tick(),
    (error) => {
      assert.ok(error instanceof Violation, `another error: ${error}`);
      assert.equal(error.check, name);
      assert.match(error.message, says);
      return true;
    },
  );
}
