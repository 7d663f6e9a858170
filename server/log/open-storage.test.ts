import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NodeFileSystem } from '../io/node-file-system.js';
import { TestClock } from '../io/testing/test-clock.js';
import { TestMetrics } from '../io/testing/test-metrics.js';
import { inspectWal } from './inspect.js';
import { SYNC_POLICIES } from './sync-policies.js';
import { append, entries, entry, openTestLog, plain, reset, takeSnapshot } from './testing/log-fixtures.js';
import { content, stateOf } from './testing/snapshot-fixtures.js';

/** The data directory on the real disk. */

const NEW_LOG = {
  hardState: { term: 0, vote: 0, commit: 0 },
  base: { index: 0, term: 0 },
  entries: [],
};

function realDisk(): NodeFileSystem {
  return new NodeFileSystem({ clock: new TestClock(), metrics: new TestMetrics() });
}

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'strata-log-'));
  try {
    await run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

for (const strategy of ['always', 'interval', 'none', 'group'] as const) {
  for (const primitive of ['fdatasync', 'fsync', 'dsync'] as const) {
    test(`${strategy} with ${primitive}: what was appended comes back from real files`, () =>
      inDirectory(async (directory) => {
        const options = { directory, strategy, primitive };
        const { log } = await openTestLog(realDisk(), options);
        assert.deepEqual(log.recovered, NEW_LOG);
        const appended = entries(1, 50, 1, 2000);
        const writes = appended.map((one) =>
          append(log, [one], { term: 1, vote: 1, commit: one.index }, one.index === 1),
        );
        await Promise.all(writes);
        await log.close();
        const { log: reopened } = await openTestLog(realDisk(), options);
        assert.deepEqual(plain(reopened.recovered.entries), plain(appended));
        const commit = SYNC_POLICIES[strategy].remembersCommit ? 50 : 0;
        assert.deepEqual(reopened.recovered.hardState, { term: 1, vote: 1, commit });
        await append(reopened, [entry(51)]);
        await reopened.close();
      }));
  }
}

test('a new log: directories, a first segment of full length, nothing temporary', () =>
  inDirectory(async (parent) => {
    const directory = join(parent, 'a', 'b');
    const { log } = await openTestLog(realDisk(), { directory });
    assert.deepEqual(readdirSync(join(directory, 'wal')), ['0000000001-0000000000000001.wal']);
    assert.equal(statSync(join(directory, 'wal', '0000000001-0000000000000001.wal')).size, 65_536);
    await log.close();
    assert.deepEqual(readdirSync(join(directory, 'snapshots')), ['0000000000000000-0000000000000000.snap']);
    assert.deepEqual(
      readdirSync(directory).sort(),
      ['identity.json', 'snapshots', 'wal'],
      'the lock is gone',
    );
  }));

test('A2.18 a second process on the data directory: refused, with the pid', () =>
  inDirectory(async (directory) => {
    const { log } = await openTestLog(realDisk(), { directory });
    await assert.rejects(openTestLog(realDisk(), { directory }), {
      code: 'STRATA_DATA_DIR_LOCKED',
      message: new RegExp(`by process ${process.pid}\\.`),
    });
    await log.close();
    await (await openTestLog(realDisk(), { directory })).log.close();
  }));

test('A2.22 a refused log: the lock is released, every byte is as it was, the reason is in the summary', () =>
  inDirectory(async (directory) => {
    const { log } = await openTestLog(realDisk(), { directory });
    await append(log, entries(1, 20));
    await log.close();
    const path = join(directory, 'wal', '0000000001-0000000000000001.wal');
    const damaged = readFileSync(path);
    damaged[700]! ^= 4;
    writeFileSync(path, damaged);
    writeFileSync(join(directory, 'wal', 'next.tmp'), 'left by a crash');
    for (let attempt = 0; attempt < 2; attempt++)
      await assert.rejects(openTestLog(realDisk(), { directory }), { code: 'STRATA_WAL_CORRUPT' });
    assert.deepEqual(readFileSync(path), damaged);
    assert.deepEqual(readdirSync(join(directory, 'wal')).sort(), [
      '0000000001-0000000000000001.wal',
      'next.tmp',
    ]);
    const { damage, segments } = await inspectWal(directory, realDisk());
    assert.equal(damage?.code, 'STRATA_WAL_CORRUPT');
    assert.match(
      damage?.message ?? '',
      /0000000001-0000000000000001\.wal at offset \d+: record (header )?checksum mismatch/,
    );
    assert.deepEqual(segments, []);
  }));

test('A2.19 another node or cluster is refused by name; only who may open removes leftovers', () =>
  inDirectory(async (directory) => {
    await (await openTestLog(realDisk(), { directory })).log.close();
    writeFileSync(join(directory, 'wal', 'next.tmp'), 'left by a crash');
    await assert.rejects(openTestLog(realDisk(), { directory, nodeId: 2 }), {
      code: 'STRATA_WAL_IDENTITY',
      message: `Data directory ${directory} belongs to node 1 of cluster cluster, not to node 2 of cluster cluster.`,
    });
    await assert.rejects(openTestLog(realDisk(), { directory, clusterId: 'x' }), {
      code: 'STRATA_WAL_IDENTITY',
    });
    await (await openTestLog(realDisk(), { directory })).log.close();
    assert.deepEqual(readdirSync(join(directory, 'wal')), ['0000000001-0000000000000001.wal']);
  }));

test('a segment size that cannot work is refused', () =>
  assert.rejects(openTestLog(realDisk(), { directory: '/nowhere', segmentBytes: 100 }), /segmentBytes 100/));

test('the summary of a log names what is in it', () =>
  inDirectory(async (directory) => {
    const { log, snapshot } = await openTestLog(realDisk(), { directory });
    await append(log, entries(1, 3, 4), { term: 4, vote: 2, commit: 0 }, true);
    await append(log, entries(4, 5, 4));
    await log.close();
    const { segments, ...summary } = await inspectWal(directory, realDisk());
    assert.deepEqual(summary, {
      directory: join(directory, 'wal'),
      identity: { clusterId: 'cluster', nodeId: 1 },
      storage: { clusterId: 'cluster', nodeId: 1, storageId: 'storage-1' },
      snapshots: [
        {
          file: join(directory, 'snapshots', '0000000000000000-0000000000000000.snap'),
          info: snapshot,
          damage: null,
        },
      ],
      hardState: { term: 4, vote: 2, commit: 0 },
      base: { index: 0, term: 0 },
      firstIndex: 1,
      lastIndex: 5,
      lastTerm: 4,
      damage: null,
    });
    assert.deepEqual(
      segments.map(({ records, end, isReset }) => ({ ...records, end, isReset })),
      [{ entries: 5, hardStates: 2, writes: 3, end: 'end', isReset: false }],
    );
    const walOnly = await inspectWal(join(directory, 'wal'), realDisk());
    assert.deepEqual([walOnly.lastIndex, walOnly.storage, walOnly.snapshots], [5, null, []]);
  }));

test('on real files: snapshots, a reset, a compaction, and a snapshot that is sent while it is replaced', () =>
  inDirectory(async (directory) => {
    const options = { directory, segmentBytes: 4096 };
    const { log, snapshots } = await openTestLog(realDisk(), options);
    for (const one of entries(1, 30, 1, 900)) await append(log, [one]);
    await append(log, [], { term: 1, vote: 1, commit: 30 }, true);
    const first = await takeSnapshot(snapshots, 20, 1, [content(300_000, 1), content(5, 2)]);
    const file = await snapshots.openFile(first);
    log.compact(20);
    for (const index of [24, 28]) await takeSnapshot(snapshots, index);
    await snapshots.prune();
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < first.fileBytes; at += 65_536) pieces.push(await file.readAt(at, 65_536));
    await file.close();
    await log.close();
    assert.deepEqual(readdirSync(join(directory, 'snapshots')).sort(), [
      '0000000000000024-0000000000000001.snap',
      '0000000000000028-0000000000000001.snap',
    ]);

    const other = { directory: join(directory, 'other'), segmentBytes: 4096, nodeId: 2 };
    const follower = await openTestLog(realDisk(), other);
    const receiver = await follower.snapshots.receive(first);
    for (const piece of pieces) await receiver.write(receiver.offset, piece);
    assert.deepEqual(await receiver.commit(), first);
    await reset(follower.log, first.meta, { term: 1, vote: 0, commit: 20 });
    await append(follower.log, entries(21, 22));
    await follower.log.close();

    const reopened = await openTestLog(realDisk(), other);
    assert.deepEqual(reopened.snapshot, first);
    assert.deepEqual(await stateOf(reopened.snapshots, first), [content(300_000, 1), content(5, 2)]);
    assert.deepEqual(reopened.log.recovered.base, { index: 20, term: 1 });
    assert.deepEqual(plain(reopened.log.recovered.entries), plain(entries(21, 22)));
    await reopened.log.close();
    const { log: leader } = await openTestLog(realDisk(), options);
    assert.ok(leader.recovered.base.index > 10 && leader.recovered.base.index <= 20);
    await leader.close();
  }));

for (const strategy of ['always', 'group', 'none'] as const) {
  test(`A2.26 ${strategy}: a writer killed by SIGKILL loses nothing that it acknowledged, three times`, () =>
    inDirectory(async (directory) => {
      let acknowledged = 0;
      for (let round = 1; round <= 3; round++) {
        acknowledged = await writeUntilKilled(directory, strategy, acknowledged + 60);
        const { log } = await openTestLog(realDisk(), { directory, segmentBytes: 16_384 });
        const { entries: found } = log.recovered;
        assert.ok(found.length >= acknowledged, `${found.length} entries, ${acknowledged} were acknowledged`);
        assert.deepEqual(plain(found), plain(entries(1, found.length, 1, 200)));
        acknowledged = found.length;
        await log.close();
      }
    }));
}

/**
 * Starts a process that appends without end; kills it when it has acknowledged `target`. Returns the highest
 * index it reported.
 */
function writeUntilKilled(directory: string, strategy: string, target: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./testing/endless-writer.js', import.meta.url), [directory, strategy]);
    let highest = 0;
    child.on('message', (index) => {
      highest = Number(index);
      if (highest >= target) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(highest);
      else reject(new Error(`the writer ended by itself at ${highest}`));
    });
  });
}
