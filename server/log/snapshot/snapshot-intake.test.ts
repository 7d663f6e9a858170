import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VolatileFileSystem } from '../../io/volatile-file-system.js';
import type { SnapshotInfo } from '../../ports/snapshot-storage.js';
import { crashAtEveryCall } from '../testing/crash.js';
import { meta } from '../testing/log-fixtures.js';
import {
  content,
  openSnapshots,
  SNAPSHOTS,
  sendFile,
  smallSnapshot,
  stateOf,
  testDisk,
} from '../testing/snapshot-fixtures.js';
import { SnapshotFiles } from './snapshot-files.js';

function parts(disk: VolatileFileSystem): string[] {
  return [...disk.snapshot().keys()].filter((path) => path.endsWith('.part'));
}

test('a file comes in piece by piece and is listed when it is whole', async () => {
  const { bytes, blocks, info } = await smallSnapshot();
  for (const pieceBytes of [1, 50, bytes.length]) {
    const disk = testDisk();
    const snapshots = await openSnapshots(disk);
    assert.deepEqual(await sendFile(snapshots, info, bytes, pieceBytes), info);
    assert.deepEqual([snapshots.list(), parts(disk)], [[info], []]);
    assert.deepEqual(await stateOf(snapshots, info), blocks);
  }
});

test('A2.32 a lost, doubled or early piece is refused, and the right one still fits', async () => {
  const { bytes, info } = await smallSnapshot(meta(7, 1));
  const snapshots = await openSnapshots(testDisk());
  const receiver = await snapshots.receive(info);
  await assert.rejects(snapshots.receive(info), { code: 'STRATA_SNAPSHOT_BUSY' });
  const first = receiver.write(0, bytes.subarray(0, 100));
  for (const wrong of [0, 50, 99, 101]) {
    await assert.rejects(receiver.write(wrong, bytes.subarray(wrong, wrong + 10)), {
      code: 'STRATA_SNAPSHOT_OFFSET',
      message: `A piece of snapshot 7 begins at ${wrong}; 100 was expected.`,
    });
  }
  // Two pieces on the way to the disk at once.
  const second = receiver.write(100, bytes.subarray(100, 150));
  const third = receiver.write(150, bytes.subarray(150));
  await Promise.all([first, second, third]);
  assert.deepEqual(await receiver.commit(), info);
});

test('A2.32 goes on where a former attempt ended, at a whole block', async () => {
  const { bytes, info, blocks } = await smallSnapshot();
  for (let cut = 0; cut <= bytes.length; cut += 9) {
    const disk = testDisk();
    const snapshots = await openSnapshots(disk);
    const former = await snapshots.receive(info);
    await former.write(0, bytes.subarray(0, cut));
    await former.suspend();
    // The next life of the node.
    const next = new SnapshotFiles({ fileSystem: disk, directory: SNAPSHOTS, infos: [] });
    const receiver = await next.receive(info);
    assert.ok(receiver.offset <= cut && receiver.offset >= Math.min(cut, bytes.length) - 130);
    await receiver.write(receiver.offset, bytes.subarray(receiver.offset));
    assert.deepEqual(await receiver.commit(), info);
    assert.deepEqual(await stateOf(next, info), blocks, `cut at ${cut}`);
  }
});

test('A2.32 only the same snapshot of the same node is gone on with', async () => {
  const { bytes, info } = await smallSnapshot();
  const disk = testDisk();
  const snapshots = await openSnapshots(disk);
  const former = await snapshots.receive(info);
  await former.write(0, bytes.subarray(0, 150));
  await former.suspend();
  const others: readonly SnapshotInfo[] = [
    { ...info, checksum: info.checksum ^ 1 },
    { ...info, meta: { ...info.meta, index: info.meta.index + 1 } },
    { ...info, meta: { ...info.meta, term: 10 } },
    { ...info, fileBytes: info.fileBytes + 1 },
  ];
  for (const other of others) {
    const receiver = await snapshots.receive(other);
    assert.equal(receiver.offset, 0);
    await receiver.suspend();
  }
  const same = await snapshots.receive(info);
  assert.ok(same.offset > 0);
  await same.suspend();
});

test('A2.32 damaged pieces: refused at once where they show, the file is removed', async () => {
  const { bytes, info } = await smallSnapshot();
  for (let at = 0; at < bytes.length; at++) {
    const disk = testDisk();
    const snapshots = await openSnapshots(disk);
    const damaged = Uint8Array.from(bytes);
    damaged[at]! ^= 64;
    await assert.rejects(
      sendFile(snapshots, info, damaged, 64),
      { code: 'STRATA_SNAPSHOT_CORRUPT' },
      `byte ${at}`,
    );
    assert.deepEqual([snapshots.list(), parts(disk)], [[], []]);
    assert.deepEqual(await sendFile(snapshots, info, bytes, 64), info);
  }
});

test('A2.32 a whole file that is not the one offered: refused', async () => {
  const { bytes, info } = await smallSnapshot();
  const offers: readonly SnapshotInfo[] = [
    { ...info, checksum: info.checksum ^ 1 },
    { ...info, meta: { ...info.meta, voters: [1, 2] } },
    { ...info, meta: { ...info.meta, index: 5 } },
    { ...info, fileBytes: info.fileBytes - 1 },
    { ...info, fileBytes: info.fileBytes + 1 },
  ];
  for (const offer of offers) {
    const disk = testDisk();
    const snapshots = await openSnapshots(disk);
    await assert.rejects(sendFile(snapshots, offer, bytes, 64), { code: 'STRATA_SNAPSHOT_CORRUPT' });
    assert.deepEqual([snapshots.list(), parts(disk)], [[], []]);
  }
});

test('A2.32 the meta is compared as soon as it has come, not when the whole file has', async () => {
  const { bytes, info } = await smallSnapshot();
  const snapshots = await openSnapshots(testDisk());
  const receiver = await snapshots.receive({ ...info, meta: { ...info.meta, voters: [1, 2] } });
  await assert.rejects(receiver.write(0, bytes.subarray(0, 200)), {
    code: 'STRATA_SNAPSHOT_CORRUPT',
    message: /another snapshot than the one offered/,
  });
});

test('A2.32 cut off before its end: refused when it is committed', async () => {
  const { bytes, info } = await smallSnapshot();
  const snapshots = await openSnapshots(testDisk());
  await assert.rejects(sendFile(snapshots, info, bytes.subarray(0, bytes.length - 1), 64), {
    code: 'STRATA_SNAPSHOT_CORRUPT',
    message: /the file ends in the footer/,
  });
});

test('A2.30 disk full while a snapshot comes in: the file is removed, the next attempt begins anew', async () => {
  const { bytes, info } = await smallSnapshot();
  let isFull = true;
  const disk = new VolatileFileSystem({
    defer: (task) => void setImmediate(task),
    onCall: ({ kind, position }) =>
      isFull && kind === 'write' && position >= 128 ? { code: 'ENOSPC' } : null,
  });
  const snapshots = await openSnapshots(disk);
  await assert.rejects(sendFile(snapshots, info, bytes, 64), { code: 'STRATA_DISK_FULL' });
  assert.deepEqual(parts(disk), []);
  isFull = false;
  assert.deepEqual(await sendFile(snapshots, info, bytes, 64), info);
});

test('A2.26 A2.27 A2.32 a crash at every step of receiving: the next attempt ends with the same file', async (t) => {
  const { bytes, info } = await smallSnapshot(meta(7, 1));
  const steps = await crashAtEveryCall(t, {
    prepare: (disk) => openSnapshots(disk),
    run: async (snapshots) => void (await sendFile(snapshots, info, bytes, 90)),
    check: async (disk) => {
      const files = [...disk.snapshot().entries()];
      const whole = files.find(([path]) => path.endsWith('.snap'));
      if (whole !== undefined)
        assert.deepEqual(Buffer.from(whole[1]), Buffer.from(bytes), 'whole or not there');
      const snapshots = new SnapshotFiles({ fileSystem: disk, directory: SNAPSHOTS, infos: [] });
      assert.deepEqual(await sendFile(snapshots, info, bytes, 90), info);
      assert.deepEqual((await stateOf(snapshots, info))[2], content(40, 3));
    },
  });
  assert.ok(steps >= 8, `${steps} calls`);
});
