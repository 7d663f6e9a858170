import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThreadKind } from '../../results/schema/index.js';
import { TRACE_SUMMARY } from '../testing/perf-script-text.js';
import { kindsByCalls, mergeKinds } from './thread-kinds.js';
import { futexRows, syscallRows } from './trace-rows.js';
import { parseTraceSummary } from './trace-summary.js';

const INVALID = { code: 'STRATA_PROBE_OUTPUT_INVALID' };

describe('parseTraceSummary', () => {
  const { threads, lost } = parseTraceSummary(TRACE_SUMMARY);
  it('reads the table of each thread', () => {
    assert.equal(lost, 0);
    assert.deepEqual(
      threads.map(({ tid, comm, rows }) => [
        tid,
        comm,
        rows.map(({ syscall, calls }) => `${syscall} ${calls}`),
      ]),
      [
        [12308, 'node', ['writev 11335', 'futex 1191', 'write 2148']],
        [12325, 'V8 Worker', ['futex 104', 'write 4']],
        [12331, 'node', ['futex 310', 'fdatasync 91']],
      ],
    );
    assert.deepEqual(threads[0]!.rows[1], {
      syscall: 'futex',
      calls: 1191,
      errors: 8,
      totalMs: 48.31,
      minMs: 0.01,
      maxMs: 10.896,
    });
  });
  it('adds the threads up, in the units of strace', () => {
    const rows = syscallRows(threads);
    assert.deepEqual(
      rows.map(({ syscall }) => syscall),
      ['futex', 'writev', 'fdatasync', 'write'],
    );
    assert.deepEqual(rows[2], {
      syscall: 'fdatasync',
      calls: 91,
      errors: 0,
      seconds: 0.098279,
      usecsPerCall: 1079.989,
      minUs: 118,
      maxUs: 22_684,
    });
    assert.deepEqual([rows[3]!.calls, rows[3]!.seconds, rows[3]!.minUs], [2152, 0.072658, 11]);
  });
  it('counts sleep for want of work as parked, whichever way the thread was told', () => {
    const kinds = new Map<number, ThreadKind>([
      [12308, 'main'],
      [12325, 'platform'],
      [12331, 'other'],
    ]);
    assert.deepEqual(futexRows(threads, kindsByCalls(threads, kinds)), [
      { tid: 12308, thread: 'main', parkedSeconds: 0, waits: 1191, waitSeconds: 0.04831, longestUs: 10_896 },
      { tid: 12325, thread: 'platform', parkedSeconds: 2.78248, waits: 0, waitSeconds: 0, longestUs: 0 },
      { tid: 12331, thread: 'pool', parkedSeconds: 3.07139, waits: 0, waitSeconds: 0, longestUs: 0 },
    ]);
  });
  it('reads tables without a column for errors, and what was lost', () => {
    const old = TRACE_SUMMARY.replaceAll(' errors', '').replace(/^( {3}\w+ +\d+ )+ *\d+ /gm, '$1');
    assert.equal(parseTraceSummary(`LOST 12 events!\n${old}LOST 3 events!\n`).lost, 15);
    assert.deepEqual(
      parseTraceSummary(old).threads[2]!.rows.map(({ calls, errors, totalMs }) => [calls, errors, totalMs]),
      [
        [310, 0, 3071.39],
        [91, 0, 98.279],
      ],
    );
  });
  it('has nothing to say of a process that made no call', () => {
    assert.deepEqual(parseTraceSummary('\n Summary of events:\n\n'), { threads: [], lost: 0 });
  });
  it('refuses damage', () => {
    assert.throws(() => parseTraceSummary(TRACE_SUMMARY.replace('11335', '113x5')), INVALID);
    assert.throws(() => parseTraceSummary(TRACE_SUMMARY.replace('11335', '113.5')), INVALID);
    assert.throws(() => parseTraceSummary(TRACE_SUMMARY.slice(0, TRACE_SUMMARY.indexOf('0.015'))), INVALID);
    assert.throws(
      () => parseTraceSummary(TRACE_SUMMARY.replace(' node (12308), 59517 events', ' ?')),
      INVALID,
    );
  });
});

describe('mergeKinds', () => {
  it('keeps what one look could tell and the other could not', () => {
    const earlier = new Map<number, ThreadKind>([
      [1, 'main'],
      [2, 'pool'],
      [3, 'other'],
      [4, 'platform'],
    ]);
    const later = new Map<number, ThreadKind>([
      [2, 'other'],
      [3, 'pool'],
      [5, 'other'],
    ]);
    assert.deepEqual(
      [...mergeKinds(earlier, later)].sort(([a], [b]) => a - b),
      [
        [1, 'main'],
        [2, 'pool'],
        [3, 'pool'],
        [4, 'platform'],
        [5, 'other'],
      ],
    );
  });
});
