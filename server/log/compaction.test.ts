import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectWal } from './inspect.js';
import { namesIn } from './testing/directory-fixtures.js';
import {
  append,
  DATA_DIRECTORY,
  entries,
  entry,
  meta,
  openTestLog,
  plain,
  recordingDisk,
  reset,
  settle,
  takeSnapshot,
} from './testing/log-fixtures.js';

const SMALL = { segmentBytes: 4096 };

function segments(disk: ReturnType<typeof recordingDisk>['disk']): string[] {
  return namesIn(disk).filter((name) => name.startsWith('wal/') && name.endsWith('.wal'));
}

/** 60 entries, about eleven a segment; a snapshot at 50. */
async function sixtyEntries() {
  const recorded = recordingDisk();
  const opened = await openTestLog(recorded.disk, SMALL);
  for (const one of entries(1, 60, 1, 300)) await append(opened.log, [one]);
  await append(opened.log, [], { term: 1, vote: 1, commit: 60 }, true);
  await takeSnapshot(opened.snapshots, 50);
  return { recorded, ...recorded, ...opened };
}

test('whole segments below an index go, oldest first, each in a synced directory', async () => {
  const { disk, log, events } = await sixtyEntries();
  const before = segments(disk);
  const firsts = before.map((name) => Number(name.slice(-20, -4)));
  const bytesBefore = log.health.segmentBytes;
  events.length = 0;
  // Up to the entry before the third segment; one less keeps the second.
  log.compact(firsts[2]! - 2);
  await settle();
  assert.deepEqual(segments(disk), before.slice(1));
  log.compact(firsts[2]! - 1);
  await settle();
  assert.deepEqual(segments(disk), before.slice(2));
  assert.deepEqual(
    events.filter((event) => event.endsWith('returns')),
    ['remove returns', 'sync-directory returns', 'remove returns', 'sync-directory returns'],
  );
  assert.equal(log.health.segmentBytes, bytesBefore - 2 * 4096);
  await append(log, [entry(61)]);
  await log.close();
  const { log: reopened } = await openTestLog(disk, SMALL);
  assert.deepEqual(reopened.recovered.base, { index: firsts[2]! - 1, term: 1 });
  assert.deepEqual(plain(reopened.recovered.entries.slice(0, -1)), plain(entries(firsts[2]!, 60, 1, 300)));
  assert.equal(reopened.health.segmentBytes, (before.length - 2) * 4096);
  await reopened.close();
  const summary = await inspectWal(DATA_DIRECTORY, disk);
  assert.deepEqual(
    [summary.base.index, summary.firstIndex, summary.lastIndex],
    [firsts[2]! - 1, firsts[2], 61],
  );
  assert.equal(summary.damage, null);
});

test('the last segment stays, and writes go on beside a compaction', async () => {
  const { disk, log, snapshots } = await sixtyEntries();
  await takeSnapshot(snapshots, 60);
  log.compact(60);
  await append(log, entries(61, 75, 1, 900));
  await settle(100);
  log.compact(60);
  await log.close();
  const { log: reopened } = await openTestLog(disk, SMALL);
  const { base, entries: found } = reopened.recovered;
  assert.ok(base.index > 44 && base.index <= 60, `base ${base.index}`);
  assert.equal(base.index + found.length, 75);
  await reopened.close();
});

test('what no snapshot holds is not dropped', async () => {
  const { log } = await sixtyEntries();
  assert.throws(() => log.compact(51), /dropping entries to 51, the newest snapshot ends at 50/);
  await assert.rejects(reset(log, meta(70, 2)), /dropping entries to 70, the newest snapshot ends at 50/);
  await log.close();
  log.compact(50);
});

test('a segment that replaced a suffix from before itself is not made the first one', async () => {
  // The second segment begins behind entry 4 and holds entry 5, then entries 3 to 6 again.
  const original = [...entries(1, 2, 1, 900), ...entries(3, 6, 2, 20), ...entries(7, 30, 2, 900)];
  const bases = new Set<number>();
  for (let index = 1; index <= 30; index++) {
    const { disk } = recordingDisk();
    const { log, snapshots } = await openTestLog(disk, SMALL);
    for (const one of entries(1, 5, 1, 900)) await append(log, [one]);
    for (const one of original.slice(2)) await append(log, [one]);
    await append(log, [], { term: 2, vote: 1, commit: 30 }, true);
    await takeSnapshot(snapshots, 30, 2);
    log.compact(index);
    await log.close();
    const { log: reopened } = await openTestLog(disk, SMALL);
    const { base, entries: found } = reopened.recovered;
    assert.ok(base.index <= index);
    assert.equal(base.term, base.index === 0 ? 0 : original[base.index - 1]!.term);
    assert.deepEqual(plain(found), plain(original.slice(base.index)), `compacted to ${index}`);
    bases.add(base.index);
    await reopened.close();
  }
  assert.ok(bases.has(0) && !bases.has(4) && bases.size >= 4, `bases ${[...bases]}`);
});

for (const [code, failed] of [
  ['EIO', ['STRATA_DISK_FAILED']],
  ['ENOSPC', []],
] as const) {
  test(`a segment cannot be removed (${code}): ${failed.length > 0 ? 'the log stops' : 'tried again by the next compaction'}`, async () => {
    const { recorded, disk, log, failures } = await sixtyEntries();
    const before = segments(disk).length;
    recorded.fault = (call) => (call.kind === 'remove' ? { code } : null);
    log.compact(50);
    await settle();
    assert.deepEqual(
      failures.map((failure) => failure.code),
      failed,
    );
    assert.equal(segments(disk).length, before);
    recorded.fault = () => null;
    log.compact(50);
    await settle();
    assert.equal(segments(disk).length < before, failed.length === 0);
    await log.close();
  });
}
