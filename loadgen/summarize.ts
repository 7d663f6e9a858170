import type { ClientSample, LoadSummary } from '../results/schema/index.js';
import { auditLoad } from './audit.js';
import { IntervalLog } from './interval-log.js';
import { LatencyHistogram } from './latency-histogram.js';
import { mergeLedgerKeys } from './ledger-recorder.js';
import { MergedIntervals } from './merged-intervals.js';
import {
  type HistoryCounts,
  type IntervalReport,
  type LedgerPart,
  noCounts,
  noHistoryCounts,
  type WorkerResult,
} from './messages.js';
import type { HistoryRecord, LoadOptions, LoadResult, WriteLedger } from './options.js';

export interface Measured {
  readonly options: LoadOptions;
  readonly runId: string;
  readonly workers: number;
  readonly intervals: readonly IntervalReport[];
  readonly results: readonly WorkerResult[];
  /** Null without a history. */
  readonly finalReads: HistoryCounts | null;
  /** Wall clock at the start of the window, milliseconds. */
  readonly startMs: number;
  readonly processCpuSeconds: number;
  readonly pacerCpuSeconds: number;
}

/** Turns what the workers measured into the result of the run. */
export function summarize(measured: Measured): LoadResult {
  const { options, results } = measured;
  const log = new IntervalLog(measured.startMs, options.durationSeconds);
  const merged = new MergedIntervals(measured.intervals, (second) => log.add(second));
  const summary = buildSummary(measured, merged);
  merged.destroy();
  return {
    summary,
    hlog: log.text,
    samples: results.flatMap((result) => result.samples).sort(byIntendedStart),
    ledger: mergeLedger(measured),
    history: mergeHistory(measured),
  };
}

function buildSummary(measured: Measured, merged: MergedIntervals): LoadSummary {
  const { options, results, workers } = measured;
  const counts = addUp(
    results.map((result) => result.counts),
    noCounts(),
  );
  const errors = addErrors(results.map((result) => result.errors));
  const response = merged.totals.response.percentiles();
  const put = merged.totals.put.percentiles();
  const get = merged.totals.get.percentiles();
  return {
    schema: 'strata.load/1',
    targets: [...options.targets],
    mode: options.rate === null ? 'closed' : 'open',
    clients: options.clients,
    rate: options.rate,
    arrival: options.rate === null ? null : options.arrival,
    durationSeconds: options.durationSeconds,
    warmupSeconds: options.warmupSeconds,
    reads: options.reads,
    keys: options.keys,
    distribution: options.distribution,
    valueBytes: options.valueBytes,
    workers,
    seed: options.seed,
    operations: { total: counts.total, ok: counts.ok, put: counts.put, get: counts.get },
    throughputPerSecond: counts.ok / options.durationSeconds,
    latency: {
      response,
      service: merged.totals.service.percentiles(),
      queue: merged.totals.queue.percentiles(),
      put: put.count === 0 ? null : put,
      get: get.count === 0 ? null : get,
    },
    errors,
    censored: { timedOut: counts.timedOut, inFlightAtEnd: counts.inFlightAtEnd, shed: counts.shed },
    resends: counts.resends,
    timeline: merged.timeline,
    verification: null,
    audit: auditLoad({
      mode: options.rate === null ? 'closed' : 'open',
      clients: options.clients,
      rate: options.rate,
      durationSeconds: options.durationSeconds,
      response,
      scheduleLag:
        options.rate === null ? null : joinHistograms(results.map((one) => one.scheduleLag)).percentiles(),
      total: counts.total,
      errors: counts.total - counts.ok,
      timedOut: counts.timedOut,
      shed: counts.shed,
      overdueAtEnd: countOverdue(results, response.p99, counts.inFlightAtEnd),
      inSystemMean: counts.inSystemNs / (options.durationSeconds * 1e9),
      usages: results.map((result) => result.usage),
      pacerCpuSeconds: measured.pacerCpuSeconds,
      processCpuSeconds: measured.processCpuSeconds,
    }),
  };
}

function countOverdue(results: readonly WorkerResult[], p99Us: number | null, inFlight: number): number {
  if (inFlight === 0) return 0;
  // Without a percentile there were hardly any answers at all: everything unanswered counts.
  if (p99Us === null) return inFlight;
  return joinHistograms(results.map((result) => result.inFlightAges)).countAbove(p99Us * 1000);
}

function joinHistograms(encoded: readonly (Uint8Array | null)[]): LatencyHistogram {
  const joined = new LatencyHistogram();
  for (const one of encoded) if (one !== null) joined.addEncoded(one);
  return joined;
}

/** Most frequent first. */
function addErrors(parts: readonly ReadonlyMap<string, number>[]): LoadSummary['errors'] {
  const sum = new Map<string, number>();
  for (const part of parts) for (const [kind, count] of part) sum.set(kind, (sum.get(kind) ?? 0) + count);
  return [...sum]
    .map(([kind, count]) => ({ kind, count }))
    .sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

function mergeLedger({ options, results, runId }: Measured): WriteLedger | null {
  const parts = results.map((result) => result.ledger).filter((part): part is LedgerPart => part !== null);
  if (parts.length === 0) return null;
  return {
    keyPrefix: options.keyPrefix,
    valueBytes: options.valueBytes,
    acknowledgedWrites: parts.reduce((total, part) => total + part.acknowledgedWrites, 0),
    keys: mergeLedgerKeys(parts, options.keyPrefix),
    runId,
  };
}

function mergeHistory({ options, results, finalReads }: Measured): HistoryRecord | null {
  if (options.history == null || finalReads === null) return null;
  const parts = results.flatMap((result) => (result.history === null ? [] : [result.history]));
  return {
    keys: options.history.keys,
    ...addUp([...parts.map(({ counts }) => counts), finalReads], noHistoryCounts()),
    operationsMax: options.history.operationsMax,
    limitReached: parts.some(({ isLimitReached }) => isLimitReached),
  };
}

function addUp<Counts extends object>(parts: readonly Counts[], sum: Counts): Counts {
  const sums = sum as Record<string, number>;
  for (const part of parts)
    for (const [name, count] of Object.entries(part)) sums[name] = (sums[name] ?? 0) + count;
  return sum;
}

function byIntendedStart(a: ClientSample, b: ClientSample): number {
  return a.intendedNs - b.intendedNs;
}
