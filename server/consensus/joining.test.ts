import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvariantError } from '../errors.js';
import { ConfChangeType } from './confchange.js';
import { type Entry, JOINING, MessageType, Role, type SnapshotMeta } from './messages.js';
import { entry, logOf, metaOf } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

const { Append, AppendResponse, Snapshot, VoteResponse } = MessageType;

const receive = (node: Driver, snapshot: SnapshotMeta, term = 3): Driver =>
  node.receive({ type: Snapshot, from: 2, term, snapshot });
const answers = (node: Driver): number[] => node.take(AppendResponse).map(({ index }) => index);

describe('a node that joins', () => {
  const joining = (): Driver => new Driver({ id: 4, voters: [] });

  it('neither campaigns nor takes entries: they would not tell it who votes', () => {
    const node = joining().tick(100);
    assert.deepEqual([node.raw.role, node.raw.term], [Role.Follower, 0]);
    node.step({ type: Append, from: 2, term: 1, entries: logOf([1]), commit: 1 });
    assert.equal(node.raw.lastIndex, 0);
    assert.deepEqual(
      node.take(AppendResponse).map(({ reject, index, context }) => [reject, index, context]),
      [[true, 0, JOINING]],
    );
  });

  it('takes the first snapshot it is offered, also the first one of the cluster, also without itself in it', () => {
    for (const snapshot of [
      metaOf(),
      metaOf({ index: 20, term: 1 }),
      metaOf({ index: 20, term: 1, learners: [4] }),
    ]) {
      const node = receive(joining(), snapshot, 1).drain();
      assert.deepEqual(node.appends[0]?.snapshot, snapshot);
      node.raw.appliedTo(snapshot.index);
      assert.deepEqual(answers(node.complete()), [snapshot.index]);
      assert.deepEqual([...node.raw.membership.voters], [1, 2, 3]);
      const next: Entry = entry(snapshot.index + 1, 1);
      node.step({
        type: Append,
        from: 2,
        term: 1,
        index: snapshot.index,
        logTerm: snapshot.term,
        entries: [next],
      });
      assert.deepEqual(answers(node), [snapshot.index + 1]);
    }
  });

  it('may vote: those that added it count on it', () => {
    const node = joining().step({ type: MessageType.Vote, from: 2, term: 5 });
    assert.deepEqual(
      node.take(VoteResponse).map(({ reject }) => reject),
      [false],
    );
  });
});

describe('a start from a snapshot', () => {
  const snapshot = metaOf({ index: 12, term: 2 });
  const base = { index: 10, term: 1 };
  const entries = logOf([2, 2, 2], 10);
  const hardState = { term: 2, vote: 0, commit: 0 };

  it('counts it as applied and hands out what is committed behind it', () => {
    const node = new Driver({ snapshot, base, entries, hardState: { ...hardState, commit: 13 } }).settle();
    assert.deepEqual(
      node.committed.map(({ index }) => index),
      [13],
    );
    assert.deepEqual([node.raw.firstIndex, node.raw.lastIndex, node.raw.appliedIndex], [11, 13, 13]);
  });

  it('its index is committed, whatever the hard state says', () => {
    assert.equal(new Driver({ snapshot, base, entries, hardState }).raw.commitIndex, 12);
  });

  it('in a term that the hard state does not know yet writes that term first, without a vote', () => {
    const node = new Driver({ snapshot, hardState: { term: 1, vote: 3, commit: 5 } }).drain();
    assert.deepEqual(node.appends[0]?.hardState, { term: 2, vote: 0, commit: 12 });
  });

  it('a log that does not hold its last entry is refused: storage has to begin anew behind it', () => {
    const wrong = { ...snapshot, term: 1 };
    assert.throws(() => new Driver({ snapshot: wrong, base, entries, hardState }), InvariantError);
    assert.throws(
      () => new Driver({ snapshot: metaOf({ index: 14, term: 2 }), base, entries, hardState }),
      InvariantError,
    );
    assert.throws(
      () => new Driver({ snapshot: metaOf({ index: 9, term: 1 }), base, entries, hardState }),
      InvariantError,
    );
    assert.throws(() => new Driver({ voters: [], entries: logOf([1]), hardState }), InvariantError);
  });
});

describe('joining a running cluster', () => {
  const add = (cluster: Cluster, type: ConfChangeType, node: number): void => {
    cluster.change(1, { changes: [{ type, node }], transition: 'auto' });
    cluster.settle();
    cluster.pass(2);
  };

  for (const compacts of [false, true]) {
    it(`A2.14 an empty node joins as a learner by a snapshot and is promoted, the log ${compacts ? 'compacted' : 'whole'}`, () => {
      const cluster = new Cluster({ ids: [1, 2, 3, 4], joining: [4], config: { voters: [1, 2, 3] } });
      cluster.elect(1);
      for (const text of ['a', 'b', 'c']) cluster.propose(1, text);
      cluster.settle();
      if (compacts) cluster.snapshot(1);
      add(cluster, ConfChangeType.AddLearner, 4);
      assert.equal(cluster.raw(4).role, Role.Learner);
      assert.equal(cluster.invariants.installs, 1);
      assert.equal(cluster.node(4).applied.length, cluster.node(1).applied.length);
      add(cluster, ConfChangeType.AddNode, 4);
      cluster.isolate(1);
      cluster.campaign(4);
      cluster.pass(60);
      assert.deepEqual([...cluster.raw(4).membership.voters], [1, 2, 3, 4]);
      assert.notEqual(cluster.leader?.id, 1);
      cluster.propose(cluster.leader!.id, 'with the new one');
      cluster.settle();
      assert.equal(cluster.node(4).applied.length, cluster.invariants.chosen.length);
    });
  }

  it('a node that crashes with the first snapshot on its disk, before its core knew of it, starts from it', () => {
    const cluster = new Cluster({ ids: [1, 2, 3, 4], joining: [4], config: { voters: [1, 2, 3] } });
    cluster.elect(1);
    cluster.snapshot(1);
    cluster.change(1, { changes: [{ type: ConfChangeType.AddLearner, node: 4 }], transition: 'auto' });
    for (let round = 0; cluster.streams.count === 0; round++) {
      assert.ok(round < 10, 'no snapshot is offered');
      for (const id of [1, 2, 3, 4]) cluster.run(id);
      while (cluster.network.underWay.length > 0) cluster.deliver();
    }
    cluster.endStream(0, 'vanish');
    assert.equal(cluster.node(4).isUp, false);
    cluster.restart(4);
    cluster.pass(5);
    assert.equal(cluster.invariants.installs, 0);
    assert.equal(cluster.node(4).applied.length, cluster.node(1).applied.length);
    assert.equal(cluster.raw(4).role, Role.Learner);
  });
});
