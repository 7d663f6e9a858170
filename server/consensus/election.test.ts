import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageType, Role } from './messages.js';
import { command, entry, logOf } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

const { Append, AppendResponse, Heartbeat, PreVote, PreVoteResponse, TimeoutNow, Vote, VoteResponse } =
  MessageType;
const at = (term: number) => ({ hardState: { term, vote: 0, commit: 0 } });
const plain = { preVote: false, checkQuorum: false } as const;

describe('check-quorum (thesis §6.2)', () => {
  it('A2.2 a leader that hears nobody for an election time-out steps down in its own term', () => {
    const node = new Driver().leadEstablished().tick(10);
    assert.equal(node.raw.role, Role.Leader, 'the answers to its first entry count for this check');
    node.tick(9);
    assert.equal(node.raw.role, Role.Leader);
    node.tick(1);
    assert.deepEqual([node.raw.role, node.raw.leader, node.raw.term], [Role.Follower, 0, 1]);
  });

  it('A2.3 one of two followers is enough; a leader that only sends is not', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.pass(50);
    assert.equal(cluster.raw(1).role, Role.Leader);
    cluster.network.cutOneWay(2, 1);
    cluster.pass(21);
    assert.equal(cluster.raw(1).role, Role.Follower);
  });

  it('without it a leader that is cut off never notices', () => {
    assert.equal(new Driver({ checkQuorum: false }).leadEstablished().tick(100).raw.role, Role.Leader);
  });

  it('the lease: a vote request within an election time-out of hearing the leader is ignored, term and all', () => {
    for (const type of [Vote, PreVote]) {
      const node = new Driver().step({ type: Heartbeat, from: 2, term: 1 }).tick(9);
      node.take();
      node.step({ type, from: 3, term: 5, index: 9, logTerm: 4 });
      assert.deepEqual([node.take().length, node.raw.term, node.raw.leader], [0, 1, 2]);
    }
  });

  it('after the time-out, or for a transfer that the leader asked for, the vote is given', () => {
    const late = new Driver({ random: () => 0.9 }).step({ type: Heartbeat, from: 2, term: 1 }).tick(10);
    assert.equal(late.step({ type: Vote, from: 3, term: 5 }).take(VoteResponse)[0]?.reject, false);
    const forced = new Driver().step({ type: Heartbeat, from: 2, term: 1 });
    assert.equal(
      forced.step({ type: Vote, from: 3, term: 2, context: 1 }).take(VoteResponse)[0]?.reject,
      false,
    );
  });

  it('forgetLeader gives the vote free without waiting, and touches no leader', () => {
    const node = new Driver().step({ type: Heartbeat, from: 2, term: 1 });
    node.raw.forgetLeader();
    assert.equal(node.raw.leader, 0);
    assert.equal(node.step({ type: Vote, from: 3, term: 2 }).take(VoteResponse)[0]?.reject, false);
    const leader = new Driver().lead();
    leader.raw.forgetLeader();
    assert.equal(leader.raw.leader, 1);
  });
});

describe('a leader of the past', () => {
  it('learns the new term from the answer to its append or heartbeat and steps down', () => {
    for (const type of [Append, Heartbeat]) {
      const node = new Driver(at(5));
      const [answer] = node.step({ type, from: 2, term: 3 }).take(AppendResponse);
      assert.deepEqual([answer?.term, answer?.reject], [5, true]);
      const old = new Driver(at(2)).lead();
      old.step({ type: AppendResponse, from: 2, term: answer!.term, reject: true });
      assert.deepEqual([old.raw.role, old.raw.term], [Role.Follower, 5]);
    }
  });

  it('gets its late answers ignored', () => {
    const node = new Driver(plain).leadEstablished();
    node.raw.propose(command('a'));
    node.settle();
    const before = node.raw.status();
    for (const type of [AppendResponse, VoteResponse, MessageType.HeartbeatResponse])
      node.step({ type, from: 2, term: 0, index: 2 });
    assert.deepEqual(node.raw.status(), before);
  });

  it('a second leader in one term is not believed', () => {
    const node = new Driver(plain).leadEstablished();
    node.step({ type: Append, from: 3, term: 1, index: 1, logTerm: 1, entries: [entry(2, 1, 'other')] });
    assert.deepEqual([node.raw.role, node.raw.lastIndex], [Role.Leader, 1]);
  });
});

describe('a candidate of the past', () => {
  it('learns the term from the refusal of its vote, and its next campaign counts', () => {
    const node = new Driver({ ...plain, ...at(7) });
    const [refusal] = node.step({ type: Vote, from: 2, term: 3 }).take(VoteResponse);
    assert.deepEqual([refusal?.reject, refusal?.term], [true, 7]);
    const behind = new Driver({ ...plain, ...at(2) });
    behind.raw.campaign();
    behind.settle().step({ type: VoteResponse, from: 2, term: 7, reject: true });
    assert.deepEqual([behind.raw.role, behind.raw.term], [Role.Follower, 7]);
  });
});

describe('what a voter tells of its commit index', () => {
  const log = { ...at(3), entries: logOf([1, 2, 2]) };
  const answer = { from: 2, reject: true, commit: 2, logTerm: 2 } as const;

  it('comes with every answer, given or refused', () => {
    for (const [index, reject] of [
      [3, false],
      [1, true],
    ] as const) {
      const node = new Driver({ ...log, hardState: { term: 3, vote: 0, commit: 2 } });
      for (const type of [Vote, PreVote]) {
        const [told] = node.step({ type, from: 2, term: 4, index, logTerm: 2 }).take();
        assert.deepEqual([told?.reject, told?.commit, told?.logTerm], [reject, 2, 2]);
      }
    }
  });

  it('is learned where the logs agree, also from a voter in an earlier term', () => {
    for (const term of [1, 3]) {
      const node = new Driver(log);
      node.raw.campaign();
      node.settle().step({ ...answer, type: PreVoteResponse, term });
      assert.equal(node.raw.commitIndex, 2);
    }
  });

  it('is not learned where they do not, and lowers nothing', () => {
    const node = new Driver({ ...log, hardState: { term: 3, vote: 0, commit: 1 } });
    for (const [commit, logTerm] of [
      [2, 1],
      [4, 2],
      [1, 1],
      [0, 0],
    ] as const)
      node.step({ ...answer, type: VoteResponse, term: 3, commit, logTerm });
    assert.equal(node.raw.commitIndex, 1);
  });

  it('a leader knows better', () => {
    const node = new Driver({ ...plain, ...log }).lead();
    node.step({ ...answer, type: VoteResponse, term: 4 });
    assert.equal(node.raw.commitIndex, 0);
  });
});

describe('leadership transfer (thesis §3.10)', () => {
  it('A2.8 to a follower that is up to date happens at once, across lease and pre-vote', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.pass(1);
    cluster.node(1).call((raw) => raw.transferLeader(3));
    cluster.settle();
    assert.equal(cluster.leader?.id, 3);
    assert.deepEqual([cluster.raw(1).role, cluster.raw(1).term], [Role.Follower, 2]);
  });

  it('to a follower that lags waits until it has caught up; proposals are refused meanwhile', () => {
    const node = new Driver(plain).leadEstablished();
    const index = node.raw.propose(command('a'));
    node.settle().take();
    node.raw.transferLeader(3);
    assert.equal(node.settle().take(TimeoutNow).length, 0);
    assert.throws(() => node.raw.propose(command('b')), /leadership is being handed to node 3/);
    assert.deepEqual(
      node
        .acknowledge(3, index)
        .take(TimeoutNow)
        .map(({ to }) => to),
      [3],
    );
  });

  it('is given up after an election time-out, and proposals are taken again', () => {
    const node = new Driver(plain).leadEstablished();
    node.raw.propose(command('a'));
    node.raw.transferLeader(3);
    node.tick(10);
    assert.equal(node.raw.status().transferee, 0);
    node.raw.propose(command('b'));
  });

  it('to oneself, a stranger or a learner does nothing', () => {
    const node = new Driver({ ...plain, learners: [4] }).leadEstablished();
    for (const id of [1, 9, 4]) {
      node.raw.transferLeader(id);
      assert.equal(node.raw.status().transferee, 0);
    }
    assert.deepEqual(node.settle().take(TimeoutNow), []);
  });

  it('a node that may not vote ignores the call to campaign', () => {
    const learner = new Driver({ voters: [2, 3], learners: [1] });
    learner.step({ type: TimeoutNow, from: 2, term: 1 });
    assert.deepEqual([learner.raw.role, learner.raw.term], [Role.Learner, 1]);
  });
});

describe('messages that nobody should send', () => {
  it('term 0 means none: such a message is refused, not answered', () => {
    for (const type of Object.values(MessageType)) {
      if (type === MessageType.StorageAppendResponse) continue;
      const node = new Driver();
      const before = node.raw.status();
      assert.deepEqual(node.step({ type, from: 2, term: 0, index: 1, logTerm: 1 }).take(), []);
      assert.deepEqual(node.raw.status(), before);
    }
  });

  it('an append whose entries leave a gap is dropped', () => {
    const node = new Driver();
    node.step({ type: Append, from: 2, term: 1, entries: [entry(1, 1), entry(3, 1)] });
    assert.deepEqual([node.raw.lastIndex, node.take(AppendResponse).length], [0, 0]);
  });

  it('a message for another node is a broken invariant', () => {
    const other = new Driver({ id: 2 });
    const [vote] = new Driver().tick(10).take(PreVote);
    other.raw.step(vote!);
    const another = new Driver({ id: 3 });
    assert.throws(() => another.raw.step(vote!), /message to node 2 stepped on node 3/);
  });
});
