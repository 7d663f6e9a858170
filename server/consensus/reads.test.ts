import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfChangeType } from './confchange.js';
import { MessageType, Role } from './messages.js';
import { command } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

const { AppendResponse, Heartbeat, HeartbeatResponse, ReadIndex, ReadIndexResponse } = MessageType;
const { AddLearner, RemoveNode } = ConfChangeType;
const plain = { preVote: false, checkQuorum: false } as const;

describe('linearizable reads (thesis §6.4)', () => {
  it('etcd #20418: an answer to an earlier round does not confirm a later read', () => {
    const node = new Driver({ ...plain, voters: [1, 2, 3] }).leadEstablished();
    node.raw.readIndex(70);
    const first = node.settle().take(Heartbeat)[0]!.context;
    node.raw.readIndex(71);
    node.settle().take();
    node.step({ type: HeartbeatResponse, from: 2, term: 1, context: first });
    assert.deepEqual(
      node.readStates.map(({ context }) => context),
      [70],
    );
  });

  it('a read that was lost with its heartbeat is asked for again by the next one, in the same round', () => {
    const node = new Driver(plain).leadEstablished();
    node.raw.readIndex(70);
    const round = node.settle().take(Heartbeat)[0]!.context;
    assert.ok(round > 0);
    assert.equal(node.tick(1).take(Heartbeat)[0]!.context, round);
    node.step({ type: HeartbeatResponse, from: 2, term: 1, context: round });
    assert.equal(node.tick(1).take(Heartbeat)[0]!.context, 0, 'nothing waits any more');
  });

  it('an append response confirms no read: it may answer what was sent before the read was asked', () => {
    const node = new Driver(plain).leadEstablished();
    const index = node.raw.propose(command('x'));
    node.raw.readIndex(70);
    node.settle();
    for (const from of [2, 3]) node.step({ type: AppendResponse, from, term: 1, index });
    assert.deepEqual(node.readStates, []);
  });

  it('a leader that loses its leadership answers no waiting read, not even when it leads again', () => {
    const node = new Driver(plain).leadEstablished();
    node.raw.readIndex(70);
    const round = node.settle().take(Heartbeat)[0]!.context;
    node.step({ type: Heartbeat, from: 2, term: 2 });
    node.lead();
    for (const from of [2, 3]) node.acknowledge(from, node.raw.lastIndex);
    const { term } = node.raw;
    for (const from of [2, 3]) node.step({ type: HeartbeatResponse, from, term, context: round });
    assert.deepEqual(node.readStates, []);
  });

  it('the index of a read is the commit index when it was asked, not when it is confirmed', () => {
    const node = new Driver(plain).leadEstablished();
    const before = node.raw.commitIndex;
    node.raw.readIndex(70);
    const context = node.settle().take(Heartbeat)[0]!.context;
    const index = node.raw.propose(command('x'));
    node.settle().acknowledge(2, index);
    node.step({ type: HeartbeatResponse, from: 2, term: 1, context });
    assert.deepEqual(node.readStates, [{ context: 70, index: before }]);
  });

  it('a follower asks its leader; without one it says so', () => {
    const alone = new Driver(plain);
    assert.equal(alone.raw.readIndex(70), false);
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    assert.notEqual(cluster.read(3), 0);
    cluster.settle();
    assert.equal(cluster.invariants.readsServed, 1);
  });

  it('a learner reads too, but its answers confirm nothing', () => {
    const node = new Driver({ ...plain, learners: [4] }).leadEstablished();
    node.raw.readIndex(70);
    const context = node.settle().take(Heartbeat)[0]!.context;
    node.step({ type: HeartbeatResponse, from: 4, term: 1, context });
    assert.deepEqual(node.readStates, []);
    node.step({ type: ReadIndex, from: 4, term: 1, context: 71 });
    const asked = node.take(Heartbeat)[0]!.context;
    node.step({ type: HeartbeatResponse, from: 2, term: 1, context: asked });
    assert.deepEqual(
      node.take(ReadIndexResponse).map(({ to, context: name }) => [to, name]),
      [[4, 71]],
    );
  });

  it('an answer of a leader of an earlier term is not taken', () => {
    const node = new Driver(plain).step({ type: Heartbeat, from: 2, term: 5 });
    node.raw.readIndex(70);
    node.settle().step({ type: ReadIndexResponse, from: 3, term: 4, context: 70, index: 1 });
    assert.deepEqual(node.readStates, []);
  });

  it('A2.2 a leader on the minority side serves no read, and the majority side does', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.isolate(1);
    cluster.read(1);
    cluster.pass(40);
    assert.equal(cluster.invariants.readsServed, 0);
    assert.notEqual(cluster.leader?.id, 1);
    assert.notEqual(cluster.raw(1).role, Role.Leader);
    cluster.read(cluster.leader!.id);
    cluster.settle();
    assert.equal(cluster.invariants.readsServed, 1);
  });
});

describe('reads while membership changes', () => {
  it('a read that waits for a quorum is served when the quorum becomes smaller', () => {
    const cluster = new Cluster({ ids: [1, 2] });
    cluster.elect(1);
    cluster.change(1, { changes: [{ type: RemoveNode, node: 2 }], transition: 'auto' });
    cluster.read(1);
    cluster.run(1);
    // No heartbeat arrives any more, only the append that commits the change.
    cluster.network.take((message) => message.type === MessageType.Heartbeat);
    cluster.settle();
    assert.deepEqual([...cluster.raw(1).membership.voters], [1]);
    assert.equal(cluster.invariants.readsServed, 1);
  });

  it('the only voter of both halves of a joint configuration serves reads alone', () => {
    const cluster = new Cluster({ ids: [1, 2], config: { voters: [1] } });
    cluster.elect(1);
    cluster.change(1, { changes: [{ type: AddLearner, node: 2 }], transition: 'explicit' });
    cluster.settle();
    assert.deepEqual([...cluster.raw(1).membership.votersOutgoing], [1]);
    cluster.isolate(1);
    cluster.read(1);
    cluster.settle();
    assert.equal(cluster.invariants.readsServed, 1);
  });
});

describe('reads that wait are bounded', () => {
  it('beyond pendingReadsMax the leader refuses its own and drops those of others; answered ones make room', () => {
    const node = new Driver({ ...plain, pendingReadsMax: 2 }).leadEstablished();
    assert.equal(node.raw.readIndex(1), true);
    node.step({ type: ReadIndex, from: 2, term: 1, context: 2 });
    assert.equal(node.raw.readIndex(3), false);
    node.step({ type: ReadIndex, from: 3, term: 1, context: 4 });
    const round = Math.max(...node.take(Heartbeat).map(({ context }) => context));
    node.step({ type: HeartbeatResponse, from: 2, term: 1, context: round });
    assert.deepEqual(
      node.readStates.map(({ context }) => context),
      [1],
    );
    assert.deepEqual(
      node.take(ReadIndexResponse).map(({ to, context }) => [to, context]),
      [[2, 2]],
    );
    assert.equal(node.raw.readIndex(5), true);
  });

  it('also those that wait for the first commit of the term', () => {
    const node = new Driver({ ...plain, pendingReadsMax: 2 }).lead();
    assert.deepEqual(
      [node.raw.readIndex(1), node.raw.readIndex(2), node.raw.readIndex(3)],
      [true, true, false],
    );
    assert.equal(node.raw.hasCommittedInTerm, false);
  });
});
