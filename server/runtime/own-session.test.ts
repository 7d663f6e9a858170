import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import { OwnSession } from './own-session.js';

describe('a session of a node', () => {
  it('numbers its writes and knows up to which all are settled, in whatever order they are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 400 }), (picks) => {
        const session = new OwnSession(7);
        const open: number[] = [];
        let last = 0;
        for (const pick of picks) {
          if (pick < 20 || open.length === 0) {
            assert.equal(session.take(), ++last);
            open.push(last);
          } else session.settle(open.splice(pick % open.length, 1)[0]!);
          assert.equal(session.settledTo, open.length === 0 ? last : Math.min(...open) - 1);
        }
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('goes on for long without growing, also while one is open for long', () => {
    const session = new OwnSession(7);
    for (let round = 0; round < 3; round++) {
      const stuck = session.take();
      for (let count = 0; count < 5_000; count++) session.settle(session.take());
      assert.equal(session.settledTo, stuck - 1);
      session.settle(stuck);
      assert.equal(session.settledTo, stuck + 5_000);
      for (let count = 0; count < 3_000; count++) {
        const next = session.take();
        session.take();
        session.settle(next);
        session.settle(next + 1);
      }
    }
  });

  it('crashes when a number is settled twice or was never taken', () => {
    const session = new OwnSession(7);
    assert.throws(() => session.settle(1), InvariantError);
    session.settle(session.take());
    assert.throws(() => session.settle(1), InvariantError);
  });
});
