import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type LayersSnapshot, NodeWindow } from '../../results/schema/index.js';
import { lockReading } from '../../results/testing/lock-reading.js';
import { nodeWindow } from './window.js';

function snapshot(
  changes: Partial<LayersSnapshot> & { readonly id?: number; readonly pid?: number },
): LayersSnapshot {
  const { id = 1, pid = 100, ...rest } = changes;
  return {
    schema: 'strata.layers/1',
    node: { id, role: 'leader', term: 3, leader: 1, pid, strata: '0.1.0', nodejs: 'v20' },
    takenNs: 1e9,
    startedNs: 5,
    config: { fsync: 'group' },
    counters: {},
    gauges: {},
    histograms: {},
    ...rest,
  };
}

test('counters and histograms are what they grew by, gauges those of the end, and the result fits its schema', () => {
  const before = snapshot({
    counters: { log_entries_total: 10 },
    gauges: { io_queue: 9 },
    histograms: {
      io_fsync_ns: {
        count: 3,
        sum: 30,
        buckets: [
          [1, 1],
          [10, 2],
        ],
      },
    },
  });
  const after = snapshot({
    takenNs: 3.5e9,
    counters: { log_entries_total: 25, io_errors_total: 2 },
    gauges: { io_queue: 4 },
    histograms: {
      io_fsync_ns: {
        count: 6,
        sum: 90,
        buckets: [
          [1, 1],
          [10, 3],
          [20, 2],
        ],
      },
      log_write_ns: { count: 1, sum: 7, buckets: [[7, 1]] },
    },
  });
  const window = NodeWindow.parse(nodeWindow(before, after, null));
  assert.equal(window.seconds, 2.5);
  assert.deepEqual(window.counters, { log_entries_total: 15, io_errors_total: 2 });
  assert.deepEqual(window.gauges, { io_queue: 4 });
  assert.deepEqual(window.histograms, {
    io_fsync_ns: {
      count: 3,
      sum: 60,
      buckets: [
        [10, 1],
        [20, 2],
      ],
    },
    log_write_ns: { count: 1, sum: 7, buckets: [[7, 1]] },
  });
});

test('readings that do not bound a window are refused, each with its reason', () => {
  const later = { takenNs: 2e9 };
  const cases: readonly [LayersSnapshot, LayersSnapshot, RegExp][] = [
    [snapshot({ id: 1 }), snapshot({ ...later, id: 2 }), /two nodes, 1 and 2/],
    [snapshot({}), snapshot({ ...later, startedNs: 6 }), /restarted/],
    [snapshot({}), snapshot({ ...later, pid: 101 }), /restarted/],
    [snapshot(later), snapshot({}), /not the later one/],
    [snapshot({}), snapshot({}), /not the later one/],
    [snapshot({ counters: { a: 2 } }), snapshot({ ...later, counters: { a: 1 } }), /a fell from 2 to 1/],
  ];
  for (const [before, after, reason] of cases) assert.throws(() => nodeWindow(before, after, null), reason);
  const shrunk = { count: 1, sum: 1, buckets: [[2, 1]] as [number, number][] };
  const grown = { count: 1, sum: 1, buckets: [[1, 1]] as [number, number][] };
  assert.throws(
    () =>
      nodeWindow(
        snapshot({ histograms: { h: grown } }),
        snapshot({ takenNs: 2e9, histograms: { h: shrunk } }),
        null,
      ),
    /h\[1\] fell from 1 to 0/,
  );
});

test('a window of a histogram is exactly the values recorded between the readings', () => {
  const values = fc.array(fc.integer({ min: 0, max: 40 }));
  const histogram = (recorded: readonly number[]) => {
    const counts = new Map<number, number>();
    for (const value of [...recorded].sort((a, b) => a - b)) counts.set(value, (counts.get(value) ?? 0) + 1);
    return { count: recorded.length, sum: recorded.reduce((a, b) => a + b, 0), buckets: [...counts] };
  };
  fc.assert(
    fc.property(values, values, (first, second) => {
      const window = nodeWindow(
        snapshot({ histograms: { h: histogram(first) } }),
        snapshot({ takenNs: 2e9, histograms: { h: histogram([...first, ...second]) } }),
        null,
      );
      assert.deepEqual(window.histograms.h, histogram(second));
    }),
  );
});

test('locks: what adds up is a difference, maxima are those since the start, who was met before and not since is left out', () => {
  const before = lockReading({
    acquisitions: 10,
    contended: 3,
    waitNs: 900,
    waitNsMax: 800,
    holdNs: 70,
    holdNsMax: 60,
    handOffNs: 5,
    waitersMax: 4,
    waiters: [
      { who: 'entries', count: 2, waitNs: 850 },
      { who: 'answer', count: 1, waitNs: 50 },
    ],
    holders: [{ who: 'rotation', count: 1, blameNs: 900 }],
  });
  const after = lockReading({
    acquisitions: 25,
    contended: 5,
    waitNs: 1_000,
    waitNsMax: 800,
    holdNs: 90,
    holdNsMax: 60,
    handOffNs: 6,
    waitersMax: 4,
    waiters: [
      { who: 'entries', count: 4, waitNs: 950 },
      { who: 'answer', count: 1, waitNs: 50 },
    ],
    holders: [
      { who: 'rotation', count: 1, blameNs: 900 },
      { who: 'entries', count: 2, blameNs: 99 },
      { who: 'hand-off', count: 2, blameNs: 1 },
    ],
  });
  const fresh = lockReading({ name: 'read_round', layer: 'consensus', acquisitions: 7 });
  const window = NodeWindow.parse(
    nodeWindow(snapshot({ locks: [before] }), snapshot({ takenNs: 2e9, locks: [after, fresh] }), null),
  );
  assert.deepEqual(window.locks, [
    lockReading({
      acquisitions: 15,
      contended: 2,
      waitNs: 100,
      waitNsMax: 800,
      holdNs: 20,
      holdNsMax: 60,
      handOffNs: 1,
      waitersMax: 4,
      waiters: [{ who: 'entries', count: 2, waitNs: 100 }],
      holders: [
        { who: 'entries', count: 2, blameNs: 99 },
        { who: 'hand-off', count: 2, blameNs: 1 },
      ],
    }),
    fresh,
  ]);
  assert.equal(nodeWindow(snapshot({}), snapshot({ takenNs: 2e9 }), null).locks, undefined);
  assert.throws(
    () => nodeWindow(snapshot({ locks: [after] }), snapshot({ takenNs: 2e9, locks: [before] }), null),
    /log_append_slot\.acquisitions fell from 25 to 10/,
  );
});
