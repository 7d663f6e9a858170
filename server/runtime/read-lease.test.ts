import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReadLease } from './read-lease.js';

const MS = 1e6;
/** An election time-out of 400 ms and ticks of 20 ms: a margin of 80 ms. */
const lease = (): ReadLease => new ReadLease(400, 20);

describe('read lease', () => {
  it('lasts from the start of a confirmed round for an election time-out less the margin', () => {
    const own = lease();
    assert.equal(own.isValid(1, 0), false, 'none before the first round');
    own.grant(1, 1_000 * MS);
    assert.equal(own.isValid(1, 1_319.9 * MS), true);
    assert.equal(own.isValid(1, 1_320 * MS), false);
    assert.equal(own.isValid(2, 1_100 * MS), false, 'of this term only');
    assert.equal(own.isValid(1, 999 * MS), false, 'a clock that went back is not believed');
  });

  it('is not shortened by the answer to an earlier round', () => {
    const own = lease();
    own.grant(1, 1_000 * MS);
    own.grant(1, 900 * MS);
    assert.equal(own.isValid(1, 1_319 * MS), true);
  });

  it('A2.12 ends when the loop was held up for half the margin, and rounds under way do not bring it back', () => {
    const own = lease();
    own.grant(1, 1_000 * MS);
    own.noteLateness(40 * MS, 1_100 * MS);
    assert.equal(own.isValid(1, 1_100 * MS), true, 'a little late is not stalled');
    own.noteLateness(40.1 * MS, 1_100 * MS);
    assert.equal(own.isValid(1, 1_100 * MS), false);
    own.grant(1, 1_099 * MS);
    assert.equal(own.isValid(1, 1_100 * MS), false, 'that round began before the stall');
    own.grant(1, 1_101 * MS);
    assert.equal(own.isValid(1, 1_102 * MS), true);
  });

  it('wants a renewal when it is used and half over', () => {
    const own = lease();
    own.grant(1, 1_000 * MS);
    assert.equal(own.wantsRenewal(1, 1_200 * MS), false, 'nobody uses it');
    own.noteUse();
    assert.equal(own.wantsRenewal(1, 1_100 * MS), false);
    assert.equal(own.wantsRenewal(1, 1_200 * MS), true);
    own.grant(1, 1_200 * MS);
    assert.equal(own.wantsRenewal(1, 1_399 * MS), false, 'nobody uses the new one yet');
  });

  it('does not exist where the margin eats the election time-out', () => {
    const own = new ReadLease(40, 20);
    own.grant(1, 0);
    assert.equal(own.isValid(1, 0), false);
    assert.equal(own.isValid(1, 1 * MS), false);
  });
});
