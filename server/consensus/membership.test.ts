import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConfChange, ConfChangeType, type ConfChangeV2, encodeConfChange } from './confchange.js';
import { type Entry, EntryType, MessageType, Role } from './messages.js';
import { entry } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

const { AddNode, RemoveNode, AddLearner } = ConfChangeType;
const one = (type: ConfChange['type'], node: number): ConfChangeV2 => ({
  changes: [{ type, node }],
  transition: 'auto',
});
const dropped = (reason: RegExp) => (error: Error & { code?: string }) =>
  error.code === 'STRATA_PROPOSAL_DROPPED' && reason.test(error.message);
const voters = (cluster: Cluster, id: number): number[] => [...cluster.raw(id).membership.voters].sort();

describe('membership through the log', () => {
  it('A2.14 a learner is added, catches up without counting, and is promoted', () => {
    const cluster = new Cluster({ ids: [1, 2, 3, 4], config: { voters: [1, 2, 3] } });
    cluster.elect(1);
    cluster.propose(1, 'before');
    cluster.settle();
    cluster.change(1, one(AddLearner, 4));
    cluster.settle();
    cluster.pass(2);
    assert.equal(cluster.raw(4).role, Role.Learner);
    assert.equal(cluster.node(4).applied.length, cluster.node(1).applied.length);

    // Leader and learner alone are no quorum.
    cluster.isolate(2);
    cluster.isolate(3);
    const index = cluster.propose(1, 'not by a learner');
    cluster.settle();
    assert.ok(cluster.raw(1).commitIndex < index);
    cluster.heal();
    cluster.pass(2);
    assert.equal(cluster.raw(1).commitIndex, index);

    cluster.change(1, one(AddNode, 4));
    cluster.settle();
    for (const id of [1, 2, 3, 4]) assert.deepEqual(voters(cluster, id), [1, 2, 3, 4]);
    assert.equal(cluster.raw(4).role, Role.Follower, 'a promoted learner is one no more');
  });

  it('a promoted learner takes over when leadership is handed to it', () => {
    const cluster = new Cluster({ ids: [1, 2], config: { voters: [1], learners: [2] } });
    cluster.elect(1);
    cluster.change(1, one(AddNode, 2));
    cluster.settle();
    cluster.node(1).call((raw) => raw.transferLeader(2));
    cluster.settle();
    assert.equal(cluster.raw(2).role, Role.Leader);
  });

  it('a voter that is demoted follows on as a learner and never campaigns', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.change(1, one(AddLearner, 3));
    cluster.settle();
    cluster.pass(2);
    assert.equal(cluster.raw(3).role, Role.Learner);
    const { term } = cluster.raw(3);
    cluster.isolate(3);
    cluster.tick(3, 100);
    cluster.run(3);
    assert.deepEqual([cluster.raw(3).role, cluster.raw(3).term], [Role.Learner, term]);
  });

  it('A2.13 a second change is refused while one is pending, and taken once that is applied', () => {
    const cluster = new Cluster({ ids: [1, 2, 3, 4, 5], config: { voters: [1, 2, 3] } });
    cluster.elect(1);
    cluster.change(1, one(AddLearner, 4));
    assert.throws(() => cluster.change(1, one(AddLearner, 5)), dropped(/is not applied yet/));
    cluster.settle();
    cluster.change(1, one(AddLearner, 5));
    cluster.settle();
    assert.deepEqual([...cluster.raw(1).membership.learners], [4, 5]);
  });

  it('A2.13 a change is refused before the first commit of the term', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.campaign(1);
    while (cluster.raw(1).role !== Role.Leader) {
      for (const { id } of cluster.nodes) cluster.run(id);
      cluster.deliver();
    }
    assert.throws(
      () => cluster.change(1, one(RemoveNode, 3)),
      dropped(/has not committed an entry in its term/),
    );
    cluster.settle();
    cluster.change(1, one(RemoveNode, 3));
  });

  it('what cannot be applied never enters the log', () => {
    const cluster = new Cluster({ ids: [1, 2] });
    cluster.elect(1);
    const { lastIndex } = cluster.raw(1);
    const removeAll: ConfChangeV2 = {
      changes: [
        { type: RemoveNode, node: 1 },
        { type: RemoveNode, node: 2 },
      ],
      transition: 'auto',
    };
    assert.throws(() => cluster.change(1, removeAll), dropped(/no voter/));
    assert.throws(() => cluster.change(1, { changes: [], transition: 'auto' }), dropped(/no joint/));
    assert.equal(cluster.raw(1).lastIndex, lastIndex);
  });

  it('A2.14 thesis §4.2.2: a removed leader leads until the change is committed, then steps down', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.change(1, one(RemoveNode, 1));
    cluster.run(1);
    assert.equal(cluster.raw(1).role, Role.Leader);
    cluster.settle();
    assert.equal(cluster.raw(1).role, Role.Follower);
    cluster.pass(50);
    assert.notEqual(cluster.leader, null);
    assert.notEqual(cluster.leader?.id, 1);
    assert.deepEqual(voters(cluster, cluster.leader!.id), [2, 3]);
  });

  it('A2.14 a removed leader says that the change is committed before it steps down: those that stay need not ask it for a vote', () => {
    const leader = new Driver({ voters: [1, 2], commitNotice: 'tick' });
    leader.leadEstablished();
    leader.raw.proposeConfChange(one(RemoveNode, 1));
    leader.settle();
    const { term, lastIndex: index } = leader.raw;
    leader.receive({ type: MessageType.AppendResponse, from: 2, term, index }).drain();
    const change = leader.committed.at(-1)!;
    assert.equal(change.type, EntryType.ConfChange);
    leader.take();
    leader.raw.applyConfChange(change.data);
    leader.raw.appliedTo(change.index);
    leader.drain();
    assert.equal(leader.raw.role, Role.Follower);
    assert.deepEqual(
      leader.sent.map(({ type, to, commit }) => ({ type, to, commit })),
      [{ type: MessageType.Append, to: 2, commit: change.index }],
    );
  });

  it('a removed leader with a longer log tells those that stay, in refusing its vote, that it was removed', () => {
    const cluster = new Cluster({ ids: [1, 2] });
    cluster.elect(1);
    cluster.change(1, one(RemoveNode, 1));
    cluster.run(1);
    const change = cluster.network.take((message) => message.to === 2);
    cluster.propose(1, 'never replicated');
    cluster.run(1);
    cluster.network.take(() => true);
    for (const message of change) cluster.hand(message);
    cluster.run(2);
    for (const message of cluster.network.take((message) => message.to === 1)) cluster.hand(message);
    cluster.run(1);
    cluster.network.take(() => true);
    assert.equal(cluster.raw(1).role, Role.Follower);
    assert.ok(cluster.raw(1).lastIndex > cluster.raw(2).lastIndex);
    assert.deepEqual(
      voters(cluster, 2),
      [1, 2],
      'it holds the change, and was never told that it is committed',
    );
    cluster.pass(60);
    assert.equal(cluster.raw(2).role, Role.Leader);
    assert.deepEqual(voters(cluster, 2), [2]);
  });

  it('several changes at once go through a joint configuration, which the leader leaves by itself', () => {
    const cluster = new Cluster({ ids: [1, 2, 3, 4, 5], config: { voters: [1, 2, 3] } });
    cluster.elect(1);
    const swap: ConfChangeV2 = {
      changes: [
        { type: AddNode, node: 4 },
        { type: AddNode, node: 5 },
        { type: RemoveNode, node: 2 },
        { type: RemoveNode, node: 3 },
      ],
      transition: 'auto',
    };
    cluster.change(1, swap);
    // The new half alone decides nothing: 2 and 3 hear nothing.
    cluster.isolate(2);
    cluster.isolate(3);
    cluster.settle();
    const stuckAt = cluster.raw(1).commitIndex;
    cluster.pass(2);
    assert.equal(cluster.raw(1).commitIndex, stuckAt);
    cluster.heal();
    cluster.pass(3);
    for (const id of [1, 4, 5]) {
      assert.deepEqual(voters(cluster, id), [1, 4, 5]);
      assert.equal(cluster.raw(id).membership.votersOutgoing.size, 0);
    }
  });

  it('an explicit joint configuration stays until it is left, and takes no other change', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.change(1, { changes: [{ type: RemoveNode, node: 3 }], transition: 'explicit' });
    cluster.settle();
    cluster.pass(3);
    assert.deepEqual([...cluster.raw(1).membership.votersOutgoing], [1, 2, 3]);
    assert.throws(() => cluster.change(1, one(AddLearner, 3)), dropped(/joint configuration is in force/));
    cluster.change(1, { changes: [], transition: 'auto' });
    cluster.settle();
    assert.equal(cluster.raw(1).membership.votersOutgoing.size, 0);
    assert.deepEqual(voters(cluster, 2), [1, 2]);
  });

  it('a leader elected inside a joint configuration with automatic leave leaves it', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.change(1, { changes: [{ type: RemoveNode, node: 3 }], transition: 'implicit' });
    cluster.run(1);
    for (const message of cluster.network.take(() => true)) cluster.hand(message);
    // Node 2 and 3 hold the change; the leader dies before it can commit it.
    cluster.crash(1);
    cluster.tick(3, 30);
    cluster.run(3);
    cluster.pass(60);
    assert.equal(cluster.raw(2).membership.votersOutgoing.size, 3);
    assert.equal(
      cluster.leader,
      null,
      'leading needs a majority of the new half too, and node 1 is missing there',
    );
    cluster.restart(1);
    cluster.pass(60);
    assert.deepEqual(voters(cluster, 2), [1, 2]);
    assert.equal(cluster.raw(2).membership.votersOutgoing.size, 0);
  });

  it('A2.14 a removed node that was not told does not disturb those that stay', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.change(1, one(RemoveNode, 3));
    cluster.pass(3);
    const { term } = cluster.raw(1);
    cluster.heal();
    cluster.pass(100);
    assert.equal(cluster.raw(3).membership.voters.has(3), true, 'it never learned that it was removed');
    assert.deepEqual([cluster.raw(1).role, cluster.raw(1).term], [Role.Leader, term]);
  });

  it('a transfer to a node that is removed meanwhile is given up', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.propose(1, 'unseen by 3');
    cluster.settle();
    cluster.change(1, one(RemoveNode, 3));
    cluster.node(1).call((raw) => raw.transferLeader(3));
    assert.equal(cluster.raw(1).status().transferee, 3);
    cluster.settle();
    assert.equal(cluster.raw(1).status().transferee, 0);
    cluster.propose(1, 'goes on');
  });
});

describe('membership after a restart', () => {
  const change = (index: number, term: number, node: number): Entry => ({
    index,
    term,
    type: EntryType.ConfChange,
    data: encodeConfChange(one(AddNode, node)),
  });

  it('of two changes in the log the first is committed, even if the hard state of a torn append says less', () => {
    const entries = [entry(1, 1), change(2, 1, 2), entry(3, 1), change(4, 1, 3), entry(5, 1)];
    const hardState = { term: 1, vote: 0, commit: 1 };
    assert.equal(new Driver({ voters: [1], entries, hardState }).raw.commitIndex, 2);
    assert.equal(new Driver({ voters: [1], entries: entries.slice(0, 3), hardState }).raw.commitIndex, 1);
    const later = { ...hardState, commit: 5 };
    assert.equal(new Driver({ voters: [1], entries, hardState: later }).raw.commitIndex, 5);
  });

  it('a node does not campaign before it has applied the committed changes', () => {
    const entries = [entry(1, 1), change(2, 1, 2)];
    const node = new Driver({ voters: [1], entries, hardState: { term: 1, vote: 0, commit: 2 } });
    node.raw.tick();
    node.raw.campaign();
    assert.equal(node.drain().raw.role, Role.Follower);
    node.raw.applyConfChange(node.committed[1]!.data);
    node.raw.appliedTo(2);
    node.raw.campaign();
    assert.equal(
      node.drain().raw.role,
      Role.PreCandidate,
      'one of two voters now, so its own vote is not enough',
    );
  });
});
