import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrataError } from '../errors.js';
import { checksum } from './checksum.js';
import { decodeIdentity, encodeIdentity } from './identity-file.js';
import { flip, IDENTITY_FILE, namesIn } from './testing/directory-fixtures.js';
import {
  append,
  DATA_DIRECTORY,
  entries,
  meta,
  openTestLog,
  recordingDisk,
  WAL_DIRECTORY,
} from './testing/log-fixtures.js';
import { smallSnapshot, stateOf, testDisk } from './testing/snapshot-fixtures.js';

/** Whose directory it is, and what happens when that cannot be said. */

const IDENTITY = { clusterId: 'cluster', nodeId: 1, storageId: 'storage-1' };

function stamped(fields: Record<string, unknown>): Buffer {
  const text = Buffer.from(JSON.stringify(fields));
  return Buffer.from(`${JSON.stringify({ ...fields, checksum: checksum(text, 0, text.length) })}\n`);
}

test('an empty directory: the snapshot given, an empty log, an id of its own that stays', async () => {
  const disk = testDisk();
  const state = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  const opened = await openTestLog(disk, { bootstrap: { meta: meta(0, 0), state } });
  assert.equal(opened.storageId, 'storage-1');
  assert.deepEqual(opened.snapshot.meta, meta(0, 0));
  assert.deepEqual(opened.snapshots.list(), [opened.snapshot]);
  assert.deepEqual(await stateOf(opened.snapshots, opened.snapshot), state);
  assert.deepEqual(opened.log.recovered, {
    hardState: { term: 0, vote: 0, commit: 0 },
    base: { index: 0, term: 0 },
    entries: [],
  });
  await opened.log.close();
  const again = await openTestLog(disk, {
    newStorageId: 'storage-2',
    bootstrap: { meta: { ...meta(0, 0), voters: [9] }, state: [] },
  });
  assert.equal(again.storageId, 'storage-1');
  assert.deepEqual(again.snapshot, opened.snapshot, 'the directory has one: what is given is not looked at');
  await again.log.close();
});

test('a node that joins begins without voters', async () => {
  const bare = { ...meta(0, 0), voters: [] };
  const { snapshot, log } = await openTestLog(testDisk(), { bootstrap: { meta: bare, state: [] } });
  assert.deepEqual(snapshot.meta, bare);
  await log.close();
});

test('A2.21 every flipped bit and every cut of identity.json is refused by name', () => {
  const bytes = encodeIdentity(IDENTITY);
  assert.deepEqual(decodeIdentity('identity.json', bytes), IDENTITY);
  const refused = (damaged: Uint8Array, what: string): void =>
    assert.throws(
      () => decodeIdentity('identity.json', damaged),
      (error: unknown) => error instanceof StrataError && error.code === 'STRATA_WAL_CORRUPT',
      what,
    );
  for (let bit = 0; bit < bytes.length * 8; bit++) refused(flip(bytes, bit), `bit ${bit}`);
  for (let cut = 0; cut < bytes.length; cut++) refused(bytes.subarray(0, cut), `cut at ${cut}`);
  refused(Buffer.from('[]\n'), 'an array');
  refused(Buffer.from(JSON.stringify(JSON.parse(bytes.toString()), null, 2)), 'other blanks');
});

test('A2.19 a directory of another version is named, with both versions', async () => {
  const disk = testDisk();
  await (await openTestLog(disk)).log.close();
  disk.put(IDENTITY_FILE, stamped({ formatVersion: 7, someField: [1] }));
  await assert.rejects(openTestLog(disk), {
    code: 'STRATA_WAL_VERSION',
    message: `File ${IDENTITY_FILE} has format version 7; this build reads version 1.`,
  });
  disk.put(IDENTITY_FILE, stamped({ formatVersion: 1, clusterId: 'cluster', nodeId: '1', storageId: 'x' }));
  await assert.rejects(openTestLog(disk), { code: 'STRATA_WAL_CORRUPT', message: /fields are missing/ });
});

test('A2.19 a segment of the version before this one is named, with both versions', async () => {
  const disk = testDisk();
  await (await openTestLog(disk)).log.close();
  const path = `${WAL_DIRECTORY}/0000000001-0000000000000001.wal`;
  const segment = Buffer.from(disk.snapshot().get(path)!);
  const payloadBytes = segment.readUInt32LE(0);
  segment.writeUInt32LE(1, 16);
  segment.writeUInt32LE(checksum(segment, 16, 16 + payloadBytes), 8);
  segment.writeUInt32LE(checksum(segment, 0, 12), 12);
  // Whatever stands behind the head is another version's business.
  segment.fill(0xee, 200, 300);
  disk.put(path, segment);
  const refusal = { code: 'STRATA_WAL_VERSION', message: /version 1; this build reads version 2/ };
  await assert.rejects(openTestLog(disk), refusal);
  await disk.remove(IDENTITY_FILE);
  await assert.rejects(openTestLog(disk), refusal, 'that version had no identity.json');
});

test('a node that lived and lost its identity does not become a new one', async () => {
  const lives: readonly (readonly [
    string,
    (opened: Awaited<ReturnType<typeof openTestLog>>) => Promise<unknown>,
  ])[] = [
    ['an entry', ({ log }) => append(log, entries(1, 1))],
    ['a vote', ({ log }) => append(log, [], { term: 3, vote: 2, commit: 0 }, true)],
  ];
  for (const [what, live] of lives) {
    const disk = testDisk();
    const opened = await openTestLog(disk);
    await live(opened);
    await opened.log.close();
    await disk.remove(IDENTITY_FILE);
    const before = disk.snapshot();
    await assert.rejects(
      openTestLog(disk),
      {
        code: 'STRATA_WAL_IDENTITY',
        message: /a node whose identity\.json is missing .*, not to node 1 of cluster cluster/,
      },
      what,
    );
    assert.deepEqual(disk.snapshot(), before, 'nothing was changed');
  }
});

test('a snapshot without identity and log is no empty directory', async () => {
  const disk = testDisk();
  const { bytes } = await smallSnapshot(meta(7, 1));
  disk.put(`${DATA_DIRECTORY}/snapshots/0000000000000007-0000000000000001.snap`, bytes);
  await assert.rejects(openTestLog(disk), { code: 'STRATA_WAL_IDENTITY' });
});

test('a directory whose log or snapshots were taken away is refused', async () => {
  const disk = testDisk();
  await (await openTestLog(disk)).log.close();
  const files = disk.snapshot();
  await disk.remove(`${WAL_DIRECTORY}/0000000001-0000000000000001.wal`);
  await assert.rejects(openTestLog(disk), { code: 'STRATA_WAL_CORRUPT', message: /the log has no segment/ });
  for (const [path, bytes] of files) disk.put(path, bytes);
  await disk.remove(`${DATA_DIRECTORY}/snapshots/0000000000000000-0000000000000000.snap`);
  await assert.rejects(openTestLog(disk), { code: 'STRATA_SNAPSHOT_MISSING' });
});

test('a disk without room: the making of a directory fails, and succeeds when there is room', async () => {
  for (const kind of ['create', 'write', 'rename'] as const) {
    const recorded = recordingDisk();
    recorded.fault = (call) => (call.kind === kind ? { code: 'ENOSPC' } : null);
    await assert.rejects(openTestLog(recorded.disk), { code: 'STRATA_DISK_FULL' }, kind);
    recorded.fault = () => null;
    await (await openTestLog(recorded.disk)).log.close();
    assert.equal(namesIn(recorded.disk).length, 3);
  }
});
