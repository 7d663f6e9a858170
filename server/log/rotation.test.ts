import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectWal } from './inspect.js';
import {
  append,
  DATA_DIRECTORY,
  entries,
  entry,
  openTestLog,
  plain,
  recordingDisk,
  WAL_DIRECTORY,
} from './testing/log-fixtures.js';

const SMALL = { segmentBytes: 4096 };

test('the log goes on in the next segment and comes back whole', async () => {
  const { disk } = recordingDisk();
  const { log, metrics } = await openTestLog(disk, SMALL);
  for (const one of entries(1, 40, 1, 300)) await append(log, [one]);
  await log.close();
  assert.equal(metrics.count('log_rotations_total'), 3);
  const names = [...disk.snapshot().keys()].filter((path) => path.endsWith('.wal')).sort();
  assert.deepEqual(names.slice(0, 2), [
    `${WAL_DIRECTORY}/0000000001-0000000000000001.wal`,
    `${WAL_DIRECTORY}/0000000002-0000000000000011.wal`,
  ]);
  const reopened = await openTestLog(disk, SMALL);
  assert.deepEqual(plain(reopened.log.recovered.entries), plain(entries(1, 40, 1, 300)));
  await append(reopened.log, [entry(41)]);
  await reopened.log.close();
  assert.equal((await inspectWal(DATA_DIRECTORY, disk)).lastIndex, 41);
});

for (const strategy of ['always', 'interval', 'none', 'group'] as const) {
  test(`${strategy}: the old segment is synced, the new one complete, before it has its name`, async () => {
    const { disk, events } = recordingDisk();
    const { log } = await openTestLog(disk, { ...SMALL, strategy });
    await append(log, entries(1, 3, 1, 900), { term: 1, vote: 1, commit: 0 }, true);
    const unsynced = strategy === 'interval' || strategy === 'none';
    await append(log, [entry(4, 1, 300)]);
    events.length = 0;
    await append(log, [entry(5, 1, 900)]);
    const rotation = events
      .slice(0, events.lastIndexOf('open returns') + 1)
      .filter((event) => event.endsWith('returns'));
    assert.deepEqual(rotation, [
      ...(unsynced ? ['fdatasync returns'] : []),
      'fsync returns',
      'rename returns',
      'sync-directory returns',
      'close returns',
      'open returns',
    ]);
    await log.close();
  });
}

test('always: the segment changes between the entries of a new term and their hard state', async () => {
  const { disk } = recordingDisk();
  const { log } = await openTestLog(disk, { ...SMALL, strategy: 'always' });
  await append(log, entries(1, 1, 1, 100), { term: 1, vote: 2, commit: 0 }, true);
  await append(log, entries(2, 9, 5, 900), { term: 5, vote: 3, commit: 1 }, true);
  await log.close();
  const { log: reopened } = await openTestLog(disk, SMALL);
  assert.equal(reopened.recovered.entries.length, 9);
  assert.deepEqual(reopened.recovered.hardState, { term: 5, vote: 3, commit: 1 });
  await reopened.close();
});

test('the hard state is repeated in the head of each segment', async () => {
  const { disk } = recordingDisk();
  const { log } = await openTestLog(disk, SMALL);
  await append(log, [entry(1)], { term: 7, vote: 2, commit: 1 }, true);
  for (const one of entries(2, 12, 7, 900)) await append(log, [one]);
  await log.close();
  const { segments } = await inspectWal(DATA_DIRECTORY, disk);
  assert.ok(segments.length >= 3);
  assert.deepEqual(
    segments.map(({ records }) => records.hardStates),
    [2, ...segments.slice(1).map(() => 1)],
  );
});

test('a suffix is replaced across a change of segment', async () => {
  const { disk } = recordingDisk();
  const { log } = await openTestLog(disk, SMALL);
  await append(log, entries(1, 5, 1, 900));
  await append(log, entries(3, 8, 2, 900));
  await append(log, entries(2, 2, 3, 900));
  await log.close();
  const { log: reopened } = await openTestLog(disk, SMALL);
  assert.deepEqual(plain(reopened.recovered.entries), plain([entry(1, 1, 900), entry(2, 3, 900)]));
  await reopened.close();
});

test('an entry larger than a segment makes its segment grow', async () => {
  const { disk } = recordingDisk();
  const { log } = await openTestLog(disk, SMALL);
  const list = [entry(1), entry(2, 1, 20_000), entry(3), entry(4, 1, 9_000)];
  for (const one of list) await append(log, [one]);
  await log.close();
  const { log: reopened } = await openTestLog(disk, SMALL);
  assert.deepEqual(plain(reopened.recovered.entries), plain(list));
  await reopened.close();
});

test('writes are acknowledged while the next segment is prepared, before it is needed', async () => {
  const recorded = recordingDisk();
  const { log } = await openTestLog(recorded.disk, SMALL);
  const prepared: number[] = [];
  let written = 0;
  recorded.fault = (call) => {
    if (call.path.endsWith('.tmp') && call.label === null && call.kind === 'write') prepared.push(written);
    return null;
  };
  for (const one of entries(1, 9, 1, 300)) {
    await append(log, [one]);
    written++;
  }
  assert.equal(prepared.length, 1, 'one chunk holds the whole segment');
  assert.ok(prepared[0]! < 9, 'when the current one is half full');
  await log.close();
  assert.ok(
    ![...recorded.disk.snapshot().keys()].some((path) => path.endsWith('.tmp')),
    'closing removes it',
  );
});
