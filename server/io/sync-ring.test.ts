import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SYNC_CAUSES, type SyncLabel } from '../ports/file-system.js';
import { NodeFileSystem } from './node-file-system.js';
import { NO_SYNCS, SyncRing } from './sync-ring.js';
import { TestMetrics } from './testing/test-metrics.js';

const LABEL: SyncLabel = { cause: 'entries', entries: 3, bytes: 90 };
const CAPACITY = 8_192;

function filled(count: number): SyncRing {
  const ring = new SyncRing();
  for (let at = 1; at <= count; at++) ring.add('fdatasync', { ...LABEL, entries: at }, 10 * at, 10 * at + 7);
  return ring;
}

test('what was noted comes back with its number, every call and every cause', () => {
  const ring = new SyncRing();
  for (const cause of SYNC_CAUSES) ring.add('fsync', { cause, entries: 0, bytes: 2 ** 40 }, 1e15, 1e15 + 5);
  ring.add('write', LABEL, 4, 9);
  const { next, dropped, syncs } = ring.after(0);
  assert.deepEqual({ next, dropped }, { next: SYNC_CAUSES.length + 1, dropped: 0 });
  assert.deepEqual(
    syncs.slice(0, -1).map(({ cause }) => cause),
    SYNC_CAUSES,
  );
  assert.deepEqual(syncs[0], {
    sequence: 1,
    submittedNs: 1e15,
    doneNs: 1e15 + 5,
    call: 'fsync',
    cause: 'entries',
    entries: 0,
    bytes: 2 ** 40,
  });
  assert.deepEqual(syncs.at(-1), { sequence: next, submittedNs: 4, doneNs: 9, call: 'write', ...LABEL });
});

test('only what is newer than `since` is given; one far ahead is answered with where the ring stands', () => {
  const ring = filled(5);
  assert.deepEqual(
    ring.after(3).syncs.map(({ sequence }) => sequence),
    [4, 5],
  );
  for (const since of [5, 6, 1e12, Number.MAX_SAFE_INTEGER])
    assert.deepEqual(ring.after(since), { next: 5, dropped: 0, syncs: [] });
  assert.deepEqual(new SyncRing().after(0), { next: 0, dropped: 0, syncs: [] });
  assert.deepEqual(NO_SYNCS.after(0), { next: 0, dropped: 0, syncs: [] });
});

test('a full ring forgets the oldest and says how many were never read', () => {
  const ring = filled(CAPACITY + 100);
  const { next, dropped, syncs } = ring.after(40);
  assert.deepEqual(
    { next, dropped, count: syncs.length },
    { next: CAPACITY + 100, dropped: 60, count: CAPACITY },
  );
  for (const [at, { sequence, submittedNs, entries }] of syncs.entries()) {
    assert.deepEqual([sequence, submittedNs, entries], [101 + at, 10 * sequence, sequence]);
  }
});

test('the disk notes each of its syncs with the stamps of the histogram, O_DSYNC writes and directories too', async () => {
  const directory = fs.mkdtempSync(join(tmpdir(), 'strata-syncs-'));
  let nowNs = 0;
  const clock = {
    nowNs: () => {
      nowNs += 100;
      return nowNs;
    },
  };
  const metrics = new TestMetrics();
  const syncs = new SyncRing();
  const disk = new NodeFileSystem({ clock, metrics, syncs });
  try {
    const made = await disk.open(join(directory, 'file'), 'create');
    await new Promise<void>((resolve) => made.write(Buffer.from('abc'), 3, 0, null, () => resolve()));
    await new Promise<void>((resolve) => made.sync('fdatasync', LABEL, () => resolve()));
    await made.close();
    const direct = await disk.open(join(directory, 'file'), 'write-dsync');
    const label: SyncLabel = { cause: 'hard-state', entries: 0, bytes: 3 };
    await new Promise<void>((resolve) => direct.write(Buffer.from('xyz'), 3, 0, label, () => resolve()));
    await direct.close();
    await disk.syncDirectory(directory);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
  const found = syncs.after(0).syncs;
  assert.deepEqual(
    found.map(({ call, cause, bytes, entries }) => [call, cause, entries, bytes]),
    [
      ['fdatasync', 'entries', 3, 90],
      ['write', 'hard-state', 0, 3],
      ['fsync', 'directory', 0, 0],
    ],
  );
  assert.ok(found.every(({ submittedNs, doneNs }) => doneNs - submittedNs === 100));
  assert.equal(metrics.count('io_fsyncs_total'), found.length);
  // Each call found itself alone with the pool, and nothing is left there.
  assert.deepEqual([...new Set(metrics.recorded('io_pool_calls'))], [1]);
  assert.equal(metrics.read('io_pool_in_flight'), 0);
});

test('calls that are with the pool together are seen together', async () => {
  const directory = fs.mkdtempSync(join(tmpdir(), 'strata-pool-'));
  const metrics = new TestMetrics();
  const waiting: (() => void)[] = [];
  const fdatasync = ((_fd: number, done: (error: null) => void) =>
    void waiting.push(() => done(null))) as never;
  const calls = { write: fs.write, fsync: fs.fsync, fdatasync };
  const disk = new NodeFileSystem({ clock: { nowNs: () => 0 }, metrics, calls });
  try {
    const file = await disk.open(join(directory, 'file'), 'create');
    const before = metrics.recorded('io_pool_calls').length;
    for (let at = 0; at < 6; at++) file.sync('fdatasync', LABEL, () => {});
    assert.deepEqual(metrics.recorded('io_pool_calls').slice(before), [1, 2, 3, 4, 5, 6]);
    assert.equal(metrics.read('io_pool_in_flight'), 6);
    for (const finish of waiting) finish();
    assert.equal(metrics.read('io_pool_in_flight'), 0);
    await file.close();
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});
