import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashAtEveryCall } from '../testing/crash.js';
import { flip, namesIn } from '../testing/directory-fixtures.js';
import { append, DATA_DIRECTORY, entry, meta, openTestLog } from '../testing/log-fixtures.js';
import { FULL_META, smallSnapshot, stateOf, testDisk } from '../testing/snapshot-fixtures.js';
import { type RestoreOptions, restoreDataDirectory, verifySnapshotFile } from './restore.js';

const BACKUP = '/backups/one.snap';
const SINGLE = { ...meta(50, 4), voters: [1] };

async function* reversed(blocks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const block of blocks) yield block.toReversed();
}

async function diskWithBackup() {
  const disk = testDisk();
  const { bytes, blocks } = await smallSnapshot();
  disk.put(BACKUP, bytes);
  return { disk, bytes, blocks };
}

function restore(fileSystem: RestoreOptions['fileSystem'], options: Partial<RestoreOptions> = {}) {
  return restoreDataDirectory({
    from: BACKUP,
    dataDir: DATA_DIRECTORY,
    clusterId: 'cluster',
    nodeId: 1,
    storageId: 'restored',
    meta: SINGLE,
    transform: reversed,
    fileSystem,
    ...options,
  });
}

test('a backup becomes a data directory that opens with its state and goes on behind it', async () => {
  const { disk, blocks } = await diskWithBackup();
  const info = await restore(disk);
  assert.deepEqual(info.meta, SINGLE);
  const { log, snapshots, snapshot, storageId } = await openTestLog(disk);
  assert.deepEqual([snapshot, storageId], [info, 'restored']);
  assert.deepEqual(
    await stateOf(snapshots, snapshot),
    blocks.map((block) => block.toReversed()),
  );
  assert.deepEqual(log.recovered, {
    base: { index: 50, term: 4 },
    entries: [],
    hardState: { term: 4, vote: 0, commit: 50 },
  });
  await append(log, [entry(51, 5)], { term: 5, vote: 1, commit: 50 }, true);
  await log.close();
  await assert.rejects(openTestLog(disk, { clusterId: 'old' }), { code: 'STRATA_WAL_IDENTITY' });
});

test('a backup is checked whole before anything is written', async () => {
  const { disk, bytes } = await diskWithBackup();
  assert.deepEqual((await verifySnapshotFile(BACKUP, disk)).meta, FULL_META);
  disk.put(BACKUP, flip(bytes, (bytes.length - 50) * 8));
  await assert.rejects(verifySnapshotFile(BACKUP, disk), { code: 'STRATA_SNAPSHOT_CORRUPT' });
  await assert.rejects(restore(disk), { code: 'STRATA_SNAPSHOT_CORRUPT', message: /\/backups\/one\.snap/ });
  assert.deepEqual(
    namesIn(disk).filter((name) => !name.includes('one.snap')),
    [],
  );
});

test('a directory that is not empty is refused and left as it is', async () => {
  const { disk } = await diskWithBackup();
  disk.put(`${DATA_DIRECTORY}/notes.txt`, Uint8Array.of(1));
  const before = disk.snapshot();
  await assert.rejects(restore(disk), {
    code: 'STRATA_DATA_DIR_NOT_EMPTY',
    message: 'Directory /data is not empty: it holds notes.txt. Choose an empty one.',
  });
  assert.deepEqual(disk.snapshot(), before);
  await disk.remove(`${DATA_DIRECTORY}/notes.txt`);
  await restore(disk);
  await assert.rejects(restore(disk), { code: 'STRATA_DATA_DIR_NOT_EMPTY' });
});

test('a transform that fails leaves no directory that opens', async () => {
  const { disk } = await diskWithBackup();
  const transform = async function* (): AsyncIterable<Uint8Array> {
    yield Uint8Array.of(1);
    throw new Error('not a state');
  };
  await assert.rejects(restore(disk, { transform }), /not a state/);
  assert.ok(!namesIn(disk).includes('identity.json'));
});

test('A2.26 a crash at every step of a restore: refused, or whole', async (t) => {
  const { bytes, blocks } = await smallSnapshot();
  const steps = await crashAtEveryCall(t, {
    prepare: async (disk) => disk.put(BACKUP, bytes),
    run: async (_, disk) => void (await restore(disk)),
    check: async (disk) => {
      const isWhole = namesIn(disk).includes('identity.json');
      if (isWhole) {
        const { snapshots, snapshot, log } = await openTestLog(disk);
        assert.deepEqual(
          await stateOf(snapshots, snapshot),
          blocks.map((block) => block.toReversed()),
        );
        await log.close();
      } else if (namesIn(disk).some((name) => name.endsWith('.snap') && name.startsWith('snapshots/'))) {
        await assert.rejects(openTestLog(disk), { code: 'STRATA_WAL_IDENTITY' });
      }
    },
  });
  assert.ok(steps >= 20, `${steps} calls`);
});
