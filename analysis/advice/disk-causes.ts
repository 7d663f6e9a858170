import { fromLeader, leaderMean } from '../kpi/leader-readings.js';
import { t } from '../language/language.js';
import { leaderCapture } from '../measures/captures.js';
import { combine, type Measured, measured, missing, valueOrNull } from '../measures/measured.js';
import { entriesPerFsync, histogramCount } from '../measures/node-measures.js';
import { leaderSyscalls } from '../measures/syscalls.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { type Reading, reading, type Seen, type Terms } from '../rules/reading.js';
import { shareOf } from '../stages/budget.js';
import { integer, micros, nanos, percent, significant } from '../tables/format.js';
import { probeCommand } from './evidence-readings.js';
import { syncFloor } from './sync-floor.js';

/** Two of the document's abnormal shapes, a slow disk and too many syncs: each by the node's own ledger, and by a table of system calls as strace prints it. */
export const DISK_CAUSES = {
  'disk-time-of-sync': reading('ms', diskTimeOfSync, { parameters: { syncsMin: 20, shareOfWriteMin: 0.15 } }),
  'syscall-sync-mean': reading('ms', syscallSyncMean, {
    parameters: { shareMin: 0.3 },
    command: probeCommand('strata.syscalls/1'),
  }),
  'syncs-in-line': reading('count', syncsInLine, { parameters: { entriesMax: 10 } }),
  'syscall-syncs-too-often': reading('share', syscallSyncsTooOften, {
    parameters: { meanMsMax: 10, writesPerSyncMax: 25 },
    command: probeCommand('strata.syscalls/1'),
  }),
} as const satisfies Readonly<Record<string, Reading>>;

const SYNC_STAGES = ['fsync', 'remoteSync'];
/** Where a write stands while syncs before its own run, and while its own does. */
const LINE_STAGES = ['proposeQueue', 'batchWait', 'syncSubmit', ...SYNC_STAGES, 'remoteQueue'];

interface DiskTime {
  readonly ms: number;
  readonly how: string;
}

/**
 * What the disk itself takes of a mean sync, without the pool's queue before it and the loop's wake-up after it: a busy loop makes every sync look slow, and is no
 * slow disk. Under strategies that let nobody wait for a sync, a long one is no cause of anything.
 */
function diskTimeOfSync(point: PointFacts, facts: Facts, { parameters }: Terms): Measured<Seen> {
  const { syncsMin = 0, shareOfWriteMin = 0 } = parameters;
  const budget = valueOrNull(point.writeBudget);
  const share = budget === null ? null : shareOf(budget, SYNC_STAGES);
  if (share !== null && share < shareOfWriteMin)
    return missing(t`syncs are ${percent(share)} of a write only`);
  const kernel = kernelTime(point, syncsMin);
  const time = kernel.ok ? kernel : ledgerTime(point, syncsMin);
  const floor = valueOrNull(syncFloor(point, facts));
  const idle =
    floor === null
      ? ''
      : t`; write + ${floor.primitive} of 4 KiB took ${nanos(floor.ns)} on the idle machine`;
  if (time.ok) {
    const { ms, how } = time.value;
    return measured({ value: ms, evidence: `${how}${idle}`, bound: share });
  }
  if (floor === null) return time;
  const evidence = t`write + ${floor.primitive} of 4 KiB took ${nanos(floor.ns)} on the idle machine`;
  return measured({ value: floor.ns / 1e6, evidence, bound: share });
}

function kernelTime(point: PointFacts, syncsMin: number): Measured<DiskTime> {
  const capture = leaderCapture(point.point, 'strata.sync-calls/1');
  if (!capture.ok) return capture;
  const { calls, probe } = capture.value;
  if (calls.length < Math.max(1, syncsMin)) return missing(t`${integer(calls.length)} syncs are an anecdote`);
  const ns = calls.reduce((total, call) => total + call.kernelNs, 0) / calls.length;
  return measured({
    ms: ns / 1e6,
    how: t`a sync of the leader spends ${nanos(ns)} in the kernel and the device, mean of ${integer(calls.length)} by \`${probe}\``,
  });
}

/** A write into the page cache takes the same way through pool and loop and waits for no disk: what a sync takes beyond it is the disk's. */
function ledgerTime(point: PointFacts, syncsMin: number): Measured<DiskTime> {
  const count = fromLeader(point, (node) => histogramCount(node, 'io_fsync_ns'));
  if (count.ok && count.value < syncsMin) return missing(t`${integer(count.value)} syncs are an anecdote`);
  return combine(leaderMean(point, 'io_fsync_ns'), leaderMean(point, 'io_write_ns'), (sync, write) => ({
    ms: Math.max(0, sync - write) / 1e6,
    how: t`a sync of the leader takes ${nanos(sync)}, a write into the page cache, which goes the same way through thread pool and event loop, ${nanos(write)}: ${nanos(Math.max(0, sync - write))} are the disk's`,
  }));
}

/** The document's second abnormal table: 15 ms a call, 66 % of the time. */
function syscallSyncMean(point: PointFacts, _facts: Facts, { parameters }: Terms): Measured<Seen> {
  const traced = leaderSyscalls(point.point);
  if (!traced.ok) return traced;
  const { syncMeanUs, syncShare, syncCalls } = traced.value;
  if (syncMeanUs === null) return missing(t`the trace saw no sync`);
  if (syncShare < (parameters.shareMin ?? 0))
    return missing(t`syncs are ${percent(syncShare)} of the time of working system calls only`);
  return measured({
    value: syncMeanUs / 1e3,
    evidence: t`a sync takes ${micros(syncMeanUs)}, mean of ${integer(syncCalls)} calls that the trace saw; syncs are ${percent(syncShare)} of the time of working system calls`,
    bound: budgetShare(point, SYNC_STAGES),
  });
}

/**
 * How many syncs a write waits for until its own is done: writes in flight for each entry that a sync carries. About two where all that wait share the next sync,
 * however many they are; the number of clients where each has a sync of its own.
 */
function syncsInLine(point: PointFacts, _facts: Facts, { parameters }: Terms): Measured<Seen> {
  const entries = fromLeader(point, entriesPerFsync);
  if (!entries.ok) return entries;
  if (entries.value >= (parameters.entriesMax ?? 0))
    return missing(t`a sync carries ${significant(entries.value)} entries`);
  const { operations, audit } = point.summary;
  const answered = operations.put + operations.get;
  const inFlight = answered === 0 ? 0 : (audit.littlesLaw.product * operations.put) / answered;
  if (!(inFlight > 0) || !(entries.value > 0)) return missing(t`no write was in flight, or none was synced`);
  const line = inFlight / entries.value;
  const mean = valueOrNull(leaderMean(point, 'io_fsync_ns'));
  const each = mean === null ? '' : t`, each of ${nanos(mean)}`;
  const share = budgetShare(point, LINE_STAGES);
  return measured({
    value: line,
    evidence: t`${significant(entries.value)} entries share a sync while ${significant(inFlight)} writes are in flight: each waits in a line of about ${significant(line)} syncs${each}`,
    bound: share === null ? null : share * Math.max(0, 1 - 1 / line),
  });
}

/** The document's first abnormal table: 78 % of the time in syncs of 1.5 ms, which is normal, and 12 writes to a sync, which is little. */
function syscallSyncsTooOften(point: PointFacts, _facts: Facts, { parameters }: Terms): Measured<Seen> {
  const traced = leaderSyscalls(point.point);
  if (!traced.ok) return traced;
  const { syncMeanUs, syncShare, syncCalls, writeCalls } = traced.value;
  const { meanMsMax = 0, writesPerSyncMax = 0 } = parameters;
  if (syncMeanUs === null) return missing(t`the trace saw no sync`);
  if (syncMeanUs >= meanMsMax * 1e3)
    return missing(t`a sync takes ${micros(syncMeanUs)}: it is slow, not frequent`);
  const ratio = writeCalls / syncCalls;
  if (ratio >= writesPerSyncMax) return missing(t`a sync follows ${significant(ratio)} writes`);
  return measured({
    value: syncShare,
    evidence: t`syncs take ${percent(syncShare)} of the time of working system calls, ${integer(syncCalls)} of them of ${micros(syncMeanUs)} each, and only ${significant(ratio)} writes go to a sync`,
    bound: budgetShare(point, LINE_STAGES),
  });
}

function budgetShare(point: PointFacts, stages: readonly string[]): number | null {
  const budget = valueOrNull(point.writeBudget);
  return budget === null ? null : shareOf(budget, stages);
}
