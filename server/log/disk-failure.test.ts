import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskCall, DiskFault } from '../io/volatile-file-system.js';
import { append, entries, entry, openTestLog, plain, recordingDisk, settle } from './testing/log-fixtures.js';

const onLog = (kind: string) => (call: DiskCall, fault: DiskFault) =>
  call.kind === kind && call.path.endsWith('.wal') ? fault : null;

const table = [
  { name: 'a write fails', kind: 'write', code: 'EIO' },
  { name: 'a sync fails', kind: 'fdatasync', code: 'EIO' },
  // A full disk that only the sync finds: the pages it did not write count as clean now.
  { name: 'a sync finds the disk full', kind: 'fdatasync', code: 'ENOSPC' },
  { name: 'a sync finds the quota used up', kind: 'fdatasync', code: 'EDQUOT' },
] as const;

for (const { name, kind, code } of table) {
  const fault = { code };
  test(`A2.28 ${name}: reported once, nothing acknowledged, nothing tried again`, async () => {
    const recorded = recordingDisk();
    const { log, failures } = await openTestLog(recorded.disk);
    await append(log, entries(1, 1));
    recorded.events.length = 0;
    let left = 1;
    // Only the first such call fails: what comes after it would succeed, as it does on Linux.
    recorded.fault = (call) => (onLog(kind)(call, fault) !== null && left-- > 0 ? fault : null);
    const acknowledged: number[] = [];
    for (const index of [2, 3, 4]) {
      const onDurable = () => void acknowledged.push(index);
      log.append({ entries: [entry(index)], hardState: null, snapshot: null, mustSync: false, onDurable });
    }
    await settle();
    log.append({
      entries: [entry(5)],
      hardState: null,
      snapshot: null,
      mustSync: false,
      onDurable: () => acknowledged.push(5),
    });
    log.append({
      entries: [],
      hardState: null,
      snapshot: null,
      mustSync: false,
      onDurable: () => acknowledged.push(6),
    });
    await settle();
    assert.deepEqual(acknowledged, []);
    assert.deepEqual(
      failures.map((failure) => failure.code),
      ['STRATA_DISK_FAILED'],
    );
    assert.match(String(failures[0]?.details.file), /0000000001-0000000000000001\.wal$/);
    assert.equal(recorded.events.filter((event) => event === kind).length, 1);
    assert.equal(log.pendingAppends, 5);
    const calls = recorded.events.length;
    await log.close();
    assert.deepEqual(
      recorded.events.slice(calls),
      ['close', 'close returns'],
      'closing writes and syncs nothing',
    );
  });
}

test('A2.28 B: a failed background sync stops the log', async () => {
  const recorded = recordingDisk();
  const { log, clock, failures } = await openTestLog(recorded.disk, { strategy: 'interval' });
  await append(log, entries(1, 1));
  recorded.fault = (call) => onLog('fdatasync')(call, { code: 'EIO' });
  clock.fireIntervals();
  await settle();
  clock.fireIntervals();
  let acknowledged = false;
  log.append({
    entries: [entry(2)],
    hardState: null,
    snapshot: null,
    mustSync: false,
    onDurable: () => (acknowledged = true),
  });
  await settle();
  assert.equal(acknowledged, false);
  assert.deepEqual(
    failures.map((failure) => failure.code),
    ['STRATA_DISK_FAILED'],
  );
  await log.close();
});

for (const strategy of ['always', 'group', 'interval', 'none'] as const) {
  test(`A2.28 ${strategy}: a start after a failed sync writes again what only the page cache holds`, async () => {
    const recorded = recordingDisk();
    const { log, failures } = await openTestLog(recorded.disk, { strategy });
    // Each in sectors of its own: a later write to the same sector would save it.
    await append(log, [entry(1, 1, 900)], { term: 1, vote: 1, commit: 0 }, true);
    recorded.fault = (call) => onLog('fdatasync')(call, { code: 'EIO' });
    log.append({
      entries: [entry(2, 1, 900)],
      hardState: { term: 2, vote: 2, commit: 1 },
      snapshot: null,
      mustSync: true,
      onDurable: () => {},
    });
    await settle();
    assert.equal(failures.length, 1);
    recorded.fault = () => null;
    const restarted = recorded.disk.processCrash();
    const second = await openTestLog(restarted, { strategy });
    const { entries: found, hardState } = second.log.recovered;
    assert.equal(found.length, 2);
    const third = await openTestLog(
      restarted.powerCut(() => false),
      { strategy },
    );
    assert.deepEqual(
      plain(third.log.recovered.entries),
      plain(found),
      'a start told of entries that it lost again',
    );
    assert.deepEqual(third.log.recovered.hardState, hardState);
  });
}

test('A2.28 O_DSYNC: a failed write is a failed sync', async () => {
  const recorded = recordingDisk();
  const { log, failures } = await openTestLog(recorded.disk, { primitive: 'dsync' });
  recorded.fault = (call) => onLog('write')(call, { code: 'EIO' });
  let acknowledged = false;
  log.append({
    entries: [entry(1)],
    hardState: null,
    snapshot: null,
    mustSync: false,
    onDurable: () => (acknowledged = true),
  });
  await settle();
  assert.equal(acknowledged, false);
  assert.equal(failures.length, 1);
  await log.close();
});

for (const kind of ['rename', 'sync-directory'] as const) {
  test(`A2.28 ${kind} fails while the segment changes: the log stops`, async () => {
    const recorded = recordingDisk();
    const { log, failures } = await openTestLog(recorded.disk, { segmentBytes: 4096 });
    recorded.fault = (call) => (call.kind === kind ? { code: 'EIO' } : null);
    const acknowledged: number[] = [];
    for (let index = 1; index <= 6; index++) {
      const onDurable = () => void acknowledged.push(index);
      log.append({
        entries: [entry(index, 1, 900)],
        hardState: null,
        snapshot: null,
        mustSync: false,
        onDurable,
      });
      await settle(10);
    }
    assert.deepEqual(
      failures.map((failure) => failure.code),
      ['STRATA_DISK_FAILED'],
    );
    assert.ok(acknowledged.length > 0 && acknowledged.length < 6);
    await log.close();
  });
}

test('closing fails: reported, the lock is released', async () => {
  const recorded = recordingDisk();
  const { log, failures } = await openTestLog(recorded.disk, { strategy: 'none' });
  await append(log, entries(1, 3));
  recorded.fault = (call) => onLog('fdatasync')(call, { code: 'EIO' });
  await log.close();
  assert.deepEqual(
    failures.map((failure) => failure.code),
    ['STRATA_DISK_FAILED'],
  );
  recorded.fault = () => null;
  await (await openTestLog(recorded.disk)).log.close();
});
