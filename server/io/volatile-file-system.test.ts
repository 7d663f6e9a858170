import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { File, SyncLabel } from '../ports/file-system.js';
import { VolatileFileSystem } from './volatile-file-system.js';

const LABEL: SyncLabel = { cause: 'entries', entries: 1, bytes: 1 };
const lost = () => false;
const kept = () => true;

async function newDisk(): Promise<VolatileFileSystem> {
  const disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
  await disk.makeDirectory('/d');
  return disk;
}

function write(file: File, bytes: Uint8Array, position: number): Promise<Error | null> {
  return new Promise((resolve) => {
    file.write(bytes, bytes.length, position, null, (error) => resolve(error));
  });
}

function sync(file: File): Promise<Error | null> {
  return new Promise((resolve) => file.sync('fsync', LABEL, resolve));
}

async function syncedFile(disk: VolatileFileSystem, bytes: Uint8Array): Promise<File> {
  const file = await disk.open('/d/f', 'create');
  await write(file, bytes, 0);
  await sync(file);
  await disk.syncDirectory('/d');
  return file;
}

const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

test('what was synced survives, what was only written may not, sector by sector', async () => {
  const disk = await newDisk();
  const file = await syncedFile(disk, filled(2048, 1));
  await write(file, filled(1024, 2), 256);
  const after = (keep: () => boolean) => disk.powerCut(keep).readFile('/d/f');
  assert.deepEqual(await after(lost), filled(2048, 1));
  let turn = 0;
  const torn = await after(() => turn++ === 1);
  const expected = filled(2048, 1).fill(2, 512, 1024);
  assert.deepEqual(torn, expected);
});

test('a name is durable only after its directory was synced', async () => {
  const disk = await newDisk();
  await syncedFile(disk, filled(10, 1));
  await disk.rename('/d/f', '/d/g');
  assert.deepEqual(await disk.list('/d'), ['g']);
  assert.deepEqual(await disk.powerCut(lost).list('/d'), ['f']);
  assert.deepEqual(await disk.powerCut(kept).list('/d'), ['g']);
  const other = await newDisk();
  await syncedFile(other, filled(10, 1));
  await other.rename('/d/f', '/d/g');
  await other.syncDirectory('/d');
  assert.deepEqual(await other.powerCut(lost).list('/d'), ['g']);
});

test('a sync covers what was written when it was submitted', async () => {
  const disk = await newDisk();
  const file = await syncedFile(disk, filled(512, 1));
  await write(file, filled(512, 2), 0);
  const syncing = sync(file);
  await Promise.all([syncing, write(file, filled(512, 3), 0)]);
  assert.deepEqual(await disk.powerCut(lost).readFile('/d/f'), filled(512, 2));
});

test('what a failed sync covered can be read, and no later sync brings it to the disk; written again it does (fsyncgate)', async () => {
  let isFailing = false;
  const disk = new VolatileFileSystem({
    defer: (task) => void setImmediate(task),
    onCall: ({ kind }) => (isFailing && kind === 'fsync' ? { code: 'EIO' } : null),
  });
  await disk.makeDirectory('/d');
  const file = await syncedFile(disk, filled(512, 1));
  await write(file, filled(512, 2), 0);
  isFailing = true;
  assert.match(String(await sync(file)), /EIO/);
  isFailing = false;
  assert.equal(await sync(file), null);
  const next = disk.processCrash();
  assert.deepEqual(await next.readFile('/d/f'), filled(512, 2));
  const again = await next.open('/d/f', 'write');
  assert.equal(await sync(again), null);
  assert.deepEqual(await next.powerCut(lost).readFile('/d/f'), filled(512, 1));
  const third = next.processCrash();
  const rewritten = await third.open('/d/f', 'write');
  await write(rewritten, filled(512, 2), 0);
  assert.equal(await sync(rewritten), null);
  assert.deepEqual(await third.powerCut(lost).readFile('/d/f'), filled(512, 2));
});

test('a killed process leaves the page cache, a power cut after it does not', async () => {
  const disk = await newDisk();
  const file = await syncedFile(disk, filled(512, 1));
  await write(file, filled(512, 2), 0);
  const next = disk.processCrash();
  assert.deepEqual(await next.readFile('/d/f'), filled(512, 2));
  assert.deepEqual(await next.powerCut(lost).readFile('/d/f'), filled(512, 1));
});

test('a write under way when the power goes may be there in part; nothing returns afterwards', async () => {
  const disk = await newDisk();
  const file = await syncedFile(disk, filled(1024, 1));
  let returned = false;
  file.write(filled(1024, 2), 1024, 0, null, () => (returned = true));
  let turn = 0;
  const after = disk.powerCut(() => turn++ === 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(returned, false);
  assert.deepEqual(await after.readFile('/d/f'), filled(1024, 1).fill(2, 0, 512));
});

test('a buffer that is reused before the write returned writes garbage, as on a real disk', async () => {
  const disk = await newDisk();
  const file = await syncedFile(disk, filled(4, 1));
  const buffer = filled(4, 2);
  const writing = write(file, buffer, 0);
  buffer.fill(9);
  await writing;
  assert.deepEqual(await disk.readFile('/d/f'), filled(4, 9));
});

test('O_DSYNC: a write that returned survives without a sync', async () => {
  const disk = await newDisk();
  await syncedFile(disk, filled(1024, 1));
  const file = await disk.open('/d/f', 'write-dsync');
  await write(file, filled(512, 2), 0);
  assert.deepEqual(await disk.powerCut(lost).readFile('/d/f'), filled(1024, 1).fill(2, 0, 512));
});

test('faults: a code comes back as an error, a short write writes what it says', async () => {
  const disk = new VolatileFileSystem({
    defer: (task) => void setImmediate(task),
    onCall: (call) => {
      if (call.kind === 'fsync') return { code: 'EIO' };
      return call.kind === 'write' && call.position === 4 ? { shortBytes: 1 } : null;
    },
  });
  await disk.makeDirectory('/d');
  const file = await disk.open('/d/f', 'create');
  assert.equal(await write(file, filled(4, 1), 0), null);
  const bytes = await new Promise((resolve) => {
    file.write(filled(4, 2), 4, 4, null, (_error, bytesWritten) => resolve(bytesWritten));
  });
  assert.equal(bytes, 1);
  assert.deepEqual([...(await disk.readFile('/d/f'))], [1, 1, 1, 1, 2]);
  assert.equal(((await sync(file)) as NodeJS.ErrnoException).code, 'EIO');
  await assert.rejects(disk.open('/d/none', 'write'), { code: 'ENOENT' });
});

test('the lock is exclusive and goes with the process', async () => {
  const disk = await newDisk();
  const lock = await disk.lock('/d/lock');
  await assert.rejects(disk.lock('/d/lock'), { code: 'STRATA_DATA_DIR_LOCKED' });
  await lock.release();
  await disk.lock('/d/lock');
  await disk.processCrash().lock('/d/lock');
});
