import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VolatileFileSystem } from '../io/volatile-file-system.js';
import { inspectWal } from './inspect.js';
import { placeSnapshot } from './storage-recovery.js';
import { flip, namesIn } from './testing/directory-fixtures.js';
import {
  append,
  DATA_DIRECTORY,
  entries,
  meta,
  openTestLog,
  plain,
  reset,
  settle,
  takeSnapshot,
} from './testing/log-fixtures.js';
import { content, smallSnapshot, stateOf, testDisk } from './testing/snapshot-fixtures.js';

/** Snapshot and log together: which of them a start goes on with, and when it refuses. */

const SMALL = { segmentBytes: 4096 };
const snapshotPath = (index: number, term = 1): string =>
  `${DATA_DIRECTORY}/snapshots/${String(index).padStart(16, '0')}-${String(term).padStart(16, '0')}.snap`;

test('the table: where a snapshot stands in the log', () => {
  const terms = new Map([
    [10, 2],
    [11, 2],
    [12, 3],
  ]);
  const log = {
    base: { index: 10, term: 2 },
    lastIndex: 12,
    termAt: (index: number) => terms.get(index)!,
    hardState: { term: 3, vote: 0, commit: 11 },
  };
  const table = [
    [9, 1, 'before'],
    [10, 2, 'in log'],
    [10, 1, 'broken'],
    [11, 2, 'in log'],
    [11, 3, 'broken'],
    [12, 3, 'in log'],
    [12, 4, 'conflict'],
    [13, 3, 'beyond'],
  ] as const;
  for (const [index, term, place] of table)
    assert.equal(placeSnapshot({ index, term }, log), place, `index ${index} of term ${term}`);
});

/** Entries 1 to 20 of term 1, snapshots at 5 and 9; the log compacted as asked. */
async function lived(options: { compactTo?: number; commit?: number } = {}): Promise<VolatileFileSystem> {
  const disk = testDisk();
  const { log, snapshots } = await openTestLog(disk, SMALL);
  for (const one of entries(1, 20, 1, 900)) await append(log, [one]);
  await append(log, [], { term: 1, vote: 2, commit: options.commit ?? 12 }, true);
  await takeSnapshot(snapshots, 5, 1, [content(50, 5)]);
  await takeSnapshot(snapshots, 9, 1, [content(50, 9)]);
  await snapshots.prune();
  if (options.compactTo !== undefined) log.compact(options.compactTo);
  await settle();
  await log.close();
  return disk;
}

test('the newest snapshot and the whole log behind and before it', async () => {
  const { log, snapshot, snapshots } = await openTestLog(await lived(), SMALL);
  assert.equal(snapshot.meta.index, 9);
  assert.deepEqual(
    snapshots.list().map((info) => info.meta.index),
    [9, 5],
  );
  assert.deepEqual(log.recovered.base, { index: 0, term: 0 });
  assert.deepEqual(plain(log.recovered.entries), plain(entries(1, 20, 1, 900)));
  await log.close();
});

test('a commit index that lags behind the snapshot is raised to it', async () => {
  const { log } = await openTestLog(await lived({ commit: 0 }), SMALL);
  assert.deepEqual(log.recovered.hardState, { term: 1, vote: 2, commit: 9 });
  await log.close();
});

/** Every damage of A2.31 to the newest snapshot. */
const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ['a flipped bit in the header', (bytes) => flip(bytes, 200)],
  ['a flipped bit in the body', (bytes) => flip(bytes, (bytes.length - 60) * 8)],
  ['a flipped bit in the footer', (bytes) => flip(bytes, (bytes.length - 4) * 8)],
  ['cut', (bytes) => bytes.subarray(0, bytes.length - 7)],
  ['zero length', () => new Uint8Array(0)],
];

for (const [name, damage] of damages) {
  test(`A2.31 the newest snapshot damaged (${name}): the one before it, where the log covers the gap`, async () => {
    const disk = await lived({ compactTo: 5 });
    const damaged = damage(disk.snapshot().get(snapshotPath(9))!);
    disk.put(snapshotPath(9), damaged);
    const opened = await openTestLog(disk, SMALL);
    assert.equal(opened.snapshot.meta.index, 5);
    assert.deepEqual(
      opened.snapshots.list().map((info) => info.meta.index),
      [5],
    );
    assert.deepEqual(await stateOf(opened.snapshots, opened.snapshot), [content(50, 5)]);
    const { base, entries: found } = opened.log.recovered;
    assert.ok(base.index <= 5 && base.index > 0);
    assert.deepEqual(plain(found), plain(entries(base.index + 1, 20, 1, 900)));
    assert.deepEqual(disk.snapshot().get(`${snapshotPath(9)}.damaged`), damaged, 'kept under another name');
    await takeSnapshot(opened.snapshots, 12);
    await opened.snapshots.prune();
    assert.ok(!namesIn(disk).some((path) => path.endsWith('.damaged')), 'gone with what is pruned');
    await opened.log.close();
    const again = await openTestLog(disk, SMALL);
    assert.equal(again.snapshot.meta.index, 12);
    await again.log.close();
  });

  test(`A2.31 the newest snapshot damaged (${name}) and the log compacted to it: refused, nothing changed`, async () => {
    const disk = await lived({ compactTo: 9 });
    disk.put(snapshotPath(9), damage(disk.snapshot().get(snapshotPath(9))!));
    const before = disk.snapshot();
    await assert.rejects(openTestLog(disk, SMALL), {
      code: 'STRATA_SNAPSHOT_CORRUPT',
      message: /0000000000000009-0000000000000001\.snap is damaged/,
    });
    assert.deepEqual(disk.snapshot(), before);
  });
}

test('A2.31 a damaged snapshot that ended behind the log is not passed over: what it held is nowhere else', async () => {
  const disk = await lived();
  const { log, snapshots } = await openTestLog(disk, SMALL);
  await takeSnapshot(snapshots, 100, 6);
  await log.close();
  disk.put(snapshotPath(100, 6), flip(disk.snapshot().get(snapshotPath(100, 6))!, 900));
  await assert.rejects(openTestLog(disk, SMALL), { code: 'STRATA_SNAPSHOT_CORRUPT' });
});

test('A2.31 all snapshots damaged: the newest is named', async () => {
  const disk = await lived();
  for (const index of [5, 9]) disk.put(snapshotPath(index), new Uint8Array(3));
  await assert.rejects(openTestLog(disk, SMALL), { code: 'STRATA_SNAPSHOT_CORRUPT', message: /0000000009-/ });
});

test('A2.19 a snapshot of another version is not passed over', async () => {
  const { bytes } = await smallSnapshot(meta(9, 1));
  const disk = await lived();
  const other = Buffer.from(bytes);
  other.writeUInt32LE(2, 8);
  const { checksum } = await import('./checksum.js');
  const checked = Buffer.concat([other.subarray(0, 16), other.subarray(20, 20 + other.readUInt32LE(12))]);
  other.writeUInt32LE(checksum(checked, 0, checked.length), 16);
  disk.put(snapshotPath(9), other);
  await assert.rejects(openTestLog(disk, SMALL), {
    code: 'STRATA_SNAPSHOT_VERSION',
    message: /format version 2; this build reads version 1/,
  });
});

test('a snapshot under the name of another is damage', async () => {
  const { bytes } = await smallSnapshot(meta(8, 1));
  const disk = await lived();
  disk.put(snapshotPath(9), bytes);
  const { snapshot, log } = await openTestLog(disk, SMALL);
  assert.equal(snapshot.meta.index, 5);
  await log.close();
});

test('A2.25 the log begins behind every snapshot: refused', async () => {
  const disk = await lived({ compactTo: 9 });
  const old = (await smallSnapshot(meta(2, 1))).bytes;
  for (const index of [0, 5, 9])
    if (disk.snapshot().has(snapshotPath(index))) await disk.remove(snapshotPath(index));
  await assert.rejects(openTestLog(disk, SMALL), { code: 'STRATA_SNAPSHOT_MISSING' });
  disk.put(snapshotPath(2), old);
  await assert.rejects(openTestLog(disk, SMALL), {
    code: 'STRATA_SNAPSHOT_MISSING',
    message: /begins at entry \d+ and no whole snapshot reaches it/,
  });
});

test('A2.25 a last segment that comes back after the log went on without it: refused', async () => {
  const disk = await lived({ commit: 20 });
  const last = [...disk.snapshot().keys()]
    .filter((path) => path.endsWith('.wal'))
    .sort()
    .at(-1)!;
  const before = disk.snapshot();
  await disk.remove(last);
  // The hard state with the commit index went with it, but not the one in the head of the last segment that is left.
  const { log } = await openTestLog(disk, SMALL);
  await append(log, [], { term: 1, vote: 2, commit: log.recovered.entries.length }, true);
  const { length } = log.recovered.entries;
  await log.close();
  assert.ok(length < 20);
  // Two histories of one log: the old last segment does not continue what was written since.
  disk.put(last, before.get(last)!);
  await assert.rejects(openTestLog(disk, SMALL), { code: 'STRATA_WAL_CORRUPT' });
});

test('a snapshot whose entry has another term: not committed, the log restarts; committed, refused', async () => {
  for (const [commit, isRefused] of [
    [10, false],
    [12, true],
  ] as const) {
    const disk = await lived({ commit });
    disk.put(snapshotPath(12, 3), (await smallSnapshot(meta(12, 3))).bytes);
    if (isRefused) {
      await assert.rejects(openTestLog(disk, SMALL), {
        code: 'STRATA_WAL_CORRUPT',
        message: /entry 12 has term 1, the snapshot that ends there 3/,
      });
      continue;
    }
    const { log } = await openTestLog(disk, SMALL);
    assert.deepEqual(log.recovered, {
      base: { index: 12, term: 3 },
      entries: [],
      hardState: { term: 3, vote: 0, commit: 12 },
    });
    await log.close();
  }
});

test('a reset: the log goes on behind the snapshot, term and vote stay, the segments before are gone', async () => {
  for (const strategy of ['always', 'interval', 'none', 'group'] as const) {
    const disk = await lived();
    const { log, snapshots } = await openTestLog(disk, { ...SMALL, strategy });
    await takeSnapshot(snapshots, 100, 6);
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    log.append({
      entries: entries(21, 25, 2),
      hardState: { term: 2, vote: 0, commit: 12 },
      snapshot: null,
      mustSync: true,
      onDurable: note('entries'),
    });
    log.append({
      entries: [],
      hardState: null,
      snapshot: meta(100, 6),
      mustSync: true,
      onDurable: note('reset'),
    });
    log.append({
      entries: entries(101, 103, 6),
      hardState: null,
      snapshot: null,
      mustSync: false,
      onDurable: note('behind'),
    });
    assert.equal(log.pendingAppends, 3);
    await settle(100);
    assert.deepEqual(order, ['entries', 'reset', 'behind']);
    await assert.rejects(append(log, entries(100, 100, 6)), /at or below commit 100/);
    await assert.rejects(reset(log, meta(99, 6)), /snapshot 99 appended below commit 100/);
    await log.close();
    assert.equal(namesIn(disk).filter((name) => name.endsWith('.wal')).length, 1);
    const { log: reopened } = await openTestLog(disk, SMALL);
    assert.deepEqual(reopened.recovered.base, { index: 100, term: 6 });
    assert.deepEqual(plain(reopened.recovered.entries), plain(entries(101, 103, 6)));
    assert.deepEqual(reopened.recovered.hardState, { term: 6, vote: 0, commit: 100 });
    await reopened.close();
  }
});

test('a reset with a hard state of its own', async () => {
  const disk = await lived();
  const { log, snapshots } = await openTestLog(disk, SMALL);
  await takeSnapshot(snapshots, 100, 6);
  const timings = await reset(log, meta(100, 6), { term: 8, vote: 3, commit: 12 });
  assert.ok(timings.submittedNs <= timings.writeStartedNs && timings.writtenNs <= timings.durableNs);
  await log.close();
  const summary = await inspectWal(DATA_DIRECTORY, disk);
  assert.deepEqual(
    summary.segments.map(({ sequence, firstIndex, isReset }) => ({ sequence, firstIndex, isReset })),
    [{ sequence: 6, firstIndex: 101, isReset: true }],
  );
  assert.deepEqual([summary.base, summary.firstIndex, summary.damage], [{ index: 100, term: 6 }, 0, null]);
  assert.deepEqual(
    summary.snapshots.map(({ info }) => info?.meta.index),
    [100, 9, 5],
  );
  disk.put(snapshotPath(100, 6), new Uint8Array(2));
  const damaged = await inspectWal(DATA_DIRECTORY, disk);
  assert.deepEqual([damaged.damage?.code, damaged.snapshots[0]?.info], ['STRATA_SNAPSHOT_CORRUPT', null]);
  assert.deepEqual(damaged.snapshots[0]?.damage?.code, 'STRATA_SNAPSHOT_CORRUPT');
  await takeSnapshot(snapshots, 100, 6);
  const { log: reopened } = await openTestLog(disk, SMALL);
  assert.deepEqual(reopened.recovered.hardState, { term: 8, vote: 3, commit: 100 });
  await reopened.close();
});
