import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeWindow } from '../../results/schema/index.js';
import { madeUpNode } from '../testing/made-up-node.js';
import { MADE_UP_LEVELS } from '../testing/made-up-run.js';
import { combine, measured, missing, quotient } from './measured.js';
import {
  counter,
  countersBetween,
  cpuCores,
  entriesPerFsync,
  histogramMean,
  histogramQuantile,
  logSyncs,
  logWrites,
  mainThreadRunqueueShare,
  mainThreadShare,
  poolRunQueueNs,
  poolUseAtMost,
  timeShare,
  writesPerFsync,
} from './node-measures.js';

const NODE = madeUpNode(1, 'leader', MADE_UP_LEVELS.mid, 'G');
const withCounters = (counters: NodeWindow['counters']): NodeWindow => ({ ...NODE, counters });

describe('Measured', () => {
  it('carries the first reason on, and turns a division by zero into one', () => {
    assert.deepEqual(
      combine(missing('a'), missing('b'), () => 1),
      missing('a'),
    );
    assert.deepEqual(
      combine(measured(2), missing('b'), () => 1),
      missing('b'),
    );
    assert.deepEqual(quotient(measured(1), measured(0), 'nothing'), missing('nothing'));
    assert.deepEqual(quotient(measured(6), measured(3), 'nothing'), measured(2));
  });
});

describe('node measures', () => {
  it('name what the node did not report', () => {
    const bare = { ...withCounters({}), histograms: {} };
    assert.deepEqual(counter(bare, 'x_total'), missing('the node did not report x_total'));
    assert.deepEqual(histogramMean(bare, 'x_ns'), missing('the node did not report x_ns'));
    assert.deepEqual(entriesPerFsync(bare), missing('the node did not report log_entries_total'));
  });

  it('tell an empty histogram from one that is missing, and one with too few values from both', () => {
    const few = { count: 50, sum: 50, buckets: [[1, 50]] as [number, number][] };
    const node = { ...NODE, histograms: { empty_ns: { count: 0, sum: 0, buckets: [] }, few_ns: few } };
    assert.deepEqual(histogramMean(node, 'empty_ns'), missing('empty_ns recorded nothing in the window'));
    assert.deepEqual(histogramQuantile(node, 'few_ns', 0.5), measured(1));
    const tail = histogramQuantile(node, 'few_ns', 0.99);
    assert.ok(!tail.ok && tail.because.startsWith('few_ns has too few values'));
  });

  it('count the syncs that carry entries, not those of preallocation and directories', () => {
    const counters = { log_entries_total: 1000, io_fsyncs_total: 30 };
    assert.deepEqual(entriesPerFsync(withCounters({ ...counters })), measured(1000 / 30));
    const background = { io_fsync_cause_preallocate_total: 4, io_fsync_cause_directory_total: 6 };
    assert.deepEqual(entriesPerFsync(withCounters({ ...counters, ...background })), measured(50));
    const none = entriesPerFsync(
      withCounters({ log_entries_total: 1000, io_fsyncs_total: 10, ...background }),
    );
    assert.deepEqual(none, missing('the node made no fsync of its log in the window'));
  });

  it('leave preallocation out of the calls on the log, on both sides of the ratio', () => {
    const counters = { io_writes_total: 164, io_fsyncs_total: 18, io_fsync_cause_preallocate_total: 3 };
    const zeros = { count: 68, sum: 1e9, buckets: [] };
    const node = { ...withCounters(counters), histograms: { io_write_background_ns: zeros } };
    assert.deepEqual(logWrites(node), measured(96));
    assert.deepEqual(logSyncs(node), measured(15));
    assert.deepEqual(writesPerFsync(node), measured(6.4));
    const unsynced = { ...node, counters: { ...counters, io_fsyncs_total: 3 } };
    assert.deepEqual(logSyncs(unsynced), measured(0));
    assert.deepEqual(writesPerFsync(unsynced), missing('the node made no fsync of its log in the window'));
    assert.deepEqual(
      writesPerFsync({ ...NODE, counters: {} }),
      missing('the node did not report io_writes_total'),
    );
    // A node that does not keep the two apart.
    assert.deepEqual(logWrites({ ...withCounters(counters), histograms: {} }), measured(164));
  });

  it("bound the use of libuv's pool from above, and give what its calls wait for a CPU", () => {
    const spent = (sum: number) => ({ count: 10, sum, buckets: [] });
    const histograms = {
      io_fsync_ns: spent(1e9),
      io_write_ns: spent(5e8),
      io_write_background_ns: spent(1e8),
    };
    const node = { ...NODE, seconds: 2, histograms };
    assert.deepEqual(poolUseAtMost(node, 4), measured(0.2));
    assert.equal(poolUseAtMost(node, 0).ok, false);
    assert.equal(poolUseAtMost({ ...node, histograms: {} }, 4).ok, false);
    const [main, pool] = NODE.proc!.threads;
    const waiting = (threads: NonNullable<NodeWindow['proc']>['threads']) => ({
      ...withCounters({ io_writes_total: 600, io_fsyncs_total: 400 }),
      proc: { ...NODE.proc!, threads },
    });
    const threads = [main!, { ...pool!, runqueueWaitMs: 20 }, { ...pool!, runqueueWaitMs: 30 }];
    assert.deepEqual(poolRunQueueNs(waiting(threads)), measured(50_000));
    assert.deepEqual(poolRunQueueNs(waiting([main!])), missing('/proc gave no pool thread of the node'));
    assert.equal(poolRunQueueNs({ ...waiting(threads), proc: null }).ok, false);
    const idle = { ...waiting(threads), counters: { io_writes_total: 0, io_fsyncs_total: 0 } };
    assert.deepEqual(
      poolRunQueueNs(idle),
      missing("the node sent nothing through libuv's pool in the window"),
    );
  });

  it('take shares of the window', () => {
    const node = { ...NODE, seconds: 2, histograms: { a_ns: { count: 1, sum: 1e9, buckets: [] } } };
    assert.deepEqual(timeShare(node, 'a_ns'), measured(0.5));
    assert.deepEqual(cpuCores(NODE), measured(0.9));
    assert.ok(Math.abs((mainThreadShare(NODE) as { value: number }).value - 0.765) < 1e-9);
    assert.ok(Math.abs((mainThreadRunqueueShare(NODE) as { value: number }).value - 0.09) < 1e-9);
    assert.equal(cpuCores({ ...NODE, proc: null }).ok, false);
    assert.equal(mainThreadShare({ ...NODE, proc: { ...NODE.proc!, threads: [] } }).ok, false);
  });

  it('list counters by value, then by name', () => {
    const node = withCounters({ p_b_total: 2, p_a_total: 2, p_c_total: 9, p_total: 1, other: 5 });
    assert.deepEqual(countersBetween(node, 'p_', '_total'), [
      ['c', 9],
      ['a', 2],
      ['b', 2],
    ]);
  });
});
