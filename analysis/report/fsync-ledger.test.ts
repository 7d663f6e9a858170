import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import type { Capture } from '../../results/schema/index.js';
import { withCounters, withLeader } from '../rules/testing/evidence-runs.js';
import { madeUpSyncCalls } from '../testing/captures/sync-calls.js';
import { factsOf } from '../testing/change-run.js';
import { withCaptures } from '../testing/made-up-captured-run.js';
import { madeUpSyscalls } from '../testing/made-up-parts.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { fsyncLedger, ledgerParagraph } from './fsync-ledger.js';

const paragraphOf = (run: RunData): string => ledgerParagraph(factsOf(run))!;
const withOne = (capture: Capture): string => paragraphOf(withCaptures(capture));

describe('what a sync spends outside the kernel', () => {
  it('is told by the pass that timed each sync on both sides', () => {
    const text = withOne(madeUpSyncCalls(1, 'leader', { queue: 600, kernel: 250, flush: 100, wake: 100 }));
    assert.match(text, /In the pass of `fsync-clocks`, which timed 1,200 syncs on both sides/);
    assert.match(text, /waited [\d.]+ µs for a thread of the pool and [\d.]+ µs for the loop to wake up\./);
  });

  it('is never the difference of two passes, of which one was slowed down by a tracer', () => {
    const text = withOne(madeUpSyscalls(1, 'leader'));
    assert.match(text, /How much of it is queue and wake-up was not measured, because .+\./);
    assert.doesNotMatch(text, /In the kernel|leaves/);
  });

  it('is not measured where no sync of the pass was seen on both sides', () => {
    const capture = madeUpSyncCalls(1, 'leader');
    const calls = capture.calls.map((call) => ({ ...call, submittedNs: null, doneNs: null }));
    assert.match(
      withOne({ ...capture, calls }),
      /was not measured, because no sync of that pass was timed on both sides\./,
    );
  });
});

describe('the ledger of syncs', () => {
  const rowOf = (run: RunData) => /^\| mid .*leader .*$/m.exec(fsyncLedger(factsOf(run)))?.[0] ?? '';

  it('leaves preallocation out of what it counts, so that a log without a sync has none', () => {
    const counted = withCounters(madeUpRun(), {
      io_writes_total: 1_169,
      io_fsyncs_total: 1_048,
      io_fsync_cause_preallocate_total: 3,
    });
    const run = withLeader(counted, ({ histograms }) => ({
      histograms: { ...histograms, io_write_background_ns: { count: 124, sum: 1, buckets: [[1, 124]] } },
    }));
    assert.match(rowOf(run), /leader 1 \| 1,045 \|.*\| 1\.00:1 \|/);
    const unsynced = withCounters(run, { io_fsyncs_total: 3 });
    assert.match(rowOf(unsynced), /leader 1 \| 0 \|/);
    assert.match(fsyncLedger(factsOf(unsynced)), /made no fsync of its log in the window/);
  });
});
