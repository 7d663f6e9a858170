import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskCall, DiskFault } from '../io/volatile-file-system.js';
import {
  append,
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

/** A disk without room is no failure: appends wait, and go on by themselves. */

const isWalWrite = (call: DiskCall): boolean => call.kind === 'write' && call.path.endsWith('.wal');

interface Waiting {
  readonly acknowledged: number[];
  append(index: number, bytes?: number): void;
}

function waiting(log: Awaited<ReturnType<typeof openTestLog>>['log']): Waiting {
  const acknowledged: number[] = [];
  return {
    acknowledged,
    append: (index, bytes = 20) =>
      log.append({
        entries: [entry(index, 1, bytes)],
        hardState: null,
        snapshot: null,
        mustSync: false,
        onDurable: () => void acknowledged.push(index),
      }),
  };
}

const table: readonly { name: string; primitive: 'fdatasync' | 'dsync'; fault: DiskFault }[] = [
  { name: 'ENOSPC', primitive: 'fdatasync', fault: { code: 'ENOSPC' } },
  { name: 'EDQUOT', primitive: 'fdatasync', fault: { code: 'EDQUOT' } },
  { name: 'EFBIG', primitive: 'fdatasync', fault: { code: 'EFBIG' } },
  { name: 'a short write', primitive: 'fdatasync', fault: { shortBytes: 40 } },
  { name: 'ENOSPC under O_DSYNC', primitive: 'dsync', fault: { code: 'ENOSPC' } },
];

for (const { name, primitive, fault } of table) {
  test(`A2.29 ${name}: no failure, no acknowledgement; goes on by itself when there is room`, async () => {
    const recorded = recordingDisk();
    const { log, clock, failures, metrics } = await openTestLog(recorded.disk, { primitive });
    await append(log, entries(1, 1));
    recorded.fault = (call) => (isWalWrite(call) && call.bytes > 40 ? fault : null);
    const later = waiting(log);
    for (const index of [2, 3, 4]) later.append(index);
    await settle();
    assert.deepEqual([later.acknowledged, log.health.isFull, log.health.busySinceNs], [[], true, 0]);
    assert.equal(metrics.read('log_disk_full'), 1);
    const calls = recorded.events.length;
    await settle();
    assert.equal(recorded.events.length, calls, 'asked again by the clock only');
    clock.fireIntervals();
    await settle();
    assert.ok(recorded.events.length > calls);
    assert.deepEqual([later.acknowledged, log.health.isFull], [[], true]);
    recorded.fault = () => null;
    clock.fireIntervals();
    await settle();
    assert.deepEqual([later.acknowledged, log.health.isFull], [[2, 3, 4], false]);
    assert.deepEqual(failures, []);
    await log.close();
    const { log: reopened } = await openTestLog(recorded.disk.processCrash());
    assert.deepEqual(plain(reopened.recovered.entries), plain(entries(1, 4)));
    await reopened.close();
  });

  test(`A2.29 ${name}: a process killed meanwhile starts again with what was acknowledged`, async () => {
    const recorded = recordingDisk();
    const { log } = await openTestLog(recorded.disk, { primitive });
    await append(log, entries(1, 3));
    recorded.fault = (call) => (isWalWrite(call) && call.bytes > 40 ? fault : null);
    waiting(log).append(4);
    await settle();
    const { log: reopened } = await openTestLog(recorded.disk.processCrash({ defer: setImmediate }));
    assert.deepEqual(plain(reopened.recovered.entries), plain(entries(1, 3)));
    await append(reopened, [entry(4)]);
    await reopened.close();
  });
}

test('A2.29 a full disk turns out to be broken: the log stops', async () => {
  const recorded = recordingDisk();
  const { log, clock, failures } = await openTestLog(recorded.disk);
  recorded.fault = (call) => (isWalWrite(call) ? { code: 'ENOSPC' } : null);
  const later = waiting(log);
  later.append(1);
  await settle();
  recorded.fault = (call) => (isWalWrite(call) ? { code: 'EIO' } : null);
  clock.fireIntervals();
  await settle();
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['STRATA_DISK_FAILED'],
  );
  assert.deepEqual(later.acknowledged, []);
  await log.close();
});

test('A2.29 closing with a full disk gives up what cannot be written; the next start finds the rest', async () => {
  const recorded = recordingDisk();
  const { log, failures } = await openTestLog(recorded.disk);
  await append(log, entries(1, 3));
  recorded.fault = (call) => (isWalWrite(call) ? { code: 'ENOSPC' } : null);
  const later = waiting(log);
  for (const index of [4, 5]) later.append(index);
  await settle();
  await log.close();
  assert.deepEqual([later.acknowledged, failures], [[], []]);
  recorded.fault = () => null;
  const { log: reopened } = await openTestLog(recorded.disk);
  assert.deepEqual(plain(reopened.recovered.entries), plain(entries(1, 3)));
  await reopened.close();
});

test('A2.29 closing before the disk is found full gives up as well', async () => {
  const recorded = recordingDisk();
  const { log, failures } = await openTestLog(recorded.disk);
  recorded.fault = (call) => (isWalWrite(call) ? { shortBytes: 17 } : null);
  const later = waiting(log);
  later.append(1);
  await log.close();
  assert.deepEqual([later.acknowledged, failures], [[], []]);
});

for (const kind of ['write', 'rename', 'create'] as const) {
  test(`A2.30 no room for the next segment (${kind}): the current one is used up, then appends wait`, async () => {
    const recorded = recordingDisk();
    const { log, clock, failures } = await openTestLog(recorded.disk, { segmentBytes: 8192 });
    const isNext = (call: DiskCall) =>
      kind === 'rename' ? call.kind === 'rename' : call.kind === kind && call.path.endsWith('.tmp');
    recorded.fault = (call) => (isNext(call) ? { code: 'ENOSPC' } : null);
    const later = waiting(log);
    for (let index = 1; index <= 20; index++) {
      later.append(index, 900);
      await settle(10);
    }
    const fitted = later.acknowledged.length;
    assert.ok(fitted >= 8 && fitted < 20, `${fitted} of the 8 that fit were acknowledged`);
    assert.ok(log.health.isFull);
    clock.fireIntervals();
    await settle();
    assert.equal(later.acknowledged.length, fitted);
    recorded.fault = () => null;
    for (let round = 0; round < 4; round++) {
      clock.fireIntervals();
      await settle();
    }
    assert.deepEqual([later.acknowledged.length, log.health.isFull, failures], [20, false, []]);
    await log.close();
    const { log: reopened } = await openTestLog(recorded.disk, { segmentBytes: 8192 });
    assert.deepEqual(plain(reopened.recovered.entries), plain(entries(1, 20, 1, 900)));
    await reopened.close();
  });
}

test('A2.30 closing while the next segment waits for room leaves nothing temporary', async () => {
  const recorded = recordingDisk();
  const { log } = await openTestLog(recorded.disk, { segmentBytes: 4096 });
  recorded.fault = (call) => (call.kind === 'rename' ? { code: 'ENOSPC' } : null);
  const later = waiting(log);
  for (let index = 1; index <= 6; index++) later.append(index, 900);
  await settle(100);
  assert.ok(log.health.isFull);
  await log.close();
  assert.deepEqual(
    [...recorded.disk.snapshot().keys()].filter((path) => path.endsWith('.tmp')),
    [],
  );
});

test('A2.30 a reset behind a snapshot waits for room like everything else', async () => {
  const recorded = recordingDisk();
  const { log, clock, snapshots, failures } = await openTestLog(recorded.disk);
  await append(log, entries(1, 3));
  await takeSnapshot(snapshots, 50, 4);
  recorded.fault = (call) => (call.kind === 'rename' ? { code: 'ENOSPC' } : null);
  let isDurable = false;
  const done = reset(log, meta(50, 4)).then(() => {
    isDurable = true;
  });
  await settle();
  assert.deepEqual([isDurable, log.health.isFull], [false, true]);
  recorded.fault = () => null;
  clock.fireIntervals();
  await done;
  await append(log, entries(51, 52, 4));
  assert.deepEqual(failures, []);
  await log.close();
  const { log: reopened } = await openTestLog(recorded.disk);
  assert.deepEqual(reopened.recovered.base, { index: 50, term: 4 });
  assert.equal(reopened.recovered.entries.length, 2);
  await reopened.close();
});

test('health: busy while a call is under way, since when it began', async () => {
  const { disk } = recordingDisk();
  const { log, clock } = await openTestLog(disk);
  assert.deepEqual([log.health.busySinceNs, log.health.isFull, log.health.segmentBytes], [0, false, 65_536]);
  const beforeNs = clock.nowNs();
  const done = append(log, entries(1, 1));
  assert.ok(log.health.busySinceNs > beforeNs);
  await done;
  assert.equal(log.health.busySinceNs, 0);
  await append(log, [entry(2, 1, 100_000)]);
  assert.ok(log.health.segmentBytes >= 65_536 + 100_000, 'a segment that grew counts with its length');
  await log.close();
});
