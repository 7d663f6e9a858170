import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StrataError } from '../errors.js';
import type { FileSystem, SyncLabel } from '../ports/file-system.js';
import { FAILPOINTS, parseFailpoint, Trap } from './failpoint.js';
import { FailpointFileSystem } from './failpoint-file-system.js';
import { VolatileFileSystem } from './volatile-file-system.js';

const LABEL: SyncLabel = { cause: 'entries', entries: 1, bytes: 1 };

/** The trap throws instead of killing, and the step that follows is not taken. */
function trapped(text: string): { disk: VolatileFileSystem; watched: FileSystem; lines: string[] } {
  const lines: string[] = [];
  const disk = new VolatileFileSystem({ defer: (task) => void setImmediate(task) });
  const trap = new Trap(parseFailpoint(text), (line) => void lines.push(line));
  return { disk, watched: new FailpointFileSystem(disk, trap), lines };
}

async function rotate(disk: FileSystem): Promise<void> {
  await disk.makeDirectory('/data/wal');
  await disk.syncDirectory('/data/wal');
  for (const name of ['1.wal', '2.wal']) {
    const file = await disk.open('/data/wal/next.tmp', 'create');
    await new Promise((resolve) => file.write(new Uint8Array(1024), 1024, 0, null, resolve));
    await new Promise((resolve) => file.write(Uint8Array.of(7, 7), 2, 0, null, resolve));
    await new Promise((resolve) => file.sync('fsync', { ...LABEL, cause: 'rotation' }, resolve));
    await disk.rename('/data/wal/next.tmp', `/data/wal/${name}`);
    await disk.syncDirectory('/data/wal');
    await file.close();
  }
}

for (const name of [
  'wal-directory-make',
  'recovery-directory-sync',
  'segment-create',
  'segment-preallocate-write',
  'segment-head-write',
  'segment-head-sync',
  'segment-rename',
  'segment-directory-sync',
]) {
  for (const phase of ['before', 'after']) {
    test(`${name}:${phase} is reached once, and not before its turn`, async () => {
      const { watched, lines } = trapped(`${name}:${phase}:1`);
      await rotate(watched);
      assert.deepEqual(lines, [`failpoint ${name}:${phase}:1 reached, the process is killed\n`]);
      const later = trapped(`${name}:${phase}:3`);
      await rotate(later.watched);
      assert.deepEqual(later.lines, []);
    });
  }
}

test('during: the write stops at the last border of sectors in it; one without a border is no hit', async () => {
  const { disk, watched, lines } = trapped('log-append-write:during:1');
  await watched.makeDirectory('/data/wal');
  await watched.syncDirectory('/data/wal');
  disk.put('/data/wal/1.wal', new Uint8Array(4096));
  const file = await watched.open('/data/wal/1.wal', 'write');
  await new Promise((resolve) => file.write(new Uint8Array(100).fill(1), 100, 0, null, resolve));
  assert.deepEqual(lines, []);
  file.write(new Uint8Array(1000).fill(2), 1000, 100, null, () => assert.fail('nothing returns from it'));
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const bytes = await disk.readFile('/data/wal/1.wal');
  assert.equal(bytes.lastIndexOf(2), 1023);
});

test('what names no point is refused with all names', () => {
  for (const text of [
    'log-entries-sync',
    'nothing:before:1',
    'log-entries-sync:between:1',
    'log-entries-sync:before:0',
    'log-entries-sync:before:1:2',
    'log-entries-sync:during:1',
    'log-entries-sync:before:x',
  ]) {
    assert.throws(
      () => parseFailpoint(text),
      (error: StrataError) =>
        error.code === 'STRATA_CONFIG_INVALID' && error.details.field === 'testing.failpoint',
      text,
    );
  }
  for (const name of FAILPOINTS) assert.equal(parseFailpoint(`${name}:after:2`).hit, 2);
});
