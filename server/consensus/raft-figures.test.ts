import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Message, MessageType, type NodeId, Role } from './messages.js';
import { logOf } from './testing/build.js';
import { Cluster } from './testing/cluster.js';

// The two scenarios that the paper draws. Nodes carry the numbers and letters of the figures.

type Disk = readonly [id: NodeId, term: number, log: readonly number[]];

function clusterOf(disks: readonly Disk[], appendBytesMax = 4096): Cluster {
  return new Cluster({
    ids: disks.map(([id]) => id),
    config: { preVote: false, checkQuorum: false, appendBytesMax },
    disks: new Map(
      disks.map(([id, term, log]) => [id, { hardState: { term, vote: 0, commit: 0 }, entries: logOf(log) }]),
    ),
  });
}

const termsOf = (cluster: Cluster, id: NodeId): number[] =>
  cluster.node(id).storage.log.entries.map(({ term }) => term);

describe('Reference: figure 7, "any of scenarios (a–f) could occur in follower logs"', () => {
  const LEADER_LOG = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const FOLLOWERS: readonly (readonly [name: string, log: number[], refused: number])[] = [
    ['a', [1, 1, 1, 4, 4, 5, 5, 6, 6], 1],
    ['b', [1, 1, 1, 4], 1],
    ['c', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], 0],
    ['d', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], 0],
    ['e', [1, 1, 1, 4, 4, 4, 4], 1],
    ['f', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], 1],
  ];

  it('brings all six in line at once, and the leader keeps its own log', () => {
    const disks: Disk[] = [[1, 7, LEADER_LOG]];
    FOLLOWERS.forEach(([, log], at) => {
      disks.push([at + 2, 7, log]);
    });
    const cluster = clusterOf(disks);
    cluster.elect(1);
    for (const { id } of cluster.nodes) assert.deepEqual(termsOf(cluster, id), [...LEADER_LOG, 8]);
    assert.equal(cluster.raw(1).commitIndex, LEADER_LOG.length + 1);
  });

  // A cluster of three, so that each follower can be looked at alone: node 3 gives its vote and hears nothing then.
  for (const [name, log, refused] of FOLLOWERS) {
    it(`(${name}) is in line after ${refused} refused append(s): whole terms are skipped`, () => {
      const cluster = clusterOf([
        [1, 8, LEADER_LOG],
        [2, 7, log],
        [3, 7, []],
      ]);
      cluster.campaign(1);
      let refusals = 0;
      for (let round = 0; round < 20; round++) {
        for (const { id } of cluster.nodes) cluster.run(id);
        for (const message of cluster.network.take(
          (sent) => sent.type !== MessageType.Append || sent.to === 2,
        )) {
          if (message.type === MessageType.AppendResponse && message.reject) refusals += 1;
          cluster.hand(message);
        }
      }
      assert.deepEqual(termsOf(cluster, 2), [...LEADER_LOG, 9]);
      assert.equal(refusals, refused);
    });
  }
});

describe('Reference: figure 8, "a leader cannot determine commitment using log entries from older terms"', () => {
  /** (c): S1 leads term 4; its entry 2 of term 2 is on a majority, and entry 3 of its own term only on itself. */
  function untilC(): Cluster {
    const cluster = clusterOf(
      [
        [1, 3, [1, 2]],
        [2, 2, [1, 2]],
        [3, 3, [1]],
        [4, 3, [1]],
        [5, 3, [1, 3]],
      ],
      1,
    );
    cluster.cut(1, 5);
    cluster.campaign(1);
    for (let round = 0; round < 20; round++) {
      for (const { id } of cluster.nodes) cluster.run(id);
      for (const message of cluster.network.take((sent) => sent.to !== 5))
        cluster.hand(withoutOwnTerm(message));
    }
    cluster.network.take(() => true);
    return cluster;
  }

  /** Entries of term 4 do not get through yet. */
  function withoutOwnTerm(message: Message): Message {
    return message.type === MessageType.Append && message.entries.some(({ term }) => term === 4)
      ? { ...message, entries: [] }
      : message;
  }

  it('(c) an entry of an earlier term on a majority is not committed', () => {
    const cluster = untilC();
    assert.equal(cluster.raw(1).role, Role.Leader);
    assert.equal(cluster.raw(1).term, 4);
    for (const id of [1, 2, 3]) assert.equal(termsOf(cluster, id)[1], 2, `on the disk of node ${id}`);
    const counted = cluster
      .raw(1)
      .status()
      .progress.filter(({ match }) => match >= 2);
    assert.ok(counted.length >= 3, 'and the leader knows that it is there');
    assert.equal(cluster.raw(1).commitIndex, 0);
  });

  it('(d) so it may be overwritten by S5, elected with the votes of S2, S3 and S4', () => {
    const cluster = untilC();
    cluster.crash(1);
    cluster.heal();
    while (cluster.raw(5).term < 5 || cluster.raw(5).role !== Role.Leader) {
      cluster.campaign(5);
      cluster.settle();
    }
    cluster.restart(1);
    cluster.settle();
    cluster.pass(3);
    for (const id of [1, 2, 3, 4, 5]) assert.deepEqual(termsOf(cluster, id).slice(0, 2), [1, 3]);
  });

  it('(e) but once an entry of its own term is on a majority, all before it are committed and S5 cannot win', () => {
    const cluster = untilC();
    cluster.network.take(() => true);
    cluster.pass(5);
    assert.equal(cluster.raw(1).commitIndex, 3);
    cluster.crash(1);
    cluster.heal();
    for (let round = 0; round < 5; round++) {
      cluster.campaign(5);
      cluster.settle();
      assert.notEqual(cluster.raw(5).role, Role.Leader);
    }
    cluster.elect(2);
    cluster.pass(3);
    for (const id of [2, 3, 4, 5]) assert.deepEqual(termsOf(cluster, id).slice(0, 3), [1, 2, 4]);
  });
});
