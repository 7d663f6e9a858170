import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeSyncs } from './describe-syncs.js';
import { joinSyncs, type ProcessSync } from './join-syncs.js';
import { flushNsWithin, type KernelSync } from './kernel-syncs.js';

const ALL = { fromNs: 0, toNs: 1e12 };
const US = 1_000;

/** Microseconds, so that the cases can be read. */
const kernel = (enteredUs: number, us: number, syscall = 'fdatasync', descriptor = 3): KernelSync => ({
  syscall,
  tid: 7,
  descriptor,
  path: null,
  enteredNs: enteredUs * US,
  kernelNs: us * US,
});
const entry = (submittedUs: number, doneUs: number, call = 'fdatasync'): ProcessSync => ({
  sequence: 1,
  submittedNs: submittedUs * US,
  doneNs: doneUs * US,
  call,
  cause: 'entries',
  entries: 1,
  bytes: 1,
});
const join = (calls: readonly KernelSync[], account: readonly ProcessSync[]) =>
  joinSyncs(calls, account, ALL);

describe('joinSyncs', () => {
  it('pairs by containment', () => {
    const { processOf } = join([kernel(100, 200), kernel(1_100, 200)], [entry(1_000, 1_400), entry(0, 400)]);
    assert.deepEqual(processOf, [1, 0]);
  });
  it('keeps overlapping calls of several files apart by when they were done', () => {
    const account = [entry(0, 900), entry(10, 500), entry(20, 700)];
    const calls = [kernel(100, 780), kernel(110, 380), kernel(120, 560)];
    assert.deepEqual(join(calls, account).processOf, [0, 1, 2]);
  });
  it('gives those that one turn of the loop saw done in the order in which they were submitted', () => {
    const account = [entry(0, 1_000), entry(10, 1_001), entry(20, 1_002)];
    assert.deepEqual(
      join([kernel(100, 300), kernel(150, 100), kernel(200, 300)], account).processOf,
      [0, 1, 2],
    );
  });
  it('takes no fit away from a call that has no other', () => {
    // Both fit the first call, only the long one fits the second.
    const account = [entry(0, 2_000), entry(0, 1_000)];
    assert.deepEqual(join([kernel(100, 100), kernel(500, 1_200)], account).processOf, [1, 0]);
  });
  it('leaves a call alone that is in no account, and counts an entry that no call belongs to', () => {
    const { processOf, unmatchedKernel, unmatchedProcess } = join(
      [kernel(100, 50), kernel(1_000, 50), kernel(2_000, 50)],
      [entry(50, 200), entry(1_950, 2_100), entry(5_000, 5_100)],
    );
    assert.deepEqual(processOf, [0, null, 1]);
    assert.deepEqual([unmatchedKernel, unmatchedProcess], [1, 1]);
  });
  it('does not count what was under way when the watching began or ended', () => {
    const window = { fromNs: 1_000 * US, toNs: 2_000 * US };
    const account = [entry(900, 1_100), entry(1_900, 2_100), entry(1_400, 1_500)];
    assert.equal(joinSyncs([], account, window).unmatchedProcess, 1);
  });
  it('bears an error of the clocks of a few microseconds, and no more', () => {
    assert.deepEqual(join([kernel(95, 310)], [entry(100, 400)]).processOf, [0]);
    assert.deepEqual(join([kernel(50, 300)], [entry(100, 400)]).processOf, [null]);
    assert.deepEqual(join([kernel(110, 350)], [entry(100, 400)]).processOf, [null]);
  });
  it('tells calls by name; a write to a synced file is one by any system call', () => {
    assert.deepEqual(join([kernel(10, 10, 'fsync')], [entry(0, 100)]).processOf, [null]);
    assert.deepEqual(join([kernel(10, 10, 'pwrite64')], [entry(0, 100, 'write')]).processOf, [0]);
  });
  it('finds every pair of a crowded pool, whatever the order of the account', () => {
    // Four threads, each one call after the other; all ends are seen in turns of the loop every 500 µs.
    const calls: KernelSync[] = [];
    const account: ProcessSync[] = [];
    for (let at = 0; at < 400; at += 1) {
      const entered = Math.floor(at / 4) * 310 + (at % 4) * 7 + 100;
      const us = 150 + ((at * 37) % 130);
      calls.push(kernel(entered, us));
      account.push(
        entry(entered - 20 - ((at * 13) % 60), (Math.floor((entered + us) / 500) + 1) * 500 + (at % 4)),
      );
    }
    const { processOf, unmatchedProcess } = joinSyncs(
      calls.sort((a, b) => a.enteredNs - b.enteredNs),
      account.reverse(),
      ALL,
    );
    assert.equal(processOf.filter((index) => index === null).length, 0);
    assert.equal(unmatchedProcess, 0);
    assert.equal(new Set(processOf).size, 400);
  });
});

describe('flushNsWithin', () => {
  const flush = (issuedUs: number, us: number) => ({ issuedNs: issuedUs * US, ns: us * US });
  it('adds up what lies in the call, and cuts what does not', () => {
    const flushes = [flush(0, 50), flush(90, 20), flush(150, 10), flush(190, 100), flush(500, 10)];
    assert.equal(flushNsWithin(kernel(100, 100), flushes), (10 + 10 + 10) * US);
    assert.equal(flushNsWithin(kernel(60, 20), flushes), 0);
  });
  it('counts flushes of two devices at once only once', () => {
    assert.equal(flushNsWithin(kernel(100, 100), [flush(110, 50), flush(120, 20), flush(150, 30)]), 70 * US);
  });
});

describe('describeSyncs', () => {
  const paths = new Map([
    [3, '/d/wal/0000000001-0000000000000001.wal'],
    [4, '/d/wal/0000000002-0000000000000009.wal'],
  ]);
  const sight = {
    view: {
      syncs: [kernel(10, 5), kernel(20, 5, 'pwrite64', 4), kernel(30, 5, 'pwrite64', 3)],
      flushes: null,
      lost: 2,
    },
    account: null,
    window: ALL,
    history: { pathAt: (descriptor: number) => paths.get(descriptor) ?? null },
    dsync: new Set([paths.get(4)!]),
    ours: true,
  };
  it('keeps the writes to files that are open with O_DSYNC, and no others', () => {
    const { calls, dropped, mainPath } = describeSyncs(sight);
    assert.deepEqual(
      calls.map(({ syscall, descriptor, flushNs }) => [syscall, descriptor, flushNs]),
      [
        ['fdatasync', 'wal', null],
        ['pwrite64', 'wal', null],
      ],
    );
    assert.equal(dropped, 2);
    assert.ok(mainPath !== null && paths.get(3)!.startsWith('/d/wal'));
  });
  it('thins out too many calls over the whole window, and says how many are missing', () => {
    const syncs = Array.from({ length: 25_000 }, (_, at) => kernel(at * 10, 5));
    const { calls, dropped } = describeSyncs({ ...sight, view: { syncs, flushes: [], lost: 0 } });
    assert.equal(calls.length + dropped, 25_000);
    assert.ok(calls.length <= 10_000 && calls.at(-1)!.enteredNs > 240_000 * US);
  });
  it('does not know a descriptor that nobody saw', () => {
    const { calls } = describeSyncs({
      ...sight,
      view: { syncs: [kernel(1, 1, 'fsync', 99)], flushes: null, lost: 0 },
    });
    assert.equal(calls[0]?.descriptor, 'none');
  });
});
