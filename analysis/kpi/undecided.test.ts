import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../results/schema/index.js';
import { DEFAULT_RULES, kpiRules } from '../rules/rule-book.js';
import { syscallTable } from '../rules/testing/evidence-captures.js';
import {
  changePoint,
  flatHistogram,
  levelWith,
  withCounters,
  withLeader,
} from '../rules/testing/evidence-runs.js';
import { factsOf } from '../testing/change-run.js';
import { evaluateKpi } from './kpi-rule.js';

type Run = Parameters<typeof factsOf>[0];

function levelOf(id: string, run: Run) {
  const rule = kpiRules(DEFAULT_RULES).find((candidate) => candidate.id === id)!;
  const [level] = evaluateKpi(rule, factsOf(run)).levels;
  const { reading, status } = level!;
  return { status, because: reading.ok ? (reading.value.undecidedBecause ?? '') : reading.because };
}

const statusOf = (id: string, run: Run) => levelOf(id, run).status;

describe('a KPI that the run cannot decide', () => {
  it('is the mean of fewer than 10 pings, whichever side it is on', () => {
    const pings = (ms: number, count: number) =>
      withLeader(levelWith(), ({ histograms }) => ({
        histograms: { ...histograms, network_peer_rtt_ns: flatHistogram(ms * 1e6, count) },
      }));
    assert.equal(statusOf('kpi-rpc-mean', pings(4.75, 9)), 'undecided');
    assert.equal(statusOf('kpi-rpc-mean', pings(8, 9)), 'undecided');
    assert.equal(statusOf('kpi-rpc-mean', pings(4.75, 10)), 'pass');
    assert.equal(statusOf('kpi-rpc-mean', pings(8, 10)), 'fail');
    assert.match(levelOf('kpi-rpc-mean', pings(4.75, 6)).because, /^6 pings are too few .*at least 10/);
  });

  it('is not how many entries share a sync where fewer clients than that wait for their answers: no such level takes part', () => {
    const shared = (entries: number, clients: number, mode: 'closed' | 'open' = 'closed') =>
      changePoint(
        withCounters(levelWith(), { log_entries_total: entries * 1_000, io_fsyncs_total: 1_000 }),
        ({ summary }) => ({ summary: { ...summary, clients, mode } }),
      );
    assert.equal(statusOf('kpi-entry-fsync', shared(4.96, 10)), null);
    assert.match(
      levelOf('kpi-entry-fsync', shared(4.96, 10)).because,
      /^10 clients that wait for each answer/,
    );
    assert.equal(statusOf('kpi-entry-fsync', shared(4.96, 11)), 'fail');
    assert.equal(statusOf('kpi-entry-fsync', shared(4.96, 10, 'open')), 'fail');
    // A client that sends several commands in one request.
    assert.equal(statusOf('kpi-entry-fsync', shared(12, 10)), 'pass');
  });

  it('is a share of a trace that is mostly the tracer', () => {
    const wal = (seconds: number) => ({
      byDescriptor: [
        { syscall: 'write', descriptor: 'wal', layer: 'log', calls: 50, errors: 0, bytes: 1, seconds },
      ] as NonNullable<ReturnType<typeof syscallTable>['byDescriptor']>,
    });
    const trace = (readUs: number): Capture =>
      syscallTable(
        [
          ['writev', 1_000, 0.12],
          ['read', 1_000, readUs / 1e3],
        ],
        wal(0.05),
      );
    for (const id of ['kpi-write-syscall', 'kpi-fsync-syscall']) {
      assert.equal(statusOf(id, levelWith(trace(60))), 'undecided');
      assert.match(levelOf(id, levelWith(trace(60))).because, /tracer's own/);
    }
    assert.equal(statusOf('kpi-write-syscall', levelWith(trace(30))), 'fail');
    assert.equal(statusOf('kpi-fsync-syscall', levelWith(trace(30))), 'pass');
  });
});

describe('the share of all writes in a table of system calls', () => {
  it("is held against the document's own healthy table, not against shares of its CPU samples", () => {
    const table = (write: number) =>
      levelWith(
        syscallTable([
          ['write', 100, write],
          ['read', 100, 1 - write],
          ['getpid', 100, 0.000_1],
        ]),
      );
    assert.equal(statusOf('kpi-write-syscall', table(0.2)), 'pass');
    assert.equal(statusOf('kpi-write-syscall', table(0.46)), 'pass');
    assert.equal(statusOf('kpi-write-syscall', table(0.47)), 'fail');
  });

  it('has no write() : fsync beside it: group commit joins what it counts', () => {
    assert.equal(
      kpiRules(DEFAULT_RULES).some(({ id }) => id === 'kpi-write-fsync'),
      false,
    );
  });
});
