import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Message, MessageType, Role } from './messages.js';
import { entry, logOf } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

// One test a sentence of the paper, §5.1 and §5.2; the other sections stand in raft-paper.test.ts.

const { Append, AppendResponse, Vote, VoteResponse, Heartbeat, HeartbeatResponse } = MessageType;
const plain = { preVote: false, checkQuorum: false } as const;
const at = (term: number) => ({ hardState: { term, vote: 0, commit: 0 } });
const candidate = (): Driver => {
  const node = new Driver(plain);
  node.raw.campaign();
  return node.settle();
};
const makers = { follower: () => new Driver(plain), candidate, leader: () => new Driver(plain).lead() };
const toOthers = (messages: readonly Message[]): number[] => messages.map((message) => message.to);
const voters = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('Reference: §5.1 terms', () => {
  for (const [name, make] of Object.entries(makers)) {
    it(`"if one server's current term is smaller than the other's, then it updates": ${name}`, () => {
      for (const type of [Append, AppendResponse, Vote, VoteResponse, Heartbeat, HeartbeatResponse]) {
        const node = make();
        node.step({ type, from: 2, term: 9 });
        assert.equal(node.raw.term, 9, `message type ${type}`);
        assert.equal(node.raw.role, Role.Follower, '"it immediately reverts to follower state"');
      }
    });

    it(`"if a server receives a request with a stale term number, it rejects the request": ${name}`, () => {
      const node = make();
      node.step({ type: Append, from: 2, term: node.raw.term + 5 }).take();
      const before = node.raw.status();
      node.step({ type: Append, from: 3, term: 1, entries: [entry(1, 1)] });
      node.step({ type: Vote, from: 3, term: 1, index: 99, logTerm: 99 });
      assert.deepEqual(node.raw.status(), before);
      const answers = node.take();
      assert.deepEqual(
        answers.map(({ type, to, reject, term }) => [type, to, reject, term]),
        [
          [AppendResponse, 3, true, before.term],
          [VoteResponse, 3, true, before.term],
        ],
      );
    });
  }
});

describe('Reference: §5.2 leader election', () => {
  it('"when servers start up, they begin as followers"', () => {
    assert.equal(new Driver(at(7)).raw.role, Role.Follower);
    assert.equal(new Driver(at(7)).raw.leader, 0);
  });

  it('"a server remains in follower state as long as it receives valid RPCs from a leader"', () => {
    const node = new Driver(plain);
    for (let round = 0; round < 30; round++) {
      node.tick(9);
      node.step({ type: Heartbeat, from: 2, term: 1 });
    }
    assert.deepEqual([node.raw.role, node.raw.term, node.raw.leader], [Role.Follower, 1, 2]);
  });

  it('"leaders send periodic heartbeats to all followers in order to maintain their authority"', () => {
    const node = new Driver({ ...plain, heartbeatTicks: 2 }).leadEstablished();
    assert.deepEqual(toOthers(node.tick(1).take(Heartbeat)), []);
    assert.deepEqual(toOthers(node.tick(1).take(Heartbeat)), [2, 3]);
    assert.deepEqual(toOthers(node.tick(4).take(Heartbeat)), [2, 3, 2, 3]);
  });

  it('"a follower increments its current term [...] votes for itself and issues RequestVote RPCs in parallel"', () => {
    const node = new Driver({ ...plain, ...at(1), entries: logOf([1]) });
    assert.deepEqual(node.tick(9).take(), []);
    const votes = node.tick(1).take(Vote);
    assert.deepEqual(toOthers(votes), [2, 3]);
    for (const { term, index, logTerm } of votes) assert.deepEqual([term, index, logTerm], [2, 1, 1]);
    const { term, vote, role } = node.raw.status();
    assert.deepEqual([term, vote, role], [2, 1, Role.Candidate]);
  });

  it('"a candidate wins an election if it receives votes from a majority of the servers"', () => {
    const cases: readonly [servers: number, granted: number, rejected: number, role: Role][] = [
      [1, 0, 0, Role.Leader],
      [3, 1, 0, Role.Leader],
      [3, 0, 1, Role.Candidate],
      [3, 0, 2, Role.Follower],
      [5, 2, 0, Role.Leader],
      [5, 2, 2, Role.Leader],
      [5, 1, 2, Role.Candidate],
      [5, 1, 3, Role.Follower],
      [4, 1, 0, Role.Candidate],
      [4, 2, 0, Role.Leader],
    ];
    for (const [servers, granted, rejected, role] of cases) {
      const node = new Driver({ ...plain, voters: voters(servers) });
      node.raw.campaign();
      node.settle();
      for (let from = 2; from < 2 + rejected + granted; from++)
        node.step({ type: VoteResponse, from, term: 1, reject: from < 2 + rejected });
      assert.equal(node.raw.role, role, `${servers} servers, ${granted} votes and ${rejected} refusals`);
    }
  });

  it('a vote counts once, however often it arrives', () => {
    const node = new Driver({ ...plain, voters: voters(5) });
    node.raw.campaign();
    for (let round = 0; round < 5; round++) node.step({ type: VoteResponse, from: 2, term: 1 });
    assert.equal(node.raw.role, Role.Candidate);
  });

  it('"each server will vote for at most one candidate in a given term, on a first-come-first-served basis"', () => {
    const node = new Driver(plain);
    const ask = (from: number): boolean | undefined =>
      node.step({ type: Vote, from, term: 1 }).take(VoteResponse)[0]?.reject;
    assert.deepEqual([ask(2), ask(3), ask(2)], [false, true, false]);
  });

  it('a candidate that hears of a leader of its term or a later one returns to follower state', () => {
    for (const term of [1, 2]) {
      const node = candidate().step({ type: Append, from: 2, term });
      assert.deepEqual([node.raw.role, node.raw.term, node.raw.leader], [Role.Follower, term, 2]);
    }
  });

  it('"if the term in the RPC is smaller [...] the candidate rejects the RPC and continues in candidate state"', () => {
    const node = new Driver({ ...plain, ...at(4) });
    node.raw.campaign();
    node.settle().take();
    const [answer] = node.step({ type: Append, from: 2, term: 4 }).take(AppendResponse);
    assert.deepEqual([answer?.reject, answer?.term, node.raw.role], [true, 5, Role.Candidate]);
  });

  it('split vote: "each candidate will time out and start a new election by incrementing its term"', () => {
    const node = candidate();
    node.step({ type: VoteResponse, from: 2, term: 1, reject: true }).take();
    const votes = node.tick(10).take(Vote);
    assert.deepEqual([node.raw.role, node.raw.term, votes.length], [Role.Candidate, 2, 2]);
  });

  it('"election timeouts are chosen randomly from a fixed interval": every tick of it, none outside', () => {
    const seen = new Set<number>();
    for (let step = 0; step < 200; step++) {
      const node = new Driver({ ...plain, random: () => step / 200 });
      let ticks = 0;
      for (; node.raw.role === Role.Follower; ticks++) node.tick();
      seen.add(ticks);
    }
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    );
  });

  it('A2.1 randomised time-outs resolve an election storm of five', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const cluster = new Cluster({ ids: voters(5), seed });
      cluster.pass(200);
      assert.notEqual(cluster.leader, null, `seed ${seed}`);
    }
  });
});
