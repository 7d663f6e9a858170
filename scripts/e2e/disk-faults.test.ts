import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '../lib/cluster.js';
import type { StartOptions } from '../lib/node-process.js';
import { ask, startCluster, statusOf, temporaryDirectory, until } from './fixture.js';
import { Writers } from './writers.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * A node whose calls of fdatasync a tracer tampers with. One thread in the pool: the tracer counts calls per thread. `-D` keeps the node the direct
 * child, so that signals reach it.
 */
function tampered(inject: string): StartOptions {
  return {
    wrapper: [
      'strace',
      '-f',
      '-D',
      '-o',
      '/dev/null',
      '-e',
      'trace=fdatasync',
      '-e',
      `inject=fdatasync:${inject}`,
    ],
    env: { UV_THREADPOOL_SIZE: '1' },
  };
}

function lacksStrace(t: TestContext): boolean {
  const works = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
  if (!works) t.skip('strace cannot trace here: a failing disk cannot be made');
  return !works;
}

/** A file system of its own of this size, or null when this machine does not let tests mount. */
function smallDisk(t: TestContext, bytes: number): string | null {
  const path = mkdtempSync(join(tmpdir(), 'strata-disk-'));
  t.after(() => {
    // Hooks run in the order of their making, so the nodes may still run: lazily, then.
    spawnSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  });
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    t.skip(`a small file system cannot be mounted here: ${stderr?.trim() || 'no mount command'}`);
    return null;
  }
  return path;
}

test('A2.28 EIO on fdatasync: the node stops at once with the file named, nothing acknowledged is lost', async (t) => {
  if (lacksStrace(t)) return;
  const cluster = await startCluster(t);
  const victim = await cluster.waitForLeader();
  await victim.stop(10_000);
  await cluster.startNode(victim.id, tampered('error=EIO:when=25+'));
  const node = cluster.nodes.find((each) => each.id === victim.id)!;
  const writers = new Writers(cluster.urls, 6);
  t.after(() => writers.stop());
  const { code } = await node.exited;
  assert.equal(code, 4);
  const log = readFileSync(node.logPath, 'utf8');
  assert.match(log, /^strata: .*fdatasync.*\.wal.*\(STRATA_DISK_FAILED\)$/m);
  const before = writers.acknowledged;
  await until(async () => writers.acknowledged > before + 20, 'the others go on');
  await writers.stop();
  const others = cluster.nodes.filter((each) => each.running).map((each) => each.url);
  assert.deepEqual(await writers.faults(others), []);
  // What the disk has is enough to start again.
  await cluster.startNode(victim.id);
});

test('A2.33 a follower whose fdatasync takes 50 ms costs no leadership and stops no write', async (t) => {
  if (lacksStrace(t)) return;
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const follower = cluster.nodes.find((node) => node.id !== leader.id)!;
  await follower.stop(10_000);
  await cluster.startNode(follower.id, tampered('delay_enter=50000'));
  const { term } = await statusOf(leader.url);
  const writers = new Writers([leader.url], 6);
  t.after(() => writers.stop());
  await sleep(2_500);
  await writers.stop();
  const after = await statusOf(leader.url);
  assert.deepEqual([after.role, after.term], ['leader', term]);
  // Six writers that waited for a sync of 50 ms each time could not have done more than 300.
  t.diagnostic(`${writers.acknowledged} writes in 2.5 s`);
  assert.ok(writers.acknowledged > 350, `only ${writers.acknowledged} writes`);
  assert.deepEqual(await writers.faults(), []);
});

test('A2.33 a leader whose fdatasync takes 2 s keeps its heartbeats and hands its lead over', async (t) => {
  if (lacksStrace(t)) return;
  const cluster = await startCluster(t, {
    adjust: (config) => ({ ...config, raft: { ...config.raft, diskStallMs: 600, diskStallRestMs: 60_000 } }),
  });
  const first = await cluster.waitForLeader();
  const slow = cluster.nodes.find((node) => node.id !== first.id)!;
  await slow.stop(10_000);
  await cluster.startNode(slow.id, tampered('delay_enter=2000000:when=40+'));
  const [url] = cluster.urls as [string];
  await until(
    async () =>
      (await ask(url, 'POST', '/cluster/transfer', { body: JSON.stringify({ to: slow.id }) })).status === 200,
    'it leads',
  );
  await until(async () => (await statusOf(first.url)).leader === slow.id, 'the others know it');
  const writers = new Writers(cluster.urls, 4);
  t.after(() => writers.stop());
  await until(async () => (await statusOf(first.url)).leader !== slow.id, 'another node leads');
  const before = writers.acknowledged;
  await until(async () => writers.acknowledged > before + 50, 'writes go on');
  const view = await statusOf(cluster.nodes.find((node) => node.id === slow.id)!.url);
  assert.notEqual(view.role, 'leader');
  // The one thread of its pool, busy with the sync, writes the log too.
  await until(
    async () => /handing leadership over/.test(readFileSync(slow.logPath, 'utf8')),
    'its log says why',
  );
  await writers.stop();
  assert.deepEqual(
    await writers.faults(cluster.nodes.filter((node) => node.id !== slow.id).map((node) => node.url)),
    [],
  );
});

/** One node whose data lies on a disk of 8 MiB, and a file that takes most of it until the test removes it. */
async function onSmallDisk(
  t: TestContext,
  fillerBytes: number,
): Promise<{ cluster: Cluster; filler: string } | null> {
  const disk = smallDisk(t, 8 * MIB);
  if (disk === null) return null;
  const filler = join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(fillerBytes));
  const cluster = await Cluster.start({
    nodes: 1,
    directory: temporaryDirectory(t),
    httpPort: null,
    peerPort: null,
    strategy: 'G',
    primitive: 'fdatasync',
    adjust: (config) => ({
      ...config,
      dataDir: join(disk, 'data'),
      log: { ...config.log, segmentBytes: 512 * KIB },
    }),
  });
  t.after(() => cluster.stop());
  return { cluster, filler };
}

test('A2.29 ENOSPC on append: writes are refused with 507, reads are served, and it goes on once there is space', async (t) => {
  const small = await onSmallDisk(t, 6 * MIB);
  if (small === null) return;
  const { cluster, filler } = small;
  const [url] = cluster.urls as [string];
  const body = Buffer.alloc(32 * KIB, 'x');
  let written = 0;
  let refused: Awaited<ReturnType<typeof ask>> | null = null;
  for (; refused === null && written < 1_000; written++) {
    const answer = await ask(url, 'PUT', `/kv/fill-${written}`, { body });
    if (answer.status >= 300) refused = answer;
  }
  assert.ok(refused !== null, 'the disk was never full');
  // The write that met the end of the disk may wait for its time-out; the next is refused at once.
  await until(
    async () => (await statusOf(url)).alarms.includes('disk-full'),
    'the node says that its disk is full',
  );
  const next = await ask(url, 'PUT', '/kv/one-more', { body: 'x' });
  assert.deepEqual([next.status, next.code], [507, 'STRATA_DISK_FULL']);
  assert.ok(Number(next.headers['retry-after']) > 0);
  assert.equal((await ask(url, 'GET', '/kv/fill-0')).body.length, body.length);
  rmSync(filler);
  await until(
    async () => (await ask(url, 'PUT', '/kv/after', { body: 'space' })).status < 300,
    'writes are taken again',
  );
  assert.deepEqual((await statusOf(url)).alarms, []);
  await cluster.stop();
  await cluster.startAll();
  for (let at = 0; at < written - 1; at++)
    assert.equal(
      (await ask(url, 'GET', `/kv/fill-${at}`)).status,
      200,
      `write ${at} of ${written - 1} was acknowledged`,
    );
  assert.equal((await ask(url, 'GET', '/kv/after')).body, 'space');
});

test('A2.29 a leader whose disk is full gives its lead away, and catches up once there is space', async (t) => {
  const disk = smallDisk(t, 8 * MIB);
  if (disk === null) return;
  const filler = join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(6 * MIB));
  const cluster = await startCluster(t, {
    adjust: (config) => ({
      ...config,
      dataDir: config.id === 1 ? join(disk, 'data') : config.dataDir,
      log: { ...config.log, segmentBytes: 512 * KIB },
      snapshots: { logBytesMin: 64 * KIB, keepEntries: 10, entriesMax: 100 },
    }),
  });
  const [full, , witness] = cluster.urls as [string, string, string];
  await until(async () => {
    await ask(full, 'POST', '/cluster/transfer', { body: '{"to":1}' });
    return (await statusOf(full)).role === 'leader';
  }, 'node 1 leads');
  // Snapshots let the log shrink, so a file has to take the rest.
  const writers = new Writers(cluster.urls, 4, 'full');
  t.after(() => writers.stop());
  await sleep(300);
  const rest = join(disk, 'rest');
  spawnSync('dd', ['if=/dev/zero', `of=${rest}`, 'bs=64k'], { stdio: 'ignore' });
  const body = Buffer.alloc(64 * KIB, 'x');
  for (let at = 0; at < 60 && (await statusOf(full)).alarms.length === 0; at++)
    await ask(witness, 'PUT', `/kv/big-${at % 4}`, { body });
  await until(
    async () => (await statusOf(full)).alarms.includes('disk-full'),
    'node 1 says that its disk is full',
  );
  await until(async () => ![0, 1].includes((await statusOf(witness)).leader), 'another node leads');
  const before = writers.acknowledged;
  await until(async () => writers.acknowledged > before + 30, 'writes go on through the others');
  assert.equal((await ask(full, 'GET', '/kv/big-0?consistency=stale')).status, 200);
  rmSync(filler);
  rmSync(rest);
  await until(async () => (await statusOf(full)).alarms.length === 0, 'the alarm is over');
  await writers.stop();
  const { lastIndex } = await statusOf(witness);
  await until(async () => (await statusOf(full)).appliedIndex >= lastIndex, 'node 1 has caught up');
  assert.deepEqual(await writers.faults(), []);
});

test('A2.30 disk full during a snapshot: the temporary file is gone, the node reads and writes on', async (t) => {
  const small = await onSmallDisk(t, 0);
  if (small === null) return;
  const { cluster, filler } = small;
  const [url] = cluster.urls as [string];
  const body = Buffer.alloc(32 * KIB, 'y');
  for (let at = 0; at < 60; at++)
    assert.ok((await ask(url, 'PUT', `/kv/state-${at % 40}`, { body })).status < 300);
  const disk = join(filler, '..');
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'rest')}`, 'bs=64k'], { stdio: 'ignore' });
  const failed = await ask(url, 'POST', '/snapshot');
  assert.deepEqual([failed.status, failed.code], [507, 'STRATA_DISK_FULL'], failed.body);
  const files = spawnSync('find', [join(disk, 'data')], { encoding: 'utf8' }).stdout;
  assert.doesNotMatch(files, /snapshots\/.*tmp/);
  assert.equal((await ask(url, 'GET', '/kv/state-3')).body.length, body.length);
  assert.ok(
    (await ask(url, 'PUT', '/kv/small', { body: 'still' })).status < 300,
    'the segment in use has room',
  );
  rmSync(join(disk, 'rest'));
  await until(
    async () => (await ask(url, 'POST', '/snapshot')).status === 200,
    'a snapshot succeeds once there is space',
  );
});
