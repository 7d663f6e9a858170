import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../errors.js';
import { MessageType } from './messages.js';
import { entry, logOf } from './testing/build.js';
import { Driver } from './testing/driver.js';

const { Append, AppendResponse } = MessageType;

/** Committed up to 3: entries of terms 1, 1, 2, 2. The leader of term 3 speaks. */
function follower(): Driver {
  return new Driver({ entries: logOf([1, 1, 2, 2]), hardState: { term: 2, vote: 0, commit: 3 } });
}

describe('Raft §5.4 leader completeness: a leader that lost what is committed is not followed', () => {
  for (const [what, message] of [
    ['an entry in the place of a committed one', { index: 2, logTerm: 1, entries: [entry(3, 3)] }],
    ['one behind others that agree', { index: 1, logTerm: 1, entries: [entry(2, 1), entry(3, 3)] }],
    ['another term before its entries', { index: 3, logTerm: 3, entries: [entry(4, 3)] }],
    ['another term at an empty probe', { index: 3, logTerm: 1, entries: [] }],
  ] as const) {
    it(`${what}: the node stops`, () => {
      assert.throws(
        () => follower().step({ type: Append, from: 2, term: 3, commit: 1, ...message }),
        (error) =>
          error instanceof InvariantError && /this node has committed term [12] there/.test(error.message),
      );
    });
  }

  it('what agrees, and what conflicts only behind the commit index, is taken', () => {
    const node = follower();
    node.step({ type: Append, from: 2, term: 3, index: 1, logTerm: 1, entries: [entry(2, 1), entry(3, 2)] });
    assert.equal(node.settle().take(AppendResponse).at(-1)?.index, 3);
    node.step({ type: Append, from: 2, term: 3, index: 3, logTerm: 2, entries: [entry(4, 3)] });
    assert.equal(node.settle().take(AppendResponse).at(-1)?.index, 4);
  });
});
