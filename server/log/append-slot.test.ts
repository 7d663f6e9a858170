import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VolatileFileSystem } from '../io/volatile-file-system.js';
import type { SyncCause } from '../ports/file-system.js';
import type { AppendRequest, LogStorage } from '../ports/log-storage.js';
import { MetricsRegistry } from '../runtime/metrics-registry.js';
import { entry, openTestLog, settle } from './testing/log-fixtures.js';

const MS = 1e6;
const ENTRY_BYTES = 1_000;

/** Time that moves only when the disk takes some. */
class DiskTime {
  now = 1_000 * MS;

  nowNs(): number {
    return this.now;
  }

  defer(task: () => void): void {
    setImmediate(task);
  }

  after(): { cancel(): void } {
    return { cancel: () => {} };
  }

  every(): { cancel(): void } {
    return this.after();
  }
}

/** A log on a disk whose syncs take as long as `slowMs` says for their cause; all else takes no time. */
async function slowLog(strategy: 'group' | 'always', slowMs: Partial<Record<SyncCause, number>>) {
  const clock = new DiskTime();
  const metrics = new MetricsRegistry();
  let isSlow = false;
  const disk = new VolatileFileSystem({
    defer: (task) => void setImmediate(task),
    onReturn: ({ kind, label }) => {
      if (isSlow && kind !== 'write' && label !== null) clock.now += (slowMs[label.cause] ?? 0) * MS;
    },
  });
  const { log } = await openTestLog(disk, { strategy, clock, metrics });
  isSlow = true;
  return { log, slot: () => [...metrics.locks()].find(({ name }) => name === 'append_slot')! };
}

function ask(log: LogStorage, request: Partial<AppendRequest>): void {
  const onDurable = () => {};
  log.append({ entries: [], hardState: null, snapshot: null, mustSync: false, onDurable, ...request });
}

const entries = (first: number, count = 1): AppendRequest['entries'] =>
  Array.from({ length: count }, (_, at) => entry(first + at, 1, ENTRY_BYTES));

test('an append on a free slot waits for nobody', async () => {
  const { log, slot } = await slowLog('group', { entries: 50 });
  for (const index of [1, 2, 3]) {
    ask(log, { entries: entries(index) });
    await settle();
  }
  const { acquisitions, contended, waitNs, holdNs } = slot();
  assert.deepEqual(
    { acquisitions, contended, waitNs, holdNs },
    { acquisitions: 3, contended: 0, waitNs: 0, holdNs: 0 },
  );
});

test('three appends behind a sync of 50 ms waited 150 ms, and it is the entries under way that held them up', async () => {
  const { log, slot } = await slowLog('group', { entries: 50 });
  for (const index of [1, 2, 3]) ask(log, { entries: entries(index) });
  ask(log, {});
  await settle();
  const { acquisitions, contended, waitNs, waitNsMax, waitersMax, waiters, holders } = slot();
  assert.deepEqual({ acquisitions, contended, waitersMax }, { acquisitions: 4, contended: 3, waitersMax: 3 });
  assert.deepEqual({ waitNs, waitNsMax }, { waitNs: 150 * MS, waitNsMax: 50 * MS });
  assert.deepEqual(waiters, [
    { who: 'entries', count: 2, waitNs: 100 * MS },
    { who: 'answer', count: 1, waitNs: 50 * MS },
  ]);
  assert.deepEqual(holders[0], { who: 'entries', count: 1, blameNs: 150 * MS });
});

test('a slow sync of a vote is charged to the hard state, not to the entries behind it', async () => {
  const { log, slot } = await slowLog('group', { 'hard-state': 30, entries: 1 });
  ask(log, { hardState: { term: 1, vote: 1, commit: 0 }, mustSync: true });
  ask(log, { entries: entries(1) });
  await settle();
  const { holders, waiters } = slot();
  assert.deepEqual(waiters, [{ who: 'entries', count: 1, waitNs: 30 * MS }]);
  assert.deepEqual(holders[0], { who: 'hard-state', count: 1, blameNs: 30 * MS });
});

test('a batch that has to change the segment first holds the slot as a rotation until it has', async () => {
  const { log, slot } = await slowLog('group', { entries: 10, rotation: 80 });
  // Two appends of 40,000 bytes do not fit into one segment of 65,536.
  ask(log, { entries: entries(1, 40) });
  await settle();
  ask(log, { entries: entries(41, 40) });
  ask(log, { entries: entries(81) });
  await settle(200);
  const { waitNs, holdNs, holdNsMax, handOffNs, holders } = slot();
  assert.deepEqual({ waitNs, handOffNs }, { waitNs: 90 * MS, handOffNs: 0 });
  assert.deepEqual({ holdNs, holdNsMax }, { holdNs: 90 * MS, holdNsMax: 80 * MS });
  assert.deepEqual(
    holders.filter(({ who }) => who !== 'hand-off'),
    [
      { who: 'entries', count: 1, blameNs: 10 * MS },
      { who: 'rotation', count: 1, blameNs: 80 * MS },
    ],
  );
});

test('an append of several batches waits for those before its first one, not for its own', async () => {
  const { log, slot } = await slowLog('always', { entries: 10 });
  ask(log, { entries: entries(1) });
  ask(log, { entries: entries(2, 5) });
  await settle(100);
  const { acquisitions, contended, waitNs } = slot();
  assert.deepEqual({ acquisitions, contended, waitNs }, { acquisitions: 2, contended: 1, waitNs: 10 * MS });
});
