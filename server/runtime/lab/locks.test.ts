import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LockReading, Mutex } from '../../ports/lock.js';
import { codeOf, readValue } from '../testing/answers.js';
import { assertIdle } from '../testing/failover-helpers.js';
import { TestCluster } from '../testing/test-cluster.js';
import { StateReadDesk } from './state-read-desk.js';

const LAB = { lock: 'global' } as const;

function lockOf(cluster: TestCluster, id: number, lock = 'global_lock'): LockReading {
  const found = [...cluster.node(id).metrics.locks()].find(({ name }) => name === lock);
  assert.ok(found, 'no account of the lock');
  return found;
}

const namesOf = (tallies: readonly { readonly who: string }[]): string[] =>
  tallies.map(({ who }) => who).sort();

describe('a global lock held across the disk', () => {
  it('lets one write at a time to the disk of its leader; the account names who waits and who holds', async () => {
    const cluster = await TestCluster.start({ lab: LAB, diskMs: 3 });
    const writes = [1, 2, 3, 4, 5].map((at) => cluster.put(1, `k${at}`, `v${at}`));
    const read = cluster.get(1, 'k5');
    await cluster.pass(60);
    assert.deepEqual(
      writes.map((write) => codeOf(write)),
      writes.map(() => null),
    );
    assert.equal(codeOf(read), null);
    assert.ok(read.answered);
    const appends = cluster.node(1).log.accepted.filter((indexes) => indexes.length > 0);
    assert.deepEqual(
      appends.slice(-5).map(({ length }) => length),
      [1, 1, 1, 1, 1],
    );
    const { acquisitions, contended, layer, holders, waiters } = lockOf(cluster, 1);
    assert.equal(layer, 'consensus');
    assert.ok(acquisitions >= 7 && contended >= 5, `${contended} of ${acquisitions} waited`);
    assert.deepEqual(namesOf(waiters), ['read', 'write']);
    assert.ok(namesOf(holders).includes('write'));
    assertIdle(cluster);
  });

  it('is held by followers while they append: one append at a time, and their reads wait for it', async () => {
    const cluster = await TestCluster.start({ lab: LAB });
    await cluster.pass(20);
    const { log } = cluster.node(2);
    const appended = (): number => log.accepted.filter(({ length }) => length > 0).length;
    const before = appended();
    log.hold();
    for (const key of ['a', 'b', 'c']) {
      const write = cluster.put(1, key, 'x');
      await cluster.pass(10);
      assert.equal(codeOf(write), null);
      assert.ok(write.answered, 'the others are a quorum');
    }
    const read = cluster.get(2, 'c');
    await cluster.pass(40);
    assert.equal(appended() - before, 1, 'the second append waits for the first');
    assert.equal(read.answered, false);
    assert.ok(namesOf(lockOf(cluster, 2).holders).includes('append'));
    log.release();
    await cluster.pass(60);
    assert.equal(readValue(read), 'x');
    assert.ok(namesOf(lockOf(cluster, 2).waiters).includes('append'));
    assert.equal(cluster.stored(2, 'c'), 'x');
    assertIdle(cluster);
  });

  it('answers those who wait for it when the node stops', async () => {
    const cluster = await TestCluster.start({ lab: LAB });
    cluster.node(1).log.hold();
    const writes = [1, 2, 3].map((at) => cluster.put(1, `k${at}`, 'x'));
    const read = cluster.get(1, 'k1');
    await cluster.pass(5);
    cluster.node(1).runtime.stop();
    await cluster.pass(5);
    for (const answer of [...writes, read]) assert.equal(codeOf(answer), 'STRATA_SHUTTING_DOWN');
    cluster.node(1).log.release();
    await cluster.pass(20);
    assertIdle(cluster);
  });
});

describe('locks apart for log and state', () => {
  it('let reads and applies go on while a write holds the log across the disk', async () => {
    const cluster = await TestCluster.start({ lab: { lock: 'split' } });
    const first = cluster.put(1, 'k', 'v');
    await cluster.pass(30);
    assert.equal(codeOf(first), null);
    cluster.node(1).log.hold();
    const stuck = [1, 2].map((at) => cluster.put(1, `stuck${at}`, 'x'));
    await cluster.pass(10);
    const read = cluster.get(1, 'k');
    await cluster.pass(30);
    assert.equal(readValue(read), 'v');
    assert.deepEqual(
      stuck.map(({ answered }) => answered),
      [true, false],
      'the others are a quorum for the first, and the second waits for the disk of the leader',
    );
    assert.equal(cluster.gauge(1, 'consensus_writes_waiting'), 1);
    cluster.node(1).log.release();
    await cluster.pass(60);
    for (const write of stuck) assert.equal(codeOf(write), null);
    assert.ok(namesOf(lockOf(cluster, 1, 'log_lock').holders).includes('write'));
    const { acquisitions, layer } = lockOf(cluster, 1, 'apply_lock');
    assert.equal(layer, 'state');
    assert.ok(acquisitions >= 4, `${acquisitions} acquisitions`);
    assertIdle(cluster);
  });
});

describe('a lock on the state alone', () => {
  it('is held by applies and lookups, one at a time, and by nobody who waits for the disk or for a round', async () => {
    const cluster = await TestCluster.start({ lab: { lock: 'state' } });
    const first = cluster.put(1, 'k', 'v');
    await cluster.pass(30);
    assert.equal(codeOf(first), null);
    const before = lockOf(cluster, 1, 'apply_lock');
    cluster.node(1).log.hold();
    const writes = [1, 2, 3].map((at) => cluster.put(1, `w${at}`, 'x'));
    const reads = [1, 2, 3, 4, 5].map(() => cluster.get(1, 'k'));
    await cluster.pass(30);
    for (const read of reads) assert.equal(readValue(read), 'v');
    assert.ok(
      writes.every(({ answered }) => answered),
      'the others are a quorum, and no lock keeps them from being proposed together',
    );
    const { acquisitions, contended, waiters } = lockOf(cluster, 1, 'apply_lock');
    assert.ok(acquisitions - before.acquisitions >= reads.length + 1);
    // One round serves them all: each but the first finds another at the state.
    assert.ok(contended - before.contended >= reads.length - 1, `${contended - before.contended} waited`);
    assert.ok(namesOf(waiters).includes('read'));
    const locks = [...cluster.node(1).metrics.locks()].filter(({ name }) => name.endsWith('_lock'));
    assert.equal(locks.length, 1);
    cluster.node(1).log.release();
    await cluster.pass(30);
    assertIdle(cluster);
  });

  it('is taken by no lease or stale read', async () => {
    const cluster = await TestCluster.start({ lab: { lock: 'state' } });
    cluster.put(1, 'k', 'v');
    await cluster.pass(100);
    const before = lockOf(cluster, 1, 'apply_lock').acquisitions;
    const stale = cluster.get(1, 'k', {}, 'stale');
    await cluster.pass(10);
    assert.equal(readValue(stale), 'v');
    assert.equal(lockOf(cluster, 1, 'apply_lock').acquisitions, before);
  });

  it('answers those who wait for it at their deadline and when the node stops, and late grants do nothing', async () => {
    const grants: (() => void)[] = [];
    let released = 0;
    const shut: Mutex<'read'> = {
      acquire: () => new Promise((resolve) => grants.push(() => resolve(() => released++))),
    };
    const cluster = await TestCluster.start({
      operationTimeoutMs: 200,
      strategies: (usual) => ({ ...usual, reads: (...parts) => new StateReadDesk(parts, shut) }),
    });
    const late = cluster.get(1, 'k');
    await cluster.pass(100);
    assert.equal(grants.length, 1);
    assert.equal(cluster.gauge(1, 'consensus_reads_waiting'), 1);
    const stopped = cluster.get(1, 'k');
    await cluster.pass(150);
    assert.equal(codeOf(late), 'STRATA_TIMEOUT');
    assert.equal(stopped.answered, false);
    cluster.node(1).runtime.stop();
    await cluster.pass(5);
    assert.equal(codeOf(stopped), 'STRATA_SHUTTING_DOWN');
    for (const grant of grants) grant();
    await cluster.pass(5);
    assert.equal(released, 2);
    assertIdle(cluster);
  });
});

for (const lock of ['global', 'split', 'state'] as const) {
  describe(`with lock: ${lock}`, () => {
    it('outlives the change of a leader: every write has an answer, later ones are served, nothing is left', async () => {
      const cluster = await TestCluster.start({ lab: { lock }, diskMs: 2, operationTimeoutMs: 2_000 });
      const early = [2, 3].flatMap((id) => [1, 2, 3].map((at) => cluster.put(id, `early${id}${at}`, 'x')));
      await cluster.pass(3);
      const found = cluster.crash(1);
      await cluster.passUntil(
        () => cluster.nodes.some(({ raw }) => raw.role === 'leader'),
        'another node leads',
      );
      await cluster.boot(1, found);
      await cluster.pass(300);
      const late = [1, 2, 3].map((id) => cluster.put(id, `late${id}`, 'y'));
      const reads = [1, 2, 3].map((id) => cluster.get(id, 'early21'));
      await cluster.passUntil(
        () => [...early, ...late, ...reads].every(({ answered }) => answered),
        'all are answered',
      );
      for (const answer of [...early, ...late, ...reads]) assert.equal(codeOf(answer), null);
      assert.ok(early.every(({ answered }) => answered) && late.every(({ answered }) => answered));
      for (const { id } of cluster.nodes) assert.equal(cluster.stored(id, 'early21'), 'x');
      assertIdle(cluster);
    });

    it('is given back when the leader is cut off, hands over, or its disk stands still', async () => {
      const cluster = await TestCluster.start({ lab: { lock }, operationTimeoutMs: 500 });
      cluster.node(1).log.hold();
      const stuck = [1, 2, 3].map((at) => cluster.put(1, `stuck${at}`, 'x'));
      await cluster.pass(700);
      assert.deepEqual(
        stuck.map((write) => codeOf(write)),
        // The lock of the state is not held for the disk of the leader: the others are a quorum.
        stuck.map(() => (lock === 'state' ? null : 'STRATA_TIMEOUT')),
        'the time-out bounds the wait for the lock as well',
      );
      assertIdle(cluster);
      cluster.node(1).log.release();
      await cluster.pass(50);
      cluster.network.cut(1);
      const cut = cluster.put(1, 'cut', 'x');
      await cluster.pass(1_200);
      assert.ok(cut.answered);
      cluster.network.heal();
      await cluster.pass(500);
      const leader = cluster.nodes.find(({ raw }) => raw.role === 'leader')!;
      void leader.runtime.handOver(400);
      await cluster.pass(600);
      const after = cluster.nodes.map(({ id }) => cluster.put(id, `after${id}`, 'y'));
      await cluster.pass(200);
      assert.deepEqual(
        after.map((write) => codeOf(write)),
        after.map(() => null),
      );
      assertIdle(cluster);
    });
  });
}
