import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TransferResult } from '../ports/cluster-admin.js';
import { codeOf, readValue } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS, HEARTBEAT_MS } from './testing/test-nodes.js';

const leaderOf = (cluster: TestCluster): number =>
  cluster.nodes.find(({ raw }) => raw.role === 'leader')?.id ?? 0;

describe('transfer', () => {
  it('A2.8 to the node named: answered when that one leads', async () => {
    const cluster = await TestCluster.start();
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(10);
    assert.notEqual(put.result, null);
    const moved = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(3, done));
    await cluster.passUntil(() => moved.answered, 'answered', ELECTION_MS);
    assert.deepEqual(moved.result, { leader: 3, term: 2 });
    const get = cluster.get(1, 'a');
    await cluster.pass(20);
    assert.equal(readValue(get), '1');
  });

  it('asked of a follower, without a name: the leader chooses the follower that is furthest', async () => {
    const cluster = await TestCluster.start();
    cluster.node(2).log.hold();
    cluster.put(1, 'a', '1');
    await cluster.pass(2 * HEARTBEAT_MS);
    const moved = cluster.ask<TransferResult>((done) => cluster.admin(2).transferLeader(null, done));
    await cluster.passUntil(() => leaderOf(cluster) === 3, 'node 3 leads', ELECTION_MS);
    cluster.node(2).log.release();
    await cluster.passUntil(() => moved.answered, 'answered', ELECTION_MS);
    assert.deepEqual(moved.result, { leader: 3, term: 2 });
  });

  it('to the leader itself is done already; to nobody that votes is refused', async () => {
    const cluster = await TestCluster.start();
    const same = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(1, done));
    const stranger = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(9, done));
    await cluster.pass(1);
    assert.deepEqual(same.result, { leader: 1, term: 1 });
    assert.equal(codeOf(stranger), 'STRATA_TRANSFER_FAILED');
    const alone = await TestCluster.start({ nodes: 1 });
    const nobody = alone.ask<TransferResult>((done) => alone.admin(1).transferLeader(null, done));
    await alone.pass(1);
    assert.equal(codeOf(nobody), 'STRATA_TRANSFER_FAILED');
  });

  it('to a node that does not answer is given up in time, and the leader goes on', async () => {
    const cluster = await TestCluster.start();
    cluster.network.cut(3);
    const moved = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(3, done));
    const again = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(3, done));
    const other = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(2, done));
    await cluster.pass(1);
    assert.equal(codeOf(other), 'STRATA_TRANSFER_FAILED', 'one at a time');
    await cluster.passUntil(() => moved.answered && again.answered, 'answered', 5 * ELECTION_MS);
    assert.deepEqual([codeOf(moved), codeOf(again)], ['STRATA_TRANSFER_FAILED', 'STRATA_TRANSFER_FAILED']);
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(10);
    assert.notEqual(put.result, null);
  });

  it('without a leader says so; at the end of the node too', async () => {
    const cluster = await TestCluster.start({}, false);
    const early = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(2, done));
    await cluster.pass(1);
    assert.equal(codeOf(early), 'STRATA_NO_LEADER');
    await cluster.pass(2 * ELECTION_MS);
    cluster.network.cut(2, 3);
    const late = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(2, done));
    cluster.node(1).runtime.stop();
    await cluster.pass(1);
    assert.equal(codeOf(late), 'STRATA_SHUTTING_DOWN');
  });
});

describe('a disk that stalls', () => {
  it('A2.33 on the leader: the lead goes to a node whose disk works, before it costs an election', async () => {
    const cluster = await TestCluster.start({ diskStallMs: 60, diskStallRestMs: 1_000 });
    cluster.node(1).log.hold();
    const put = cluster.put(1, 'a', '1');
    await cluster.pass(40);
    assert.notEqual(put.result, null, 'the followers commit without it');
    await cluster.passUntil(() => leaderOf(cluster) > 1, 'another node leads', ELECTION_MS + 60);
    assert.equal(cluster.node(leaderOf(cluster)).raw.term, 2);
    assert.deepEqual(cluster.node(1).runtime.status().alarms, ['disk-stalled']);
    assert.equal(cluster.counter(1, 'runtime_disk_handovers_total'), 1);
  });

  it('A2.33 with hysteresis: it does not campaign until it has rested, and then may', async () => {
    const cluster = await TestCluster.start({ diskStallMs: 60, diskStallRestMs: 1_000 });
    cluster.node(1).log.hold();
    cluster.put(1, 'a', '1');
    await cluster.passUntil(() => leaderOf(cluster) > 1, 'another node leads', 400);
    cluster.node(1).log.release();
    await cluster.pass(50);
    const back = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(1, done));
    await cluster.passUntil(() => back.answered, 'answered', 6 * ELECTION_MS);
    assert.equal(codeOf(back), 'STRATA_TRANSFER_FAILED', 'not even when it is asked');
    await cluster.pass(1_000);
    assert.deepEqual(cluster.node(1).runtime.status().alarms, []);
    const later = cluster.ask<TransferResult>((done) => cluster.admin(1).transferLeader(1, done));
    await cluster.passUntil(() => later.answered, 'answered', 6 * ELECTION_MS);
    assert.equal(later.result?.leader, 1);
  });

  it('A2.33 on all nodes at once: nobody else is ahead, so the lead stays', async () => {
    const cluster = await TestCluster.start({ diskStallMs: 60 });
    for (const { log } of cluster.nodes) log.hold();
    cluster.put(1, 'a', '1');
    await cluster.pass(5 * ELECTION_MS);
    assert.equal(leaderOf(cluster), 1);
    assert.equal(cluster.counter(1, 'runtime_disk_handovers_total'), 0);
    for (const { log } of cluster.nodes) log.release();
    await cluster.pass(HEARTBEAT_MS);
    assert.deepEqual(cluster.node(1).runtime.status().alarms, []);
  });

  it('A2.33 on a follower: no effect on the others', async () => {
    const cluster = await TestCluster.start({ diskStallMs: 60 });
    cluster.node(3).log.hold();
    for (let round = 0; round < 10; round++) {
      const put = cluster.put(1, `key-${round}`, '1');
      await cluster.pass(20);
      assert.notEqual(put.result, null);
    }
    assert.equal(leaderOf(cluster), 1);
    assert.deepEqual(cluster.node(3).runtime.status().alarms, ['disk-stalled']);
  });
});

describe('a full disk', () => {
  it('A2.29 on the leader: no acknowledgement, writes refused, reads served, the lead handed over', async () => {
    const cluster = await TestCluster.start();
    const before = cluster.put(1, 'a', '1');
    await cluster.pass(20);
    assert.notEqual(before.result, null);
    // Nobody can take over, so what the leader itself does can be seen.
    for (const { log } of cluster.nodes) log.fill();
    const first = cluster.put(1, 'b', '1');
    await cluster.pass(30);
    assert.equal(first.answered, false);
    assert.deepEqual(cluster.node(1).runtime.status().alarms, ['disk-full']);
    const second = cluster.put(1, 'c', '1');
    const get = cluster.get(1, 'a');
    await cluster.pass(30);
    assert.equal(codeOf(second), 'STRATA_DISK_FULL');
    assert.equal(readValue(get), '1');

    cluster.node(2).log.free();
    await cluster.passUntil(
      () => leaderOf(cluster) === 2 || leaderOf(cluster) === 1,
      'somebody leads',
      3_000,
    );
    for (const { log } of cluster.nodes) log.free();
    await cluster.pass(10 * ELECTION_MS);
    assert.deepEqual(
      cluster.nodes.map(({ runtime }) => runtime.status().alarms),
      [[], [], []],
    );
    const after = cluster.put(2, 'd', '1');
    await cluster.pass(30);
    assert.equal(after.error, null);
    assert.notEqual(after.result, null);
  });

  it('A2.29 only there: another node leads within an election time-out and takes writes', async () => {
    const cluster = await TestCluster.start();
    const elections = cluster.counter(1, 'consensus_elections_total');
    cluster.node(1).log.fill();
    const first = cluster.put(1, 'a', '1');
    await cluster.passUntil(() => leaderOf(cluster) > 1, 'another node leads', ELECTION_MS);
    await cluster.pass(HEARTBEAT_MS);
    const put = cluster.put(leaderOf(cluster), 'b', '1');
    const forwarded = cluster.put(1, 'c', '1');
    await cluster.pass(30);
    assert.notEqual(put.result, null);
    assert.notEqual(forwarded.result, null, 'the node with the full disk passes writes on');
    assert.equal(first.answered, true);
    await cluster.pass(5 * ELECTION_MS);
    assert.equal(cluster.counter(1, 'consensus_elections_total'), elections, 'it does not campaign');
    cluster.node(1).log.free();
    await cluster.pass(2 * HEARTBEAT_MS);
    assert.equal(cluster.stored(1, 'c'), '1', 'it catches up when there is space');
    assert.deepEqual(cluster.node(1).runtime.status().alarms, []);
  });
});
