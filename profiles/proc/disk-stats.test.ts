import assert from 'node:assert/strict';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DiskWindow } from '../../results/schema/index.js';
import { diskWindow, parseDiskStat, readDisk } from './disk-stats.js';

const LINE = '  100 0 800 10   20 3 160 7   0 5 17   0 0 0 0   9 4';

test('the fields of a block device are read by their place', () => {
  const found = parseDiskStat(LINE, 'vda');
  assert.ok(found !== null);
  assert.equal(found.writes, 20);
  assert.equal(found.bytesWritten, 160 * 512);
  assert.equal(found.flushes, 9);
  assert.equal(found.flushMs, 4);
});

test('an old kernel counts no flushes, and a line that is none is refused', () => {
  const old = parseDiskStat('1 0 8 1 2 0 16 1 0 1 2', 'sda');
  assert.equal(old?.flushes, null);
  assert.equal(parseDiskStat('1 2 3', 'sda'), null);
  assert.equal(parseDiskStat('0 0 0 0 -1 0 0 0 0 0 0', 'sda'), null);
  assert.equal(parseDiskStat('a b c d e f g h i j k', 'sda'), null);
});

test('a window is the difference, and none of two devices', () => {
  const before = parseDiskStat(LINE, 'vda')!;
  const after = {
    ...before,
    takenNs: before.takenNs + 2_000_000_000n,
    writes: 25,
    bytesWritten: 90_000,
    flushes: 12,
  };
  const window = diskWindow(before, after);
  assert.deepEqual(window, DiskWindow.parse(window));
  assert.equal(window?.writes, 5);
  assert.equal(window?.bytesWritten, 90_000 - 81_920);
  assert.equal(window?.flushes, 3);
  assert.equal(diskWindow(before, { ...after, device: 'vdb' }), null);
  assert.equal(diskWindow(after, before), null);
});

test('synced writes are seen by the device under them, where there is one', () => {
  const directory = mkdtempSync(join(process.cwd(), '.build-disk-'));
  try {
    const before = readDisk(directory);
    // A directory on no block device answers null, and twice the same.
    if (before === null) {
      assert.equal(readDisk(directory), null);
      return;
    }
    const file = openSync(join(directory, 'data'), 'w');
    for (let round = 0; round < 10; round++) {
      writeSync(file, Buffer.alloc(4096, round));
      fdatasyncSync(file);
    }
    closeSync(file);
    const window = diskWindow(before, readDisk(directory)!);
    assert.ok(window !== null && window.writes >= 10, `${window?.writes} writes for 10 synced ones`);
    assert.ok(window.bytesWritten >= 40_960, `${window.bytesWritten} bytes for 40960`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
