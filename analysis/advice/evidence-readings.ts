import { layerShare } from '../cpu/cpu-profile.js';
import { fromLeader } from '../kpi/leader-readings.js';
import { seenWith } from '../kpi/seen.js';
import { t, translated } from '../language/language.js';
import { type CaptureName, leaderCapture } from '../measures/captures.js';
import {
  type LockView,
  leaderLocks,
  MEASURED_PASS,
  waitPerSecondNs,
  worstHolder,
} from '../measures/locks.js';
import { type Measured, measured, missing, valueOrNull } from '../measures/measured.js';
import { poolRunQueueNs, poolUseAtMost } from '../measures/node-measures.js';
import { clockMeans, dominantClock, type SyncClock, splitSyncs } from '../measures/sync-clocks.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { sweepAgain } from '../report/run-again.js';
import { type Reading, reading, type Seen, type Terms } from '../rules/reading.js';
import { shareOf } from '../stages/budget.js';
import { bucketMiddle } from '../statistics/histogram.js';
import { integer, micros, nanos, percent } from '../tables/format.js';

/** Readings over what single probes saw: clocks of a sync, locks and their holders, pauses, stalls, the pool. */
export const EVIDENCE_READINGS = {
  'sync-queue-clock': clockReading('queue'),
  'sync-wakeup-clock': clockReading('wake'),
  'pool-saturated': reading('share', poolSaturated, {
    parameters: { shareRunQueueMax: 0.5 },
    command: probeCommand('strata.pool/1'),
  }),
  'lock-wait-share': reading('share', lockWaits, { command: lockCommand }),
  'lock-line-share': reading('share', lockWaits, { command: lockCommand }),
  'gc-pause-of-heartbeat': reading('times', gcPauses, { command: probeCommand('strata.gc/1') }),
  'loop-stall-of-heartbeat': reading('times', loopStalls, { command: probeCommand('strata.event-loop/1') }),
  'threads-unattributed': reading('share', unattributedThreads, { command: probeCommand('strata.perf/1') }),
} as const satisfies Readonly<Record<string, Reading>>;

/** The pass that gave the evidence, again. */
export function probeCommand(schema: CaptureName): (point: PointFacts, facts: Facts) => string {
  return (point, facts) => {
    const probe = valueOrNull(leaderCapture(point.point, schema))?.probe ?? 'none';
    return sweepAgain(facts, [point.point.ref.clients], probe);
  };
}

/** Share of a sync that one of its clocks takes; the largest of them only, and only of many syncs. */
function clockReading(clock: SyncClock): Reading {
  return reading('share', (point, _facts, terms) => clockShare(point, clock, terms), {
    parameters: { syncsMin: 50 },
    command: probeCommand('strata.sync-calls/1'),
  });
}

function clockShare(point: PointFacts, clock: SyncClock, { parameters }: Terms): Measured<Seen> {
  const capture = leaderCapture(point.point, 'strata.sync-calls/1');
  if (!capture.ok) return capture;
  const { syncs, hasFlush } = splitSyncs(capture.value);
  const means = clockMeans(syncs, hasFlush);
  const most = dominantClock(means);
  if (means === null || most === null || syncs.length < (parameters.syncsMin ?? 0))
    return missing(t`${integer(syncs.length)} syncs are an anecdote`);
  if (most.clock !== clock) return missing(t`another clock takes more of a sync`);
  const budget = valueOrNull(point.writeBudget);
  const where =
    clock === 'queue'
      ? t`between the call and its entry into the kernel`
      : t`between the return from the kernel and the callback`;
  return measured({
    value: most.share,
    evidence: t`${nanos(most.share * means.observedNs)} of a mean sync of ${nanos(means.observedNs)} pass ${where} (${percent(most.share)}, ${integer(syncs.length)} syncs by \`${capture.value.probe}\`)`,
    bound: budget === null ? null : shareOf(budget, ['fsync', 'remoteSync']) * most.share,
  });
}

/** A task waits long for a thread that is busy, and just as long for one that is idle and gets no CPU: only the first is a pool that is too small. */
function poolSaturated(point: PointFacts, _facts: Facts, { parameters }: Terms): Measured<Seen> {
  const { shareRunQueueMax = 1 } = parameters;
  const capture = leaderCapture(point.point, 'strata.pool/1');
  if (!capture.ok) return capture;
  const { wait, threads, saturatedShare, floorUs } = capture.value;
  const use = fromLeader(point, (node) => poolUseAtMost(node, threads));
  if (!use.ok) return use;
  const runQueue = fromLeader(point, poolRunQueueNs);
  if (!runQueue.ok) return runQueue;
  if (runQueue.value > shareRunQueueMax * wait.mean * 1e3)
    return missing(
      t`a task waits ${micros(wait.mean)}, and the thread that takes one waits ${nanos(runQueue.value)} for a CPU: more threads would wait as well`,
    );
  return measured({
    value: saturatedShare,
    evidence: t`${percent(saturatedShare)} of ${integer(wait.count)} small tasks waited for more than ten idle round trips (${micros(floorUs)} each) before one of ${integer(threads)} threads took them; mean wait ${micros(wait.mean)}, of which the wait for a CPU is at most ${nanos(runQueue.value)}; writes and syncs of the log take ${percent(Math.min(1, use.value))} of the threads, their queue included`,
  });
}

/** Who stands there waits for the disk behind the write before it: the line is long because syncs are many or slow, and those are causes of their own. */
const DISK_LINES: ReadonlySet<string> = new Set(['append_slot', 'proposal_slot']);

/** By Little's law: what all waiters lose in a second, against all that is in flight, is the share of a request's time. */
function lockWaits(point: PointFacts): Measured<Seen> {
  const locks = leaderLocks(point);
  if (!locks.ok) return locks;
  const worst = worstLock(locks.value);
  const inFlight = point.summary.audit.littlesLaw.product;
  if (worst === undefined || !(inFlight > 0))
    return missing(t`the leader has no lock, or nothing was in flight`);
  const share = waitPerSecondNs(worst) / 1e9 / inFlight;
  const { reading: lock } = worst;
  const holder = worstHolder(lock);
  const blame =
    holder === null || lock.waitNs === 0
      ? t`nobody was seen holding it`
      : t`${percent(Math.min(1, holder.blameNs / lock.waitNs))} of it while \`${holder.who}\` held it (${integer(holder.count)} holds, longest hold of the lock ${nanos(lock.holdNsMax)})`;
  return measured({
    value: share,
    evidence: t`the waiters at \`${lock.name}\` (${translated(lock.layer)}) lose ${nanos(waitPerSecondNs(worst))} a second, ${percent(share)} of the time of all requests in flight; ${blame}`,
    bound: Math.min(1, share),
  });
}

/** Locks come with the costliest first. */
function worstLock(locks: readonly LockView[]): LockView | undefined {
  return locks.find(({ reading: { name } }) => !DISK_LINES.has(name));
}

function lockCommand(point: PointFacts, facts: Facts): string {
  const from = worstLock(valueOrNull(leaderLocks(point)) ?? [])?.from ?? MEASURED_PASS;
  return sweepAgain(facts, [point.point.ref.clients], from === MEASURED_PASS ? 'none' : from);
}

/** The longest of the probe's record, else of the node's own histogram: a pause matters by itself, however rare. */
function gcPauses(point: PointFacts, facts: Facts): Measured<Seen> {
  const { heartbeatMs } = facts.data.run.cluster;
  if (!(heartbeatMs > 0)) return missing(t`the heartbeat of the cluster is not known`);
  const capture = valueOrNull(leaderCapture(point.point, 'strata.gc/1'));
  const worst = capture?.kinds.reduce<{ kind: string; longestMs: number } | null>(
    (best, kind) => (kind.longestMs > (best?.longestMs ?? 0) ? kind : best),
    null,
  );
  const longestMs = worst?.longestMs ?? histogramLongestMs(point);
  if (longestMs === null) return missing(t`no collection was recorded`);
  const kind = worst == null ? '' : ` (${worst.kind})`;
  return measured({
    value: longestMs / heartbeatMs,
    evidence: t`the longest pause took ${micros(longestMs * 1e3)}${kind}, the heartbeat is due every ${micros(heartbeatMs * 1e3)}`,
  });
}

function histogramLongestMs(point: PointFacts): number | null {
  const last = valueOrNull(point.leader)?.histograms.runtime_gc_ns?.buckets.at(-1);
  return last === undefined ? null : bucketMiddle(last[0]) / 1e6;
}

function loopStalls(point: PointFacts, facts: Facts, { bad }: Terms): Measured<Seen> {
  const { heartbeatMs } = facts.data.run.cluster;
  if (!(heartbeatMs > 0)) return missing(t`the heartbeat of the cluster is not known`);
  const capture = leaderCapture(point.point, 'strata.event-loop/1');
  if (!capture.ok) return capture;
  const { stalls } = capture.value;
  const worst = stalls.reduce<(typeof stalls)[number] | null>(
    (best, stall) => (stall.ms > (best?.ms ?? 0) ? stall : best),
    null,
  );
  if (worst === null) return missing(t`no turn of the loop was seen to hold it up`);
  const long = stalls.filter((stall) => stall.ms >= heartbeatMs * bad).length;
  const turns = long === 1 ? t`1 turn` : t`${integer(long)} turns`;
  const where = worst.where === null ? t`at a place that no profile saw` : t`in \`${worst.where}\``;
  return measured({
    value: worst.ms / heartbeatMs,
    evidence: t`${turns} of at least ${percent(bad)} of a heartbeat (${micros(heartbeatMs * 1e3)}), the longest ${micros(worst.ms * 1e3)} ${where}`,
  });
}

function unattributedThreads(point: PointFacts, _facts: Facts, { bad }: Terms): Measured<Seen> {
  return seenWith(leaderCapture(point.point, 'strata.perf/1'), (capture) => {
    const share = layerShare(capture, 'unattributed');
    return {
      value: share,
      evidence: t`${percent(share)} of the CPU time of all threads has no owner (alert above ${percent(bad)})`,
      bound: share,
    };
  });
}
