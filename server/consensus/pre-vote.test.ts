import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageType, Role } from './messages.js';
import { logOf } from './testing/build.js';
import { Cluster } from './testing/cluster.js';
import { Driver } from './testing/driver.js';

const { PreVote, PreVoteResponse } = MessageType;
const at = (term: number) => ({ hardState: { term, vote: 0, commit: 0 } });
const plain = { preVote: false, checkQuorum: false } as const;

describe('pre-vote (thesis §9.6)', () => {
  it('asks for the next term without taking it, however often', () => {
    const node = new Driver(at(4));
    for (let round = 0; round < 5; round++) {
      const asked = node.tick(10).take(PreVote);
      assert.deepEqual(
        asked.map(({ to, term }) => [to, term]),
        [
          [2, 5],
          [3, 5],
        ],
      );
      assert.deepEqual([node.raw.term, node.raw.role], [4, Role.PreCandidate]);
    }
  });

  it('the answer to a pre-vote changes neither term nor vote nor time-out', () => {
    const node = new Driver(at(4)).tick(9);
    const [granted] = node.step({ type: PreVote, from: 2, term: 5 }).take(PreVoteResponse);
    assert.deepEqual([granted?.reject, granted?.term], [false, 5]);
    assert.deepEqual([node.raw.term, node.raw.status().vote], [4, 0]);
    assert.equal(node.tick(1).take(PreVote).length, 2, 'its own time-out goes on');
  });

  it('is refused to a candidate whose log is behind, with the own term', () => {
    const node = new Driver({ ...at(4), entries: logOf([3]) });
    const [refused] = node
      .step({ type: PreVote, from: 2, term: 9, index: 5, logTerm: 2 })
      .take(PreVoteResponse);
    assert.deepEqual([refused?.reject, refused?.term], [true, 4]);
  });

  it('a majority of grants starts the election; a majority of refusals ends the attempt', () => {
    const won = new Driver(at(4));
    won.raw.campaign();
    won.settle().step({ type: PreVoteResponse, from: 2, term: 5 });
    assert.deepEqual([won.raw.role, won.raw.term], [Role.Candidate, 5]);
    const lost = new Driver(at(4));
    lost.raw.campaign();
    for (const from of [2, 3]) lost.settle().step({ type: PreVoteResponse, from, term: 4, reject: true });
    assert.deepEqual([lost.raw.role, lost.raw.term], [Role.Follower, 4]);
  });

  it('a refusal that names a later term is learned from', () => {
    const node = new Driver(at(4));
    node.raw.campaign();
    node.settle().step({ type: PreVoteResponse, from: 2, term: 8, reject: true });
    assert.deepEqual([node.raw.role, node.raw.term], [Role.Follower, 8]);
  });

  it('a late answer to a pre-vote is no vote', () => {
    const node = new Driver(plain);
    node.raw.campaign();
    node.settle().step({ type: PreVoteResponse, from: 2, term: 1 });
    assert.equal(node.raw.role, Role.Candidate);
  });

  it('A2.5 a node that was cut off comes back without a new term and without an election', () => {
    const cluster = new Cluster({ ids: [1, 2, 3] });
    cluster.elect(1);
    cluster.isolate(3);
    cluster.pass(100);
    cluster.heal();
    cluster.pass(30);
    for (const id of [1, 2, 3]) assert.equal(cluster.raw(id).term, 1);
    assert.equal(cluster.leader?.id, 1);
  });

  it('A2.5 a node that comes back with a later term costs the leader one step down, and is not locked out', () => {
    const cluster = new Cluster({
      ids: [1, 2, 3],
      disks: new Map([[3, { entries: [], hardState: { term: 9, vote: 3, commit: 0 } }]]),
    });
    cluster.isolate(3);
    cluster.elect(1);
    cluster.propose(1, 'a');
    cluster.settle();
    cluster.heal();
    cluster.pass(60);
    assert.notEqual(cluster.leader, null);
    assert.equal(cluster.raw(3).term, cluster.leader?.raw?.term);
    assert.equal(cluster.node(3).applied.length, cluster.raw(cluster.leader!.id).commitIndex);
  });

  it('A2.4 partial connectivity: 4 hears only 2, 5 only 3; one leader, no rising terms', () => {
    const cluster = new Cluster({ ids: [1, 2, 3, 4, 5] });
    cluster.elect(1);
    for (const other of [1, 3, 5]) cluster.cut(4, other);
    for (const other of [1, 2, 4]) cluster.cut(5, other);
    cluster.pass(200);
    assert.deepEqual([cluster.leader?.id, cluster.raw(1).term], [1, 1]);
    for (const id of [2, 3, 4, 5]) assert.equal(cluster.raw(id).term, 1);
  });
});
