import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SyncCallsCapture } from '../../results/schema/index.js';
import { sum } from '../statistics/order-statistics.js';
import { madeUpSyncCalls } from '../testing/captures/sync-calls.js';
import {
  clockMeans,
  dominantClock,
  roundTogether,
  splitSyncs,
  summarise,
  syncsByCause,
} from './sync-clocks.js';

const BASE = madeUpSyncCalls(1, 'leader');
const withCall = (change: Partial<SyncCallsCapture['calls'][number]>): SyncCallsCapture => ({
  ...BASE,
  calls: [{ ...BASE.calls[0]!, ...change }],
});

describe('clocks of a sync', () => {
  it('add up to what JavaScript saw, to the nanosecond', () => {
    const { syncs, hasFlush, inconsistent } = splitSyncs(BASE);
    assert.equal(syncs.length, BASE.calls.length);
    assert.equal(inconsistent, 0);
    for (const sync of syncs) assert.equal(sync.queue + sync.kernel + sync.wake, sync.observed);
    const total = (read: (sync: (typeof syncs)[number]) => number) => sum(syncs.map(read));
    assert.equal(
      total((sync) => sync.queue) + total((sync) => sync.kernel) + total((sync) => sync.wake),
      total((sync) => sync.observed),
    );
    const means = clockMeans(syncs, hasFlush)!;
    assert.deepEqual(
      means.parts.map((part) => part.clock),
      ['queue', 'file system', 'device', 'wake'],
    );
    const parts = sum(means.parts.map((part) => part.meanNs));
    assert.ok(Math.abs(parts - means.observedNs) < 1e-6 * means.observedNs);
  });

  it('are those that were put in', () => {
    const capture = withCall({
      submittedNs: 1_000,
      enteredNs: 1_400,
      kernelNs: 300,
      flushNs: 120,
      doneNs: 2_000,
    });
    const [sync] = splitSyncs(capture).syncs;
    assert.deepEqual(
      [sync!.queue, sync!.kernel, sync!.flush, sync!.wake, sync!.observed],
      [400, 300, 120, 300, 1_000],
    );
  });

  it('keep the kernel whole when the device was watched in some calls only', () => {
    const [first, ...rest] = BASE.calls;
    const split = splitSyncs({ ...BASE, calls: [{ ...first!, flushNs: null }, ...rest] });
    assert.equal(split.hasFlush, false);
    assert.deepEqual(
      clockMeans(split.syncs, split.hasFlush)!.parts.map((part) => part.clock),
      ['queue', 'kernel', 'wake'],
    );
  });

  it('never give the device more than the kernel had', () => {
    const [sync] = splitSyncs(withCall({ flushNs: 1e12 })).syncs;
    assert.equal(sync!.flush, sync!.kernel);
  });

  it('leave out, and count, what cannot be cut', () => {
    const [call] = BASE.calls;
    for (const change of [
      { enteredNs: call!.submittedNs! - 1 },
      { doneNs: call!.enteredNs + call!.kernelNs - 1 },
    ]) {
      const split = splitSyncs(withCall(change));
      assert.deepEqual([split.syncs.length, split.inconsistent, split.kernelOnly], [0, 1, 0]);
    }
    const unknown = splitSyncs(withCall({ submittedNs: null, doneNs: null }));
    assert.deepEqual([unknown.syncs.length, unknown.inconsistent, unknown.kernelOnly], [0, 0, 1]);
    assert.equal(clockMeans([], true), null);
    assert.equal(dominantClock(null), null);
    assert.equal(summarise([]), null);
  });

  it('name the largest of them', () => {
    for (const [clock, clocks] of [
      ['queue', { queue: 900, kernel: 100, flush: 50, wake: 50 }],
      ['file system', { queue: 50, kernel: 900, flush: 100, wake: 50 }],
      ['device', { queue: 50, kernel: 900, flush: 800, wake: 50 }],
      ['kernel', { queue: 50, kernel: 900, flush: null, wake: 50 }],
      ['wake', { queue: 50, kernel: 100, flush: 50, wake: 900 }],
    ] as const) {
      const split = splitSyncs(madeUpSyncCalls(1, 'leader', clocks));
      assert.equal(dominantClock(clockMeans(split.syncs, split.hasFlush))!.clock, clock);
    }
  });

  it('come by cause, none lost', () => {
    const causes = syncsByCause(splitSyncs(BASE).syncs);
    assert.deepEqual(
      causes.map((entry) => [entry.cause, entry.syncs.length]),
      [
        ['entries', 1176],
        ['preallocate', 24],
      ],
    );
  });
});

describe('roundTogether', () => {
  it('keeps the sum, and every value within a step', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 6 }), (values) => {
        const rounded = roundTogether(values, 100);
        assert.equal(sum(rounded), Math.round(sum(values) / 100) * 100);
        rounded.forEach((value, index) => {
          assert.ok(Math.abs(value - values[index]!) <= 100 + 1e-6);
        });
      }),
    );
  });
});
