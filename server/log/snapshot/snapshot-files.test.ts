import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DiskCall, type DiskFault, VolatileFileSystem } from '../../io/volatile-file-system.js';
import { meta, takeSnapshot } from '../testing/log-fixtures.js';
import { content, openSnapshots, SNAPSHOTS, stateOf, testDisk } from '../testing/snapshot-fixtures.js';

function filesOf(disk: VolatileFileSystem): string[] {
  return [...disk.snapshot().keys()].map((path) => path.slice(SNAPSHOTS.length + 1)).sort();
}

const INDEX_7 = '0000000000000007-0000000000000001.snap';

test('a snapshot is listed and readable once it is committed, not before', async () => {
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  const writer = await snapshots.create(meta(7, 1));
  const blocks = [content(1024 * 1024, 1), content(1, 2), content(700_000, 3)];
  for (const block of blocks) await writer.write(block);
  await writer.write(new Uint8Array(0));
  assert.deepEqual([snapshots.list(), filesOf(disk)], [[], ['new.tmp']]);
  const info = await writer.commit();
  assert.deepEqual([snapshots.list(), filesOf(disk)], [[info], [INDEX_7]]);
  assert.deepEqual(await stateOf(snapshots, info), blocks);
  assert.equal(info.fileBytes, disk.snapshot().get(`${SNAPSHOTS}/${INDEX_7}`)!.length);
});

test('synced every 8 MiB, so that no sync of the log waits for a whole snapshot', async () => {
  const syncs: { call: string; bytes: number }[] = [];
  const disk = new VolatileFileSystem({
    defer: (task) => void setImmediate(task),
    onCall: ({ kind, label }) => {
      if (label?.cause === 'snapshot') syncs.push({ call: kind, bytes: label.bytes });
      return null;
    },
  });
  const snapshots = await openSnapshots(disk);
  const writer = await snapshots.create(meta(7, 1));
  const block = content(1024 * 1024, 1);
  for (let count = 0; count < 17; count++) await writer.write(block);
  await writer.commit();
  assert.deepEqual(
    syncs.map(({ call }) => call),
    ['fdatasync', 'fdatasync', 'fsync'],
  );
  assert.ok(syncs.every(({ bytes }) => bytes < 10 * 1024 * 1024));
});

test('one writer at a time; aborting removes the file and makes room for the next', async () => {
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  const writer = await snapshots.create(meta(7, 1));
  await assert.rejects(snapshots.create(meta(8, 1)), { code: 'STRATA_SNAPSHOT_BUSY' });
  await writer.write(content(100, 1));
  await writer.abort();
  await writer.abort();
  assert.deepEqual(filesOf(disk), []);
  await takeSnapshot(snapshots, 7);
  assert.deepEqual(filesOf(disk), [INDEX_7]);
});

test('the newest two are kept; unfinished files of older ones go with what is pruned', async () => {
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  for (const index of [5, 9, 3, 7]) await takeSnapshot(snapshots, index);
  const receiver = await snapshots.receive({ meta: meta(6, 1), fileBytes: 100, checksum: 0xab });
  await receiver.suspend();
  const running = await snapshots.receive({ meta: meta(8, 1), fileBytes: 100, checksum: 0xab });
  disk.put(`${SNAPSHOTS}/0000000000000004-0000000000000001.snap.damaged`, new Uint8Array(3));
  await Promise.all([snapshots.prune(), snapshots.prune()]);
  assert.deepEqual(
    snapshots.list().map((info) => info.meta.index),
    [9, 7],
  );
  assert.deepEqual(filesOf(disk), [
    INDEX_7,
    '0000000000000008-0000000000000001-000000ab-100.part',
    '0000000000000009-0000000000000001.snap',
  ]);
  await running.suspend();
  await snapshots.prune();
  assert.equal(filesOf(disk).length, 2);
});

test('the file stays readable when it is replaced and removed', async () => {
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  const info = await takeSnapshot(snapshots, 7, 1, [content(3000, 1)]);
  const before = disk.snapshot().get(`${SNAPSHOTS}/${INDEX_7}`)!;
  const file = await snapshots.openFile(info);
  const replaced = await takeSnapshot(snapshots, 7, 1, [content(3000, 2)]);
  assert.deepEqual(snapshots.list(), [replaced], 'one file for one index and term');
  await takeSnapshot(snapshots, 8);
  await takeSnapshot(snapshots, 9);
  await snapshots.prune();
  assert.equal(filesOf(disk).includes(INDEX_7), false);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < info.fileBytes; at += 700) pieces.push(await file.readAt(at, 700));
  assert.deepEqual(Buffer.concat(pieces), Buffer.from(before));
  assert.equal((await file.readAt(info.fileBytes, 10)).length, 0);
  await file.close();
});

test('a file is not pruned while it is opened, and not opened while it is pruned', async () => {
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  const info = await takeSnapshot(snapshots, 7, 1, [content(3000, 1)]);
  await takeSnapshot(snapshots, 8);
  await takeSnapshot(snapshots, 9);
  const opening = snapshots.openFile(info);
  const pruning = snapshots.prune();
  await assert.rejects(snapshots.openFile(info), { code: 'STRATA_SNAPSHOT_REPLACED' });
  const file = await opening;
  await pruning;
  assert.equal(filesOf(disk).includes(INDEX_7), false);
  assert.equal((await file.readAt(0, 100)).length, 100);
  await file.close();
});

test('reading what was replaced meanwhile is noticed', async () => {
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  const info = await takeSnapshot(snapshots, 7, 1, [content(30, 1)]);
  await takeSnapshot(snapshots, 7, 1, [content(30, 2)]);
  await assert.rejects(stateOf(snapshots, info), /the file was replaced/);
});

const faults: readonly { name: string; on: (call: DiskCall) => boolean; fault: DiskFault }[] = [
  { name: 'no room to create', on: ({ kind }) => kind === 'create', fault: { code: 'ENOSPC' } },
  {
    name: 'no room in the header',
    on: ({ kind, position }) => kind === 'write' && position === 0,
    fault: { code: 'ENOSPC' },
  },
  { name: 'no room for a block', on: ({ bytes }) => bytes > 400, fault: { code: 'EDQUOT' } },
  { name: 'a block cut short', on: ({ bytes }) => bytes > 400, fault: { shortBytes: 33 } },
  { name: 'no room for the footer', on: ({ bytes }) => bytes === 36, fault: { code: 'EFBIG' } },
  { name: 'no room for the name', on: ({ kind }) => kind === 'rename', fault: { code: 'ENOSPC' } },
];

for (const { name, on, fault } of faults) {
  test(`A2.30 disk full during a snapshot (${name}): the file is removed, the old snapshot stays`, async () => {
    let isFull = false;
    const disk = new VolatileFileSystem({
      defer: (task) => void setImmediate(task),
      onCall: (call) => (isFull && on(call) ? fault : null),
    });
    const snapshots = await openSnapshots(disk);
    const old = await takeSnapshot(snapshots, 3);
    isFull = true;
    await assert.rejects(takeSnapshot(snapshots, 7, 1, [content(500, 1)]), { code: 'STRATA_DISK_FULL' });
    assert.deepEqual(snapshots.list(), [old]);
    assert.deepEqual(filesOf(disk), ['0000000000000003-0000000000000001.snap']);
    isFull = false;
    const info = await takeSnapshot(snapshots, 7, 1, [content(500, 1)]);
    assert.deepEqual(await stateOf(snapshots, info), [content(500, 1)]);
  });
}

for (const kind of ['write', 'fsync', 'rename', 'sync-directory'] as const) {
  test(`A2.28 EIO during a snapshot (${kind}): STRATA_DISK_FAILED, nothing listed`, async () => {
    const disk = new VolatileFileSystem({
      defer: (task) => void setImmediate(task),
      onCall: (call) => (call.kind === kind ? { code: 'EIO' } : null),
    });
    const snapshots = await openSnapshots(disk);
    await assert.rejects(takeSnapshot(snapshots, 7), { code: 'STRATA_DISK_FAILED' });
    assert.deepEqual(snapshots.list(), []);
  });
}

test('a sync that finds the disk full is a failed sync', async () => {
  const disk = new VolatileFileSystem({
    defer: (task) => void setImmediate(task),
    onCall: (call) => (call.kind === 'fsync' ? { code: 'ENOSPC' } : null),
  });
  const snapshots = await openSnapshots(disk);
  await assert.rejects(takeSnapshot(snapshots, 7), { code: 'STRATA_DISK_FAILED' });
});
