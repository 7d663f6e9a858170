import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, readValue } from './testing/answers.js';
import { TestCluster } from './testing/test-cluster.js';
import { ELECTION_MS, HEARTBEAT_MS } from './testing/test-nodes.js';

/** Lets time pass, a millisecond at a time, until the promise settles; returns how long it took. */
async function passUntil(cluster: TestCluster, promise: Promise<void>, msMax: number): Promise<number> {
  let isDone = false;
  void promise.then(() => {
    isDone = true;
  });
  for (let ms = 0; ms <= msMax; ms++) {
    // A chain of a few promises stands between a timer and the one who waits.
    for (let turn = 0; turn < 8; turn++) await null;
    if (isDone) return ms;
    cluster.clock.advance(1);
  }
  return assert.fail(`not done after ${msMax} ms`);
}

describe('stop', () => {
  it('A2.46 answers everything that waits, and what comes later, with the end of the node', async () => {
    const cluster = await TestCluster.start({ gatherBehindAppends: 1, gatherMsMax: 1_000 });
    const { runtime, log } = cluster.node(1);
    const lastIndex = cluster.node(1).raw.lastIndex;
    log.hold();
    cluster.network.cut(1);
    const waiting = [cluster.put(1, 'a', '1'), cluster.get(1, 'a')];
    cluster.clock.settle();
    waiting.push(cluster.put(1, 'b', '1'), cluster.get(1, 'b'));
    cluster.clock.settle();
    waiting.push(cluster.put(1, 'c', '1'));
    runtime.stop();
    assert.deepEqual(waiting.map(codeOf), Array(5).fill('STRATA_SHUTTING_DOWN'));

    const late = [cluster.put(1, 'd', '1'), cluster.get(1, 'd')];
    cluster.network.heal();
    log.release();
    cluster.clock.advance(3 * ELECTION_MS);
    assert.deepEqual(late.map(codeOf), Array(2).fill('STRATA_SHUTTING_DOWN'));
    assert.equal(cluster.node(1).raw.lastIndex, lastIndex + 1, 'only the first was ever proposed');
  });

  it('leaves the others a cluster that works', async () => {
    const cluster = await TestCluster.start();
    cluster.node(1).runtime.stop();
    cluster.clock.advance(3 * ELECTION_MS);
    const put = cluster.put(3, 'a', '1');
    cluster.clock.advance(20);
    assert.deepEqual(put.result, { revision: 1, changed: true });
  });

  it('draining is told before it', async () => {
    const cluster = await TestCluster.start();
    const { runtime } = cluster.node(2);
    assert.deepEqual([runtime.status().ready, runtime.status().draining], [true, false]);
    runtime.beginDraining();
    assert.deepEqual([runtime.status().ready, runtime.status().draining], [false, true]);
    const get = cluster.get(2, 'a');
    cluster.clock.advance(20);
    assert.equal(readValue(get), null, 'requests under way go on');
  });
});

describe('hand-over', () => {
  it('A2.46 moves leadership without an election time-out, to the follower that is furthest', async () => {
    const cluster = await TestCluster.start();
    cluster.node(2).log.hold();
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(10);
    assert.notEqual(put.result, null);
    const handOver = cluster.node(1).runtime.handOver(1_000);
    const refused = cluster.put(1, 'b', '1');
    const ms = await passUntil(cluster, handOver, ELECTION_MS / 2);
    assert.ok(ms < ELECTION_MS / 2);
    assert.equal(codeOf(refused), 'STRATA_PROPOSAL_DROPPED', 'nothing new while it is being handed over');
    assert.deepEqual([cluster.node(3).raw.role, cluster.node(1).raw.role], ['leader', 'follower']);
    assert.equal(cluster.node(3).raw.term, 2);

    const next = cluster.put(1, 'b', '1');
    cluster.clock.advance(20);
    assert.deepEqual(next.result, { revision: 2, changed: true });
  });

  it('is over only when the successor leads, so that what stops then has given its vote', async () => {
    const cluster = await TestCluster.start({ delayMs: 10 });
    // With one follower gone the successor needs the vote of the one that hands over.
    cluster.crash(3);
    const { runtime, raw } = cluster.node(1);
    await passUntil(cluster, runtime.handOver(1_000), ELECTION_MS);
    assert.equal(cluster.node(2).raw.role, 'leader');
    assert.equal(raw.leader, 2);
  });

  it('is nothing for a follower, and is given up in time when nobody can take over', async () => {
    const cluster = await TestCluster.start();
    assert.equal(await passUntil(cluster, cluster.node(2).runtime.handOver(1_000), 0), 0);
    assert.equal(cluster.node(1).raw.role, 'leader');
    cluster.network.cut(2, 3);
    const ms = await passUntil(cluster, cluster.node(1).runtime.handOver(40), ELECTION_MS);
    assert.ok(ms >= 40);
    assert.equal(cluster.node(1).raw.role, 'leader');
  });
});

describe('restart', () => {
  it('replays the log of a node to the state of the others', async () => {
    const cluster = await TestCluster.start();
    for (const key of ['a', 'b', 'c']) cluster.put(1, key, '1');
    cluster.clock.advance(HEARTBEAT_MS);
    const found = cluster.crash(2);
    assert.equal(found.entries.length, 4, "three writes and the first leader's no-op");
    for (const key of ['c', 'd']) cluster.put(1, key, '2');
    cluster.clock.advance(HEARTBEAT_MS);

    await cluster.boot(2, found);
    cluster.clock.advance(3 * HEARTBEAT_MS);
    assert.deepEqual(contentOf(cluster, 2), contentOf(cluster, 1));
    assert.deepEqual(contentOf(cluster, 2).slice(0, 4), ['1', '1', '2', '2']);
  });

  it('brings back every answered write when all nodes crash at once', async () => {
    const cluster = await TestCluster.start();
    cluster.put(1, 'a', '1');
    const deleted = cluster.put(1, 'b', '1');
    cluster.clock.advance(HEARTBEAT_MS);
    const last = cluster.put(1, 'a', '2');
    cluster.clock.advance(3.1);
    assert.ok(deleted.result !== null && last.result !== null);
    const before = contentOf(cluster, 1).slice(0, -1);
    const disks = [1, 2, 3].map((id) => [id, cluster.crash(id)] as const);
    for (const [id, found] of disks) await cluster.boot(id, found);
    cluster.clock.advance(5 * ELECTION_MS);
    for (const { id } of cluster.nodes)
      assert.deepEqual(contentOf(cluster, id).slice(0, -1), before, `node ${id}`);
    const get = cluster.get(3, 'a');
    cluster.clock.advance(20);
    assert.equal(readValue(get), '2');
  });

  it('catches up on what was at the disk when the node crashed', async () => {
    const cluster = await TestCluster.start();
    cluster.node(3).log.hold();
    const put = cluster.put(1, 'a', '1');
    cluster.clock.advance(10);
    assert.notEqual(put.result, null);
    const found = cluster.crash(3);
    assert.equal(found.entries.length, 1, 'the write never reached this disk');
    await cluster.boot(3, found);
    cluster.clock.advance(3 * HEARTBEAT_MS);
    assert.deepEqual(contentOf(cluster, 3), contentOf(cluster, 1));
  });
});

/** Values of the keys used here, then revision and applied index. */
function contentOf(cluster: TestCluster, id: number): readonly (string | number | null)[] {
  const { machine } = cluster.node(id);
  return [
    ...['a', 'b', 'c', 'd'].map((key) => cluster.stored(id, key)),
    machine.revision,
    machine.appliedIndex,
  ];
}
