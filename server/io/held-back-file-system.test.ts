import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { File } from '../ports/file-system.js';
import { HeldBackFileSystem } from './held-back-file-system.js';
import { NodeFileSystem } from './node-file-system.js';
import { readSyncRecord, SyncRecord } from './sync-record.js';
import { TestClock } from './testing/test-clock.js';
import { TestMetrics } from './testing/test-metrics.js';

/** kill -9 of a process on this disk loses exactly what was not synced: bytes and names. */

const VICTIM = fileURLToPath(new URL('./testing/power-cut-victim.js', import.meta.url));
const OLD = Buffer.alloc(1000, 1);

function newDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'strata-held-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'data'));
  writeFileSync(join(directory, 'data', 'old'), OLD);
  writeFileSync(join(directory, 'data', 'removed'), OLD);
  return directory;
}

/** What is there after a process lived this story and was killed. */
async function afterKill(t: TestContext, story: string) {
  const directory = newDirectory(t);
  const child = spawn(process.execPath, [VICTIM, directory, story], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const signal = await new Promise((resolve) => child.on('exit', (_, by) => resolve(by)));
  assert.equal(signal, 'SIGKILL');
  const data = join(directory, 'data');
  return {
    directory,
    names: readdirSync(data).sort(),
    bytes: (name: string) => readFileSync(join(data, name)),
  };
}

test('A2.27 power cut: synced bytes are there, what was written after the sync is not', async (t) => {
  const { names, bytes } = await afterKill(t, 'bytes');
  assert.deepEqual(names, ['old', 'removed']);
  assert.deepEqual(bytes('old'), Buffer.concat([Buffer.alloc(100, 2), OLD.subarray(100)]));
});

test('A2.27 power cut: O_DSYNC brings its own bytes to the disk and no others', async (t) => {
  const { bytes } = await afterKill(t, 'dsync');
  assert.deepEqual(
    bytes('old'),
    Buffer.concat([OLD.subarray(0, 100), Buffer.alloc(100, 2), OLD.subarray(200)]),
  );
});

test('A2.27 power cut: names are as when their directory was last synced', async (t) => {
  const { names, bytes, directory } = await afterKill(t, 'names');
  assert.deepEqual(names, ['old', 'synced']);
  assert.deepEqual(bytes('synced'), Buffer.alloc(10, 5));
  assert.deepEqual(bytes('old'), OLD);
  // What had no durable name waits where the next life removes it.
  assert.deepEqual(readdirSync(join(directory, 'staging')), ['2', 'syncs']);
  await openDisk(directory);
  assert.deepEqual(readdirSync(join(directory, 'staging')), ['syncs']);
});

test('A2.27 power cut: a directory that was synced holds an empty file when the file was not', async (t) => {
  const { bytes } = await afterKill(t, 'empty');
  assert.equal(bytes('made').length, 0);
});

test('beyond its limit it writes back, the oldest first', async (t) => {
  const { bytes } = await afterKill(t, 'flood');
  const found = bytes('old');
  const kept = found.lastIndexOf(2) + 1;
  assert.ok(kept >= (64 - 17) * 4096 && kept < 64 * 4096, `${kept} bytes were written back`);
  assert.ok(
    found.subarray(0, kept).every((byte) => byte === 2),
    'without a gap',
  );
});

async function openDisk(directory: string, clock = new TestClock()): Promise<HeldBackFileSystem> {
  const disk = new NodeFileSystem({ clock, metrics: new TestMetrics() });
  return HeldBackFileSystem.start({ disk, clock, stagingDirectory: join(directory, 'staging') });
}

function write(file: File, bytes: Uint8Array, position: number): Promise<Error | null> {
  return new Promise((resolve) => file.write(bytes, bytes.length, position, null, resolve));
}

test('bytes older than 30 s are written back, also those of a file that was closed', async (t) => {
  const directory = newDirectory(t);
  let nowNs = 1;
  const clock = new TestClock();
  clock.nowNs = () => nowNs;
  const disk = await openDisk(directory, clock);
  const path = join(directory, 'data', 'old');
  const file = await disk.open(path, 'write');
  await write(file, Uint8Array.of(9), 0);
  await file.close();
  nowNs = 29e9;
  clock.fireIntervals();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(readFileSync(path)[0], 1);
  assert.equal(disk.heldBytes, 1);
  nowNs = 31e9;
  clock.fireIntervals();
  while (disk.heldBytes > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(readFileSync(path)[0], 9);
});

test('a file that was removed stays readable and writable while it is open', async (t) => {
  const directory = newDirectory(t);
  const disk = await openDisk(directory);
  const path = join(directory, 'data', 'old');
  const [writer, reader] = [await disk.open(path, 'write'), await disk.open(path, 'read')];
  await disk.remove(path);
  await disk.syncDirectory(join(directory, 'data'));
  assert.equal(existsSync(path), false);
  await write(writer, Uint8Array.of(8), 1);
  const bytes = new Uint8Array(3);
  assert.equal(await reader.read(bytes, 0), 3);
  assert.deepEqual([...bytes], [1, 8, 1]);
  await Promise.all([writer.close(), reader.close()]);
  assert.equal(disk.heldBytes, 0);
});

test('a rename into another directory is refused: which of the two would have to be synced is not said', async (t) => {
  const directory = newDirectory(t);
  const disk = await openDisk(directory);
  await assert.rejects(
    disk.rename(join(directory, 'data', 'old'), join(directory, 'new')),
    /another directory/,
  );
});

test('the record of syncs outlives the process: the longest one, and the one under way', () => {
  const directory = mkdtempSync(join(tmpdir(), 'strata-syncs-'));
  try {
    let nowNs = 10;
    const record = new SyncRecord(directory);
    assert.deepEqual(readSyncRecord(directory), { beganNs: null, longestNs: 0 });
    const ends = ['interval', 'preallocate', 'entries'].map((cause) => {
      nowNs += 5;
      return record.begin(cause as 'interval', () => nowNs);
    });
    assert.deepEqual(readSyncRecord(directory), { beganNs: 15, longestNs: 0 });
    nowNs = 115;
    ends[0]!();
    assert.deepEqual(readSyncRecord(directory), { beganNs: 25, longestNs: 100 });
    ends[1]!();
    ends[2]!();
    assert.deepEqual(readSyncRecord(directory), { beganNs: null, longestNs: 100 });
    record.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
