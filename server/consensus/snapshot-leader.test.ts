import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../errors.js';
import { decodeConfChange } from './confchange.js';
import { JOINING, type Message, MessageType, type SnapshotMeta } from './messages.js';
import type { PeerProgress } from './status.js';
import { command, logOf, metaOf } from './testing/build.js';
import { Driver } from './testing/driver.js';

const { Append, AppendResponse, HeartbeatResponse, Snapshot } = MessageType;
const plain = { preVote: false, checkQuorum: false } as const;

/** Leads with ten entries committed by node 2, a snapshot at 10, and the log compacted up to `base`. Node 3 was heard of, and holds nothing. */
function compactedLeader(base: number): Driver {
  const node = new Driver(plain).lead();
  for (let count = 1; count < 10; count++) node.raw.propose(command(`${count}`));
  node.settle().acknowledge(2, 10);
  node.raw.snapshotTaken(node.raw.snapshotMeta());
  node.raw.compact(base);
  node.take();
  return node;
}

/** Leads term 2 with the log from 6 to 10 of its disk; node 3 is probed behind 10. */
function restartedLeader(): Driver {
  const node = new Driver({
    ...plain,
    snapshot: metaOf({ index: 10, term: 1 }),
    base: { index: 5, term: 1 },
    entries: logOf([1, 1, 1, 1, 1], 5),
    hardState: { term: 1, vote: 0, commit: 10 },
  }).lead();
  node.take();
  return node;
}

const three = (node: Driver): PeerProgress => node.raw.status().progress.find(({ id }) => id === 3)!;
const toThree = (messages: readonly Message[]): Message[] => messages.filter(({ to }) => to === 3);
const refuse = (node: Driver, index: number, rejectHint: number): Driver =>
  node.step({ type: AppendResponse, from: 3, term: node.raw.term, index, reject: true, rejectHint });
const heartbeatAnswered = (node: Driver): Driver => node.step({ type: HeartbeatResponse, from: 3, term: 1 });

/** Node 3 refused the probe: what it needs is gone. */
function offering(base = 10): Driver {
  const node = compactedLeader(base);
  assert.equal(refuse(node, 0, 0).take(Snapshot).length, 1);
  return node;
}

describe('a leader whose log is compacted', () => {
  it('A2.10 offers its newest snapshot to a follower that needs compacted entries, once, and nothing else until it is told how that went', () => {
    const node = compactedLeader(10);
    refuse(node, 0, 0);
    const sent = toThree(node.take());
    assert.deepEqual(
      sent.map(({ type, term, snapshot }) => [type, term, snapshot?.index, snapshot?.term]),
      [[Snapshot, 1, 10, 1]],
    );
    const { state, pendingSnapshot, next, match } = three(node);
    assert.deepEqual([state, pendingSnapshot, next, match], ['snapshot', 10, 11, 0]);
    node.raw.propose(command('more'));
    heartbeatAnswered(node.settle());
    node.tick(3);
    assert.deepEqual(
      toThree(node.take()).filter(({ type }) => type === Append || type === Snapshot),
      [],
    );
  });

  it('an entry behind the base is probed with the term of the base', () => {
    const node = restartedLeader();
    refuse(node, 10, 5);
    const probes = toThree(node.take(Append));
    assert.deepEqual(
      probes.map(({ index, logTerm, entries }) => [index, logTerm, entries[0]?.index]),
      [[5, 1, 6]],
    );
  });

  it('a probe below the base becomes a snapshot', () => {
    const node = restartedLeader();
    refuse(node, 10, 4);
    assert.deepEqual(
      toThree(node.take()).map(({ type }) => type),
      [Snapshot],
    );
  });

  it('nobody is offered a snapshot who was not heard of', () => {
    const node = new Driver({ ...plain, checkQuorum: true }).lead();
    node.settle().acknowledge(2, 1);
    node.raw.snapshotTaken(node.raw.snapshotMeta());
    node.raw.compact(1);
    // Two checks of the quorum without a word of node 3.
    for (let tick = 0; tick < 20; tick++) node.tick().step({ type: HeartbeatResponse, from: 2, term: 1 });
    node.take();
    assert.equal(three(node).recentActive, false);
    node.raw.reportUnreachable(3);
    assert.deepEqual(node.settle().take(Snapshot), []);
  });

  it('when it arrived, waits for the answer and goes on behind it', () => {
    const node = offering();
    node.raw.reportSnapshot(3, true);
    node.settle();
    const { state, next, pendingSnapshot } = three(node);
    assert.deepEqual([state, next, pendingSnapshot], ['probe', 11, 0]);
    node.raw.propose(command('more'));
    assert.deepEqual(toThree(node.settle().take(Append)), [], 'its log may not be there yet');
    node.acknowledge(3, 10);
    assert.equal(three(node).state, 'replicate');
    assert.deepEqual(
      toThree(node.take(Append)).map(({ index, entries }) => [index, entries.length]),
      [[10, 1]],
    );
  });

  it('the answer may come before the report', () => {
    const node = offering().acknowledge(3, 10);
    assert.deepEqual([three(node).state, three(node).match], ['replicate', 10]);
    node.raw.reportSnapshot(3, true);
    assert.equal(three(node).state, 'replicate', 'a late report changes nothing');
  });

  it('a snapshot that failed is tried again after a heartbeat is answered, not at once', () => {
    const node = offering();
    node.raw.reportSnapshot(3, false);
    node.settle();
    assert.deepEqual([three(node).state, three(node).next], ['probe', 1]);
    assert.deepEqual(toThree(node.take()), []);
    heartbeatAnswered(node);
    assert.deepEqual(
      toThree(node.take()).map(({ type }) => type),
      [Snapshot],
    );
  });

  it('a follower that refuses a snapshot gets the next one after a heartbeat, not at once', () => {
    const node = offering();
    for (let round = 0; round < 3; round++) {
      node.raw.reportSnapshot(3, true);
      node.acknowledge(3, 0).take();
      assert.equal(three(node).state, 'probe', 'what it lacks is compacted: there is nothing to replicate');
      heartbeatAnswered(node);
      assert.deepEqual(
        toThree(node.take()).map(({ type }) => type),
        [Append],
      );
      refuse(node, 10, 0);
      assert.deepEqual(
        toThree(node.take()).map(({ type }) => type),
        [Snapshot],
      );
    }
  });

  it('is given up when the follower catches up by other means', () => {
    const node = offering(5).acknowledge(3, 4);
    assert.equal(three(node).state, 'snapshot', 'entry 5 is still missing there');
    node.acknowledge(3, 5);
    assert.deepEqual([three(node).state, three(node).match], ['replicate', 5]);
    assert.deepEqual(
      toThree(node.take(Append)).map(({ index, entries }) => [index, entries.length]),
      [[5, 5]],
    );
  });

  it('lost messages do not disturb it, and a report about nobody changes nothing', () => {
    const node = offering();
    node.raw.reportUnreachable(3);
    assert.equal(three(node).state, 'snapshot');
    node.raw.reportSnapshot(2, true);
    node.raw.reportSnapshot(77, true);
    assert.deepEqual(
      node.raw.status().progress.map(({ id, state }) => [id, state]),
      [
        [1, 'probe'],
        [2, 'replicate'],
        [3, 'snapshot'],
      ],
    );
  });

  it('a node without members is offered one although the log holds everything', () => {
    const node = new Driver(plain).lead();
    node.take();
    node.step({ type: AppendResponse, from: 3, term: 1, index: 0, reject: true, context: JOINING });
    assert.deepEqual(
      toThree(node.take()).map(({ type, snapshot }) => [type, snapshot?.index]),
      [[Snapshot, 0]],
    );
    node.acknowledge(3, 0);
    node.raw.reportSnapshot(3, true);
    heartbeatAnswered(node).take(Snapshot);
    node.acknowledge(3, 1);
    node.step({ type: AppendResponse, from: 3, term: 1, index: 0, reject: true, context: JOINING });
    assert.deepEqual(node.take(Snapshot), [], 'a refusal of long ago');
  });
});

describe('snapshots of the own state', () => {
  const of = (node: Driver): SnapshotMeta => node.raw.snapshotMeta();

  it('stand for what is applied, with the members in force', () => {
    const node = compactedLeader(0);
    assert.deepEqual(of(node), metaOf({ index: 10, term: 1 }));
    assert.equal(node.raw.status().snapshotIndex, 10);
  });

  it('are not taken between a change of membership and the entry that it belongs to', () => {
    const node = compactedLeader(0);
    const context = Uint8Array.of(7, 7);
    const index = node.raw.proposeConfChange({
      changes: [{ type: 2, node: 4 }],
      transition: 'auto',
      context,
    });
    node.drain();
    for (const from of [2, 3]) node.receive({ type: AppendResponse, from, term: 1, index });
    const change = node.drain().committed.at(-1);
    assert.deepEqual(
      decodeConfChange(change!.data).context,
      context,
      'what comes with a change comes out with it',
    );
    node.raw.applyConfChange(change!.data);
    assert.throws(() => node.raw.snapshotMeta(), InvariantError);
    node.raw.appliedTo(index);
    assert.deepEqual(of(node), metaOf({ index, term: 1, learners: [4] }));
    assert.deepEqual(
      node.raw.status().progress.map(({ id, isLearner }) => [id, isLearner]),
      [
        [1, false],
        [2, false],
        [3, false],
        [4, true],
      ],
    );
  });

  it('bound the compaction; one beyond what is applied is a broken invariant', () => {
    const node = compactedLeader(0);
    assert.throws(() => node.raw.compact(11), InvariantError);
    assert.throws(() => node.raw.snapshotTaken(metaOf({ index: 11, term: 1 })), InvariantError);
    node.raw.snapshotTaken(metaOf({ index: 4, term: 1 }));
    assert.equal(node.raw.status().snapshotIndex, 10, 'an older one is not offered');
    node.raw.compact(10);
    assert.deepEqual([node.raw.firstIndex, node.raw.lastIndex], [11, 10]);
  });
});
