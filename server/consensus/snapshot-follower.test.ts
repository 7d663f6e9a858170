import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../errors.js';
import { type Membership, restoreMembership } from './confchange.js';
import { makeMessage } from './make-message.js';
import { MessageType, Role, type SnapshotMeta } from './messages.js';
import { RawNode } from './raw-node.js';
import { configOf, entry, logOf, metaOf, type TestConfig } from './testing/build.js';
import { Driver } from './testing/driver.js';

const { Append, AppendResponse, Heartbeat, PreVote, PreVoteResponse, Snapshot, TimeoutNow } = MessageType;
const meta = metaOf({ index: 20, term: 2 });

/** Follows node 2 in term 3 with five entries, the first three committed. */
function follower(overrides: TestConfig = {}): Driver {
  const node = new Driver({
    hardState: { term: 3, vote: 0, commit: 3 },
    entries: logOf([1, 1, 1, 1, 1]),
    ...overrides,
  });
  node.settle().take();
  return node;
}

const receive = (node: Driver, snapshot: SnapshotMeta, term = 3): Driver =>
  node.receive({ type: Snapshot, from: 2, term, snapshot });
/** Indexes of the answers to appends and snapshots. */
const answers = (node: Driver): number[] => node.take(AppendResponse).map(({ index }) => index);
const shapeOf = ({ voters, votersOutgoing, learners, learnersNext, autoLeave }: Membership): Membership => ({
  voters,
  votersOutgoing,
  learners,
  learnersNext,
  autoLeave,
});

describe('a snapshot of the leader at a follower', () => {
  it('A2.32 takes the place of the log, and is acknowledged only when that is durable', () => {
    const node = receive(follower(), meta).drain();
    const [append] = node.appends;
    assert.deepEqual(append?.snapshot, meta);
    assert.deepEqual([append?.entries.length, append?.mustSync], [0, true]);
    assert.deepEqual(append?.hardState, { term: 3, vote: 0, commit: 20 });
    assert.deepEqual([node.raw.commitIndex, node.raw.firstIndex, node.raw.lastIndex], [20, 21, 20]);
    assert.deepEqual(answers(node), []);
    node.raw.appliedTo(20);
    node.complete();
    assert.deepEqual(answers(node), [20]);
    assert.equal(node.raw.status().snapshotIndex, 20, 'from now on it is the one to offer');
  });

  it('A2.32 entries behind it are applied after it and not before', () => {
    const node = receive(follower(), meta).drain();
    node.receive({
      type: Append,
      from: 2,
      term: 3,
      index: 20,
      logTerm: 2,
      entries: [entry(21, 3)],
      commit: 21,
    });
    node.drain();
    assert.deepEqual(
      node.committed.map(({ index }) => index),
      [1, 2, 3],
      'of the state before',
    );
    assert.equal(node.raw.hasReady(), false);
    node.raw.appliedTo(20);
    assert.deepEqual(
      node.drain().committed.map(({ index }) => index),
      [1, 2, 3, 21],
    );
  });

  it('A2.32 one that is older than what is committed changes nothing and says what is committed', () => {
    for (const index of [1, 2, 3]) {
      const node = receive(follower(), metaOf({ index, term: 1 })).drain();
      assert.equal(
        node.appends.some(({ snapshot }) => snapshot !== null),
        false,
      );
      assert.deepEqual(answers(node.settle()), [3]);
      assert.equal(node.raw.lastIndex, 5);
    }
  });

  it('A2.32 one that the log holds already only moves the commit index; what is behind it stays', () => {
    const node = receive(follower(), metaOf({ index: 4, term: 1 })).drain();
    assert.equal(
      node.appends.some(({ snapshot }) => snapshot !== null),
      false,
    );
    assert.deepEqual(answers(node.settle()), [4]);
    assert.deepEqual([node.raw.commitIndex, node.raw.lastIndex], [4, 5]);
  });

  it('A2.32 one whose last entry differs from that of the log replaces it, longer or not', () => {
    const node = receive(follower(), metaOf({ index: 4, term: 2 })).settle();
    assert.deepEqual([node.raw.commitIndex, node.raw.lastIndex, node.raw.firstIndex], [4, 4, 5]);
  });

  it('A2.32 one that comes twice is installed once', () => {
    const node = receive(receive(follower(), meta), meta).drain();
    assert.equal(node.appends.filter(({ snapshot }) => snapshot !== null).length, 1);
    node.raw.appliedTo(20);
    receive(node.settle(), meta).settle();
    assert.deepEqual(answers(node), [20, 20]);
    assert.equal(node.raw.appliedIndex, 20);
  });

  it('A2.32 of a leader of an earlier term is refused, of a later one makes it the leader', () => {
    const node = receive(follower(), meta, 2).settle();
    assert.deepEqual(
      node.take(AppendResponse).map(({ reject, term }) => [reject, term]),
      [[true, 3]],
    );
    assert.equal(node.raw.lastIndex, 5);
    receive(node, meta, 4).settle();
    assert.deepEqual([node.raw.term, node.raw.leader, node.raw.commitIndex], [4, 2, 20]);
  });

  it('A2.32 the leader changes midway: the snapshot of the one before is refused, and that of the new one is taken', () => {
    const node = follower().step({ type: Heartbeat, from: 3, term: 4 });
    node.take();
    receive(node, meta, 3).settle();
    assert.equal(node.raw.commitIndex, 3);
    node.receive({ type: Snapshot, from: 3, term: 4, snapshot: metaOf({ index: 22, term: 3 }) }).settle();
    assert.deepEqual([node.raw.commitIndex, node.raw.leader], [22, 3]);
  });

  it('an append between the snapshot and its ready counts as lost: its answer would leave without its entries', () => {
    const node = receive(follower(), meta);
    node.receive({ type: Append, from: 2, term: 3, index: 20, logTerm: 2, entries: [entry(21, 3)] });
    node.settle();
    assert.deepEqual(answers(node), [20]);
    assert.equal(node.raw.lastIndex, 20);
  });

  it('an answer to an append from before it waits for the append of the snapshot', () => {
    const node = follower();
    node.receive({ type: Append, from: 2, term: 3, index: 5, logTerm: 1, entries: [entry(6, 2)] });
    receive(node, meta).drain();
    assert.deepEqual(node.appends[0]?.entries, [], 'entry 6 is in the snapshot');
    assert.deepEqual(answers(node), []);
    assert.deepEqual(answers(node.complete()), [6, 20]);
  });

  it('a state machine that is about to be replaced may get on; what it applies changes nothing any more', () => {
    const node = new Driver({
      hardState: { term: 3, vote: 0, commit: 3 },
      entries: logOf([1, 1, 1]),
    }).drain();
    receive(node, metaOf({ index: 20, term: 2, voters: [1, 2] }));
    node.raw.applyConfChange({ changes: [{ type: 0, node: 9 }], transition: 'auto' });
    node.raw.appliedTo(3);
    assert.deepEqual([...node.raw.membership.voters], [1, 2]);
    assert.throws(() => node.raw.snapshotMeta(), InvariantError);
    node.drain().raw.appliedTo(20);
    assert.deepEqual(node.raw.snapshotMeta(), metaOf({ index: 20, term: 2, voters: [1, 2] }));
  });

  it('nobody campaigns while it is being installed, not even when told to', () => {
    const node = receive(follower(), meta).drain();
    node.raw.campaign();
    node.receive({ type: TimeoutNow, from: 2, term: 3 });
    assert.deepEqual([node.raw.role, node.raw.term], [Role.Follower, 3]);
    node.raw.appliedTo(20);
    node.raw.campaign();
    assert.equal(node.raw.role, Role.PreCandidate);
  });

  it('elections compare with its last entry when the log behind it is empty', () => {
    const node = receive(follower(), meta).settle();
    node.take();
    for (const logTerm of [1, 2]) node.step({ type: PreVote, from: 3, term: 4, index: 20, logTerm });
    node.tick(10).take(PreVote);
    for (const logTerm of [1, 2]) node.step({ type: PreVote, from: 3, term: 4, index: 20, logTerm });
    const verdicts = node.take(PreVoteResponse).map(({ reject }) => reject);
    assert.deepEqual(verdicts, [true, false]);
    node.raw.campaign();
    assert.deepEqual(
      node
        .settle()
        .take(PreVote)
        .map(({ index, logTerm }) => [index, logTerm])[0],
      [20, 2],
    );
  });

  it('synchronous storage: advance() counts it as applied', () => {
    const raw = new RawNode(
      configOf({ hardState: { term: 3, vote: 0, commit: 0 }, asyncStorageWrites: false }),
    );
    raw.step(makeMessage({ type: Snapshot, from: 2, to: 1, term: 3, snapshot: meta }));
    const { append, messages } = raw.ready();
    assert.deepEqual([append?.snapshot, messages.map(({ index }) => index)], [meta, [20]]);
    raw.advance();
    assert.equal(raw.appliedIndex, 20);
  });
});

describe('membership in a snapshot', () => {
  it('is restored with both halves, learners that wait, and the leave to come', () => {
    const parts = {
      voters: [1, 2, 4],
      votersOutgoing: [1, 2, 3],
      learners: [5],
      learnersNext: [3],
      autoLeave: true,
    };
    const node = receive(follower(), metaOf({ ...meta, ...parts })).settle();
    assert.deepEqual(shapeOf(node.raw.membership), shapeOf(restoreMembership(parts)));
    const restarted = new Driver({
      snapshot: metaOf({ ...meta, ...parts }),
      hardState: { term: 3, vote: 0, commit: 0 },
    });
    assert.deepEqual(shapeOf(restarted.raw.membership), shapeOf(restoreMembership(parts)));
    assert.deepEqual(restarted.raw.snapshotMeta(), metaOf({ ...meta, ...parts }));
  });

  it('makes a voter a learner', () => {
    const node = receive(follower(), metaOf({ ...meta, voters: [2, 3], learners: [1] })).settle();
    assert.equal(node.raw.role, Role.Learner);
  });

  it('without this member is refused by a member', () => {
    const node = receive(follower(), metaOf({ ...meta, voters: [2, 3] })).settle();
    assert.equal(node.raw.commitIndex, 3);
    assert.deepEqual(answers(node), [3]);
  });

  it('that is none is refused: no voters, a learner that votes, an impossible id, a term above the leader', () => {
    const broken: Partial<SnapshotMeta>[] = [
      { voters: [] },
      { learners: [1] },
      { voters: [1, 2, -3] },
      { autoLeave: true },
      { term: 9 },
    ];
    for (const parts of broken) {
      const node = receive(follower(), metaOf({ ...meta, ...parts })).settle();
      assert.equal(node.raw.commitIndex, 3, JSON.stringify(parts));
    }
    const none = follower().step({ type: Snapshot, from: 2, term: 3 });
    assert.equal(none.raw.commitIndex, 3);
  });
});
