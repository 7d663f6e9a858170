import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StrataError } from '../errors.js';
import { EntryType, type NodeId, Role } from './messages.js';
import { Cluster } from './testing/cluster.js';

/** Cases of the fault list that no other file holds, each as one scenario. The invariants are checked behind every step. */

const others = (cluster: Cluster, id: NodeId): NodeId[] =>
  cluster.nodes.map((node) => node.id).filter((other) => other !== id);
const appliedBy = (cluster: Cluster, id: NodeId): number => cluster.node(id).applied.length;

describe('elections', () => {
  it('A2.1 election storm: five nodes campaign at once, and one leads within some time-outs, for good', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = new Cluster({ ids: [1, 2, 3, 4, 5], seed });
      for (const { id } of cluster.nodes) cluster.campaign(id);
      cluster.pass(100);
      const first = cluster.leader;
      assert.notEqual(first, null, `seed ${seed}`);
      const { term } = first!.raw!;
      cluster.pass(100);
      assert.deepEqual([cluster.leader?.id, cluster.leader?.raw?.term], [first!.id, term], `seed ${seed}`);
    }
  });

  it('A2.2 an isolated leader steps down within one election time-out; what it took is lost, and it never serves a read', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.isolate(1);
    const index = cluster.propose(1, 'taken by nobody else');
    cluster.read(1);
    // One election time-out from the last check of the quorum, which may have been just before.
    cluster.pass(20);
    assert.notEqual(cluster.raw(1).role, Role.Leader);
    cluster.pass(40);
    const { leader } = cluster;
    assert.ok(leader !== null && leader.id !== 1);
    cluster.propose(leader.id, 'by the majority');
    cluster.settle();
    cluster.heal();
    cluster.pass(30);
    assert.equal(cluster.invariants.readsServed, 0);
    assert.equal(appliedBy(cluster, 1), cluster.invariants.chosen.length);
    assert.notEqual(cluster.invariants.chosen[index - 1]?.term, 1);
  });

  it('A2.3 a leader that sends and hears nothing steps down, and one that hears and sends nothing is replaced', () => {
    for (const isDeaf of [true, false]) {
      const cluster = new Cluster({ ids: [1, 2, 3] });
      cluster.elect(1);
      for (const other of others(cluster, 1)) {
        if (isDeaf) cluster.network.cutOneWay(other, 1);
        else cluster.network.cutOneWay(1, other);
      }
      cluster.pass(80);
      assert.notEqual(cluster.raw(1).role, Role.Leader, `deaf: ${isDeaf}`);
      assert.ok(cluster.leader !== null && cluster.leader.id !== 1, `deaf: ${isDeaf}`);
    }
  });

  it('A2.8 transfer, then a restart of all nodes at once: commits survive, and the new leader reads after its own first entry', () => {
    const cluster = new Cluster({ ids: [1, 2, 3], config: { hasVoteGrace: true, random: () => 0.9 } });
    cluster.elect(1);
    for (const text of ['a', 'b']) cluster.propose(1, text);
    cluster.settle();
    const before = cluster.invariants.chosen.length;
    cluster.node(1).call((raw) => raw.transferLeader(2));
    cluster.settle();
    assert.equal(cluster.leader?.id, 2);
    for (const { id } of cluster.nodes) cluster.crash(id);
    for (const { id } of cluster.nodes) cluster.restart(id);
    cluster.pass(11);
    cluster.campaign(3);
    for (let step = 0; cluster.raw(3).role !== Role.Leader; step++) {
      assert.ok(step < 100, 'node 3 is not elected');
      for (const { id } of cluster.nodes) cluster.run(id);
      cluster.deliver();
    }
    cluster.read(3);
    assert.equal(cluster.raw(3).hasCommittedInTerm, false);
    cluster.run(3);
    assert.equal(cluster.invariants.readsServed, 0);
    cluster.settle();
    assert.equal(cluster.invariants.readsServed, 1);
    assert.ok(cluster.invariants.chosen.length > before);
    assert.equal(appliedBy(cluster, 3), cluster.invariants.chosen.length);
  });

  it('A2.12 a leader that stood still for many time-outs steps down at the first word of another, and commits nothing of its own', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    // Its loop stands: nothing is taken in, handed out, or ticked. The others do not wait.
    const standing = [2, 3];
    for (let round = 0; round < 60; round++) {
      for (const id of standing) cluster.tick(id);
      for (const id of standing) cluster.run(id);
      const toStanding = cluster.network.take((message) => message.to !== 1);
      for (const message of toStanding) cluster.hand(message);
    }
    const { leader } = cluster;
    assert.ok(leader !== null && leader.id !== 1);
    cluster.node(1).call((raw) => raw.propose(new Uint8Array(1)));
    cluster.read(1);
    // It wakes up: all ticks that it missed come at once, before any message.
    cluster.tick(1, 60);
    assert.notEqual(cluster.raw(1).role, Role.Leader);
    cluster.settle();
    cluster.pass(5);
    assert.equal(cluster.invariants.readsServed, 0);
    assert.equal(cluster.leader?.id, leader.id);
    assert.equal(cluster.raw(1).leader, leader.id);
  });
});

describe('followers and quorums', () => {
  it('A2.7 without a quorum nothing is acknowledged and what waits is bounded; with it the cluster goes on', () => {
    const cluster = new Cluster({ ids: [1, 2, 3], config: { uncommittedBytesMax: 200, checkQuorum: false } });
    cluster.elect(1);
    const before = cluster.raw(1).commitIndex;
    cluster.isolate(1);
    let taken = 0;
    assert.throws(
      () => {
        for (; taken < 100; taken++) cluster.propose(1, 'waiting');
      },
      (error) => error instanceof StrataError && error.code === 'STRATA_PROPOSAL_DROPPED',
    );
    assert.ok(taken > 0 && taken * 16 < 200);
    cluster.settle();
    assert.equal(cluster.raw(1).commitIndex, before);
    cluster.heal();
    cluster.pass(60);
    cluster.propose(cluster.leader!.id, 'goes on');
    cluster.settle();
    cluster.pass(2);
    for (const { id } of cluster.nodes)
      assert.equal(appliedBy(cluster, id), cluster.invariants.chosen.length);
  });

  for (const compacts of [false, true]) {
    it(`A2.10 a follower that stands still gets a bounded window, and ${compacts ? 'a snapshot' : 'the entries'} afterwards`, () => {
      const cluster = new Cluster({ ids: [1, 2, 3], config: { inflightMessagesMax: 4 } });
      cluster.elect(1);
      cluster.crash(3);
      for (let count = 0; count < 40; count++) {
        cluster.propose(1, `${count}`);
        cluster.settle();
      }
      assert.equal(cluster.raw(1).commitIndex, 41, 'the leader goes on committing');
      const progress = cluster
        .raw(1)
        .status()
        .progress.find(({ id }) => id === 3);
      assert.ok(progress !== undefined && progress.inflightMessages <= 4);
      if (compacts) cluster.snapshot(1);
      cluster.restart(3);
      cluster.pass(3);
      assert.equal(appliedBy(cluster, 3), 41);
      assert.equal(cluster.invariants.installs, compacts ? 1 : 0);
    });
  }

  it('A2.32 a stream that fails, comes twice, or comes when the leader is another one: the follower ends up with the state, once', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.crash(3);
    for (let count = 0; count < 10; count++) cluster.propose(1, `${count}`);
    cluster.settle();
    cluster.snapshot(1);
    cluster.snapshot(2);
    cluster.restart(3);
    const untilStream = (): void => {
      for (let round = 0; cluster.streams.count === 0; round++) {
        assert.ok(round < 50, 'no snapshot is offered');
        for (const { id } of cluster.nodes) cluster.tick(id);
        for (const { id } of cluster.nodes) cluster.run(id);
        while (cluster.network.underWay.length > 0) cluster.deliver();
      }
    };
    untilStream();
    cluster.endStream(0, 'fail');
    untilStream();
    // The leader changes while the second one is under way.
    cluster.node(1).call((raw) => raw.transferLeader(2));
    for (let round = 0; round < 20 && cluster.leader?.id !== 2; round++) {
      for (const { id } of cluster.nodes) cluster.run(id);
      while (cluster.network.underWay.length > 0) cluster.deliver();
    }
    assert.equal(cluster.leader?.id, 2);
    cluster.endStream(0, 'arrive');
    cluster.pass(5);
    assert.equal(cluster.invariants.installs, 1);
    assert.equal(appliedBy(cluster, 3), cluster.invariants.chosen.length);
  });

  it('A2.32 a crash between the file and the log: the node starts from the file, with an empty log behind it', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.crash(3);
    for (let count = 0; count < 10; count++) cluster.propose(1, `${count}`);
    cluster.settle();
    cluster.snapshot(1);
    cluster.restart(3);
    for (let round = 0; cluster.streams.count === 0 && round < 50; round++) {
      for (const { id } of cluster.nodes) cluster.tick(id);
      for (const { id } of cluster.nodes) cluster.run(id);
      while (cluster.network.underWay.length > 0) cluster.deliver();
    }
    cluster.endStream(0, 'vanish');
    cluster.restart(3);
    const { firstIndex, lastIndex, commitIndex } = cluster.raw(3);
    assert.deepEqual([firstIndex, lastIndex, commitIndex], [12, 11, 11]);
    cluster.pass(3);
    assert.equal(appliedBy(cluster, 3), 11);
  });

  it('A2.14 a removed node that did not hear of it, and campaigns without a pre-vote, disturbs nobody inside the lease', () => {
    const cluster = new Cluster({ ids: [1, 2, 3], config: { preVote: false } });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.change(1, { changes: [{ type: 1, node: 3 }], transition: 'auto' });
    cluster.pass(3);
    assert.equal(cluster.invariants.chosen.at(-1)?.type, EntryType.ConfChange);
    const { term } = cluster.raw(1);
    cluster.heal();
    for (let round = 0; round < 30; round++) {
      cluster.campaign(3);
      cluster.pass(1);
    }
    assert.deepEqual([cluster.raw(1).role, cluster.raw(1).term], [Role.Leader, term]);
  });
});
