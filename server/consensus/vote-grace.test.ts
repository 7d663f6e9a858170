import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RaftConfig } from './config.js';
import { FORCED, MessageType, Role } from './messages.js';
import { RawNode } from './raw-node.js';
import { configOf, type TestConfig } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

const { Heartbeat, PreVote, PreVoteResponse, TimeoutNow, Vote, VoteResponse } = MessageType;

/** Restarted in term 3, with the grace that follows from the other settings. */
function restarted(overrides: TestConfig = {}): Driver {
  return new Driver({
    hardState: { term: 3, vote: 0, commit: 0 },
    hasVoteGrace: true,
    electionTicksMax: 40,
    random: () => 0.9,
    ...overrides,
  }).settle();
}

describe('vote grace after a start', () => {
  it('no vote and no pre-vote is given for the shortest election time-out, not even the term is taken', () => {
    const node = restarted();
    for (let tick = 0; tick < 10; tick++) {
      for (const type of [PreVote, Vote] as const)
        for (const term of [3, 4]) node.step({ type, from: 2, term, index: 9, logTerm: 3 });
      assert.deepEqual([node.take(), node.raw.term], [[], 3], `tick ${tick}`);
      node.tick();
    }
    node.step({ type: PreVote, from: 2, term: 4, index: 9, logTerm: 3 });
    node.step({ type: Vote, from: 2, term: 4, index: 9, logTerm: 3 });
    assert.deepEqual(
      node.take().map(({ type, reject }) => [type, reject]),
      [
        [PreVoteResponse, false],
        [VoteResponse, false],
      ],
    );
  });

  it('a vote that the leader asked for is given at once', () => {
    const node = restarted().step({ type: Vote, from: 2, term: 4, index: 9, logTerm: 3, context: FORCED });
    assert.equal(node.take(VoteResponse)[0]?.reject, false);
  });

  it('begins with every start of a node that had a term, by its hard state or by its snapshot, and with no other', () => {
    const votes = (overrides: Partial<RaftConfig>): boolean => {
      const raw = new RawNode(configOf({ ...overrides, hasVoteGrace: true }));
      raw.step({ ...BLANK, type: Vote, term: 9, index: 99, logTerm: 8 });
      return raw.term === 9;
    };
    const snapshot = { ...configOf().snapshot, index: 5, term: 1 };
    assert.equal(votes({}), true);
    assert.equal(votes({ hardState: { term: 1, vote: 0, commit: 0 } }), false);
    assert.equal(votes({ snapshot, base: { index: 5, term: 1 } }), false);
  });

  it('a leader is followed meanwhile, and the own campaign comes after it', () => {
    const node = restarted({ random: () => 0 }).tick(9);
    node.step({ type: Heartbeat, from: 2, term: 3 });
    assert.equal(node.raw.leader, 2);
    node.tick(9);
    assert.equal(node.raw.role, Role.Follower);
    node.tick(1);
    assert.equal(node.raw.role, Role.PreCandidate);
  });

  it('A2.12 a follower that restarts inside the lease elects nobody against it', () => {
    const cluster = new Cluster({ ids: [1, 2, 3], config: { hasVoteGrace: true } });
    cluster.elect(1);
    cluster.pass(1);
    // Node 2 answered a heartbeat just now; node 3 hears nothing of the leader and loses patience.
    cluster.cut(1, 3);
    cluster.crash(2);
    cluster.restart(2);
    cluster.campaign(3);
    cluster.settle();
    assert.deepEqual([cluster.raw(1).role, cluster.raw(3).role], [Role.Leader, Role.PreCandidate]);
  });
});

const BLANK = {
  from: 2,
  to: 1,
  entries: [],
  commit: 0,
  reject: false,
  rejectHint: 0,
  context: 0,
  snapshot: null,
  diskQueueNs: 0,
  diskWriteNs: 0,
  diskSyncNs: 0,
} as const;

describe('setCampaigning(false)', () => {
  it('no time-out and no leader makes the node campaign; it votes and follows as before', () => {
    const node = new Driver();
    node.raw.setCampaigning(false);
    node.tick(100);
    node.step({ type: Heartbeat, from: 2, term: 1 }).step({ type: TimeoutNow, from: 2, term: 1 });
    assert.deepEqual([node.raw.role, node.raw.term], [Role.Follower, 1]);
    node.tick(10).step({ type: Vote, from: 3, term: 2 });
    assert.equal(node.take(VoteResponse)[0]?.reject, false);
    node.raw.setCampaigning(true);
    node.tick(10);
    assert.equal(node.raw.role, Role.PreCandidate);
  });

  it('ends a campaign, and leaves a leader alone', () => {
    const candidate = new Driver();
    candidate.raw.campaign();
    candidate.raw.setCampaigning(false);
    candidate.step({ type: PreVoteResponse, from: 2, term: 1 });
    assert.deepEqual([candidate.raw.role, candidate.raw.term], [Role.Follower, 0]);
    const leader = new Driver().leadEstablished();
    leader.raw.setCampaigning(false);
    assert.equal(leader.raw.role, Role.Leader);
  });

  it('a transfer to such a node is given up and the leader goes on', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.node(2).call((raw) => raw.setCampaigning(false));
    cluster.node(1).call((raw) => raw.transferLeader(2));
    cluster.settle();
    assert.deepEqual([cluster.raw(1).role, cluster.raw(1).transferee], [Role.Leader, 2]);
    cluster.pass(10);
    assert.equal(cluster.raw(1).transferee, 0);
    cluster.propose(1, 'goes on');
  });
});
