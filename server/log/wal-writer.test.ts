import assert from 'node:assert/strict';
import { test } from 'node:test';
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

const STATE = { term: 1, vote: 1, commit: 0 };

/** Three appends of one entry each in one turn; the events from there on. */
async function threeAppends(strategy: 'always' | 'interval' | 'none' | 'group', primitive = 'fdatasync') {
  const recorded = recordingDisk();
  const opened = await openTestLog(recorded.disk, { strategy, primitive: primitive as 'fdatasync' });
  recorded.events.length = 0;
  for (const index of [1, 2, 3]) {
    const onDurable = () => recorded.events.push(`acknowledge ${index}`);
    opened.log.append({
      entries: [entry(index)],
      hardState: null,
      snapshot: null,
      mustSync: false,
      onDurable,
    });
  }
  await settle();
  return { ...recorded, ...opened };
}

const WRITE = ['write', 'write returns'];
const SYNC = ['fdatasync', 'fdatasync returns'];

/** The next call is submitted before the callbacks of the one that returned run. */
function overlapped(steps: readonly string[], acknowledged: readonly string[], next: string): string[] {
  return [...steps, next, ...acknowledged];
}

test('A always: every entry has its own write and its own sync, and is acknowledged after it', async () => {
  const { events } = await threeAppends('always');
  assert.deepEqual(events, [
    ...overlapped([...WRITE, ...SYNC], ['acknowledge 1'], 'write'),
    ...overlapped(['write returns', ...SYNC], ['acknowledge 2'], 'write'),
    ...['write returns', ...SYNC, 'acknowledge 3'],
  ]);
});

test('A always: the entries of one append are written and synced one by one', async () => {
  const { disk, events } = recordingDisk();
  const { log } = await openTestLog(disk, { strategy: 'always' });
  events.length = 0;
  const timings = await append(log, entries(1, 3), STATE, true);
  assert.deepEqual(events, [...WRITE, ...SYNC, ...WRITE, ...SYNC, ...WRITE, ...SYNC]);
  assert.equal(timings.batchEntries, 1);
});

test('B interval: acknowledged after the write; the timer syncs, and only what is unsynced', async () => {
  const { events, clock, metrics } = await threeAppends('interval');
  assert.deepEqual(events, [
    ...overlapped(WRITE, ['acknowledge 1'], 'write'),
    'write returns',
    'acknowledge 2',
    'acknowledge 3',
  ]);
  clock.fireIntervals();
  clock.fireIntervals();
  await settle();
  assert.deepEqual(events.slice(-2), SYNC);
  const count = events.length;
  clock.fireIntervals();
  await settle();
  assert.equal(events.length, count, 'nothing is unsynced, so nothing is synced');
  assert.equal(metrics.count('log_batches_total'), 2);
});

test('C none: acknowledged after the write, no sync until the log is closed', async () => {
  const { events, log } = await threeAppends('none');
  assert.ok(!events.includes('fdatasync'));
  assert.equal(events.filter((event) => event.startsWith('acknowledge')).length, 3);
  await log.close();
  assert.ok(events.includes('fdatasync returns'));
});

test('G group: what arrives during a sync shares the next write and the next sync', async () => {
  const { events } = await threeAppends('group');
  assert.deepEqual(events, [
    ...overlapped([...WRITE, ...SYNC], ['acknowledge 1'], 'write'),
    ...['write returns', ...SYNC, 'acknowledge 2', 'acknowledge 3'],
  ]);
});

test('fsync as the primitive replaces fdatasync', async () => {
  const { events } = await threeAppends('group', 'fsync');
  assert.equal(events.filter((event) => event === 'fsync returns').length, 2);
  assert.ok(!events.includes('fdatasync'));
});

test('dsync: the write is the sync; no other call is made', async () => {
  const { events } = await threeAppends('group', 'dsync');
  assert.deepEqual(events, [
    ...overlapped(WRITE, ['acknowledge 1'], 'write'),
    'write returns',
    'acknowledge 2',
    'acknowledge 3',
  ]);
});

for (const strategy of ['always', 'interval', 'none', 'group'] as const) {
  test(`${strategy}: term and vote are synced before they are acknowledged`, async () => {
    const { disk, events } = recordingDisk();
    const { log } = await openTestLog(disk, { strategy });
    events.length = 0;
    await append(log, [], STATE, true);
    assert.deepEqual(events, [...WRITE, ...SYNC]);
  });

  test(`${strategy}: a commit index alone costs no call and is acknowledged later`, async () => {
    const { disk, events } = recordingDisk();
    const { log } = await openTestLog(disk, { strategy });
    await append(log, entries(1, 2), STATE, true);
    events.length = 0;
    let returned = false;
    const acknowledged = new Promise<boolean>((resolve) => {
      const onDurable = () => resolve(returned);
      log.append({
        entries: [],
        hardState: { ...STATE, commit: 2 },
        snapshot: null,
        mustSync: false,
        onDurable,
      });
    });
    returned = true;
    assert.equal(await acknowledged, true);
    assert.deepEqual(events, []);
    await log.close();
    const reopened = await openTestLog(disk, { strategy });
    const isKept = strategy === 'always' || strategy === 'group';
    assert.equal(reopened.log.recovered.hardState.commit, isKept ? 2 : 0, 'closing writes it');
    await reopened.log.close();
  });
}

test('dsync under B: term and vote are synced by fdatasync, entries not at all', async () => {
  const { disk, events } = recordingDisk();
  const { log } = await openTestLog(disk, { strategy: 'interval', primitive: 'dsync' });
  events.length = 0;
  await append(log, entries(1, 1), STATE, true);
  await append(log, entries(2, 2));
  assert.deepEqual(events, [...WRITE, ...SYNC, ...WRITE]);
});

test('acknowledgements come in the order of the appends, those without a write among them', async () => {
  const { disk } = recordingDisk();
  const { log } = await openTestLog(disk, { strategy: 'none' });
  const order: number[] = [];
  const note = (number: number) => () => void order.push(number);
  log.append({ entries: [], hardState: null, snapshot: null, mustSync: false, onDurable: note(0) });
  log.append({ entries: [entry(1)], hardState: null, snapshot: null, mustSync: false, onDurable: note(1) });
  log.append({
    entries: [],
    hardState: { term: 1, vote: 0, commit: 1 },
    snapshot: null,
    mustSync: false,
    onDurable: note(2),
  });
  log.append({ entries: [entry(2)], hardState: null, snapshot: null, mustSync: false, onDurable: note(3) });
  log.append({ entries: [], hardState: null, snapshot: null, mustSync: false, onDurable: note(4) });
  assert.equal(log.pendingAppends, 5);
  assert.equal(log.pendingBytes, 40);
  await settle();
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
  assert.equal(log.pendingAppends, 0);
  assert.equal(log.pendingBytes, 0);
});

test('an append above batchBytesMax takes several writes and is acknowledged with the last', async () => {
  const { disk, events } = recordingDisk();
  const { log, metrics } = await openTestLog(disk, { batchBytesMax: 320 });
  events.length = 0;
  await append(log, entries(1, 10, 1, 100));
  assert.deepEqual(metrics.recorded('log_batch_entries'), [2, 2, 2, 2, 2]);
  assert.equal(events.filter((event) => event === 'fdatasync returns').length, 5);
  await append(log, [entry(11, 1, 1000)]);
  assert.equal(metrics.recorded('log_batch_entries').at(-1), 1, 'one entry above the limit goes alone');
});

test('stamps do not go backwards, and without a sync it takes no time', async () => {
  for (const strategy of ['always', 'interval', 'none', 'group'] as const) {
    const { log } = await openTestLog(recordingDisk().disk, { strategy });
    const stamps = await append(log, entries(1, 3));
    const order = [
      stamps.submittedNs,
      stamps.writeStartedNs,
      stamps.writtenNs,
      stamps.syncSubmittedNs,
      stamps.durableNs,
    ];
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      order,
    );
    const syncs = strategy === 'always' || strategy === 'group';
    assert.equal(stamps.durableNs > stamps.writtenNs, syncs, strategy);
  }
});

test('metrics: appends, entries, bytes, batches and what they share', async () => {
  const { metrics } = await threeAppends('group');
  assert.equal(metrics.count('log_appends_total'), 3);
  assert.equal(metrics.count('log_entries_total'), 3);
  assert.equal(metrics.count('log_batches_total'), 2);
  assert.deepEqual(metrics.recorded('log_batch_entries'), [1, 2]);
  assert.equal(metrics.recorded('log_batch_wait_ns').length, 3);
  assert.equal(metrics.recorded('log_encode_ns').length, 2);
  assert.equal(metrics.recorded('log_write_ns').length, 2);
  assert.equal(metrics.read('log_pending_appends'), 0);
  assert.equal(metrics.read('log_pending_bytes'), 0);
});

test('what recovery would refuse is refused before it is written', async () => {
  const { log } = await openTestLog(recordingDisk().disk);
  await append(log, entries(1, 3, 2), { term: 2, vote: 1, commit: 2 }, true);
  const attempt = (list: ReturnType<typeof entries>, hardState: typeof STATE | null = null) =>
    log.append({ entries: list, hardState, snapshot: null, mustSync: false, onDurable: () => {} });
  assert.throws(() => attempt([entry(5, 2)]), /appended entry 5 after entry 3/);
  assert.throws(() => attempt([entry(2, 2)]), /appended entry 2 at or below commit 2/);
  assert.throws(() => attempt([entry(4, 1)]), /appended entry 4 of term 1 after term 2/);
  assert.throws(() => attempt([], { term: 1, vote: 1, commit: 2 }), /term of the hard state/);
  assert.throws(() => attempt([], { term: 2, vote: 3, commit: 2 }), /vote in term 2 changes from 1 to 3/);
  assert.throws(() => attempt([], { term: 2, vote: 1, commit: 4 }), /commit 4 is above the last entry 3/);
  await log.close();
  assert.throws(() => attempt([entry(4, 2)]), /append to a closed log/);
});

for (const strategy of ['always', 'interval', 'none', 'group'] as const) {
  test(`A2.27 ${strategy}: the commit index is remembered only where a power cut cannot take what is committed`, async () => {
    const { disk } = recordingDisk();
    const options = { strategy, segmentBytes: 4096 };
    const { log } = await openTestLog(disk, options);
    for (let index = 1; index <= 40; index++)
      await append(log, [entry(index, 1, 200)], { ...STATE, commit: index - 1 }, index === 1);
    await log.close();
    const second = await openTestLog(disk, options);
    const isKept = strategy === 'always' || strategy === 'group';
    assert.equal(second.log.recovered.hardState.commit, isKept ? 39 : 0);
    // Entries that only this node has may be replaced by those of a leader that lost them, then and after the next start.
    if (isKept) return;
    await append(second.log, [entry(30, 2, 200)], { term: 2, vote: 0, commit: 30 }, true);
    await second.log.close();
    const third = await openTestLog(disk, options);
    assert.deepEqual(
      plain(third.log.recovered.entries.slice(28)),
      plain([entry(29, 1, 200), entry(30, 2, 200)]),
    );
    assert.deepEqual(third.log.recovered.hardState, { term: 2, vote: 0, commit: 0 });
    // What a snapshot holds is committed under every strategy.
    await takeSnapshot(third.snapshots, 30, 2);
    await reset(third.log, meta(30, 2), { term: 3, vote: 1, commit: 30 });
    await append(third.log, [entry(31, 3)], { term: 3, vote: 1, commit: 31 }, true);
    await third.log.close();
    assert.equal((await openTestLog(disk, options)).log.recovered.hardState.commit, 30);
  });
}
