import { layerShare } from '../cpu/cpu-profile.js';
import { isNativeLock, perfInclusiveShare } from '../cpu/perf-profile.js';
import { type CaptureName, leaderCapture } from '../measures/captures.js';
import { UNATTRIBUTED_MAX } from '../measures/descriptors.js';
import { leaderLocks, MEASURED_PASS, waitPerSecondNs, worstHolder } from '../measures/locks.js';
import { valueOrNull } from '../measures/measured.js';
import { clockMeans, dominantClock, type SyncClock, splitSyncs } from '../measures/sync-clocks.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { shareOf } from '../stages/budget.js';
import { bucketMiddle } from '../statistics/histogram.js';
import { integer, micros, nanos, percent } from '../tables/format.js';
import type { AdviceRule, Evidence } from './advice-rule.js';

/** A clock that takes less of a sync than this does not explain it, even if it is the largest. */
const DOMINANT_MIN = 0.4;
/** Fewer syncs than this are an anecdote. */
const SYNCS_MIN = 50;
/** Of the time of all requests in flight. */
const LOCK_SHARE_MIN = 0.05;
const POOL_SATURATED_MIN = 0.1;
/** The document: lock functions above 15 % of the CPU need another granularity. */
const NATIVE_LOCK_MIN = 0.15;
/** A pause of this share of a heartbeat makes followers doubt their leader. */
const HEARTBEAT_SHARE = 0.5;

/** Rules over what single probes saw: clocks of a sync, locks and their holders, pauses, stalls, the pool. */
export const EVIDENCE_RULES: readonly AdviceRule[] = [
  {
    id: 'pool-queue',
    claims: ['L4', 'L9'],
    layer: 'io',
    of: 'mean latency of a write',
    title: 'Syncs wait for a thread of the pool',
    action:
      "Raise `UV_THREADPOOL_SIZE`, send fewer blocking calls through libuv's pool (DNS, zlib, crypto, other files), or sync on a thread of its own.",
    examine: (point) => clockEvidence(point, 'queue', 'between the call and its entry into the kernel'),
    command: probeCommand('strata.sync-calls/1'),
  },
  {
    id: 'sync-wakeup',
    claims: ['L4', 'C1'],
    layer: 'runtime',
    of: 'mean latency of a write',
    title: 'Finished syncs wait for the event loop',
    action:
      'The disk is done, the loop is not there: cut CPU per request (section 3.2 names the functions), split long turns, or take the acknowledgement off the loop.',
    examine: (point) => clockEvidence(point, 'wake', 'between the return from the kernel and the callback'),
    command: probeCommand('strata.sync-calls/1'),
  },
  {
    id: 'pool-saturated',
    claims: ['L9'],
    layer: 'io',
    of: 'mean latency of a write',
    title: "libuv's thread pool is saturated",
    action:
      'Raise `UV_THREADPOOL_SIZE` to the number of blocking calls that may run at once, or make fewer of them.',
    examine: poolSaturated,
    command: probeCommand('strata.pool/1'),
  },
  {
    id: 'lock-contention',
    claims: ['C2', 'C3'],
    layer: 'consensus',
    of: 'mean latency of a write',
    title: 'Requests wait for one another at a lock',
    action:
      'Shorten what the named holder does while it holds the lock, above all I/O; then split the lock by what it guards.',
    examine: lockContention,
    command: lockCommand,
  },
  {
    id: 'native-locks',
    claims: ['C2', 'C10'],
    layer: 'runtime',
    of: 'CPU time of the leader',
    title: 'Native locks cost too much CPU',
    action:
      'Fewer tasks through the thread pool and fewer messages between threads: join small ones into one.',
    examine: nativeLocks,
    command: probeCommand('strata.perf/1'),
  },
  {
    id: 'gc-pauses',
    claims: ['C10'],
    layer: 'runtime',
    of: 'throughput',
    title: 'A garbage collection stops the loop for a good part of a heartbeat',
    action:
      'Keep large long-lived objects outside the heap (buffers), allocate less per request (allocation sites: under "Process and machine"), and give the young generation more room (`--max-semi-space-size`).',
    examine: gcPauses,
    command: probeCommand('strata.gc/1'),
  },
  {
    id: 'loop-stalls',
    claims: ['C10', 'N1'],
    layer: 'runtime',
    of: 'throughput',
    title: 'Single turns hold the event loop up for a good part of a heartbeat',
    action: 'Cut the named function into pieces that give the loop back, or move it to a thread.',
    examine: loopStalls,
    command: probeCommand('strata.event-loop/1'),
  },
  {
    id: 'unattributed-threads',
    claims: [],
    layer: 'runtime',
    of: 'CPU time of the leader',
    title: 'Too much CPU of all threads belongs to no layer',
    action:
      'Not a cost but a blind spot: start the nodes with the flags that name JavaScript for perf, and give the functions marked `unattributed` an owner.',
    examine: unattributedThreads,
    command: probeCommand('strata.perf/1'),
  },
];

/** The pass that gave the evidence, again. */
function probeCommand(schema: CaptureName): (point: PointFacts) => string {
  return (point) => {
    const capture = valueOrNull(leaderCapture(point.point, schema));
    return sweepCommand(point, capture?.probe ?? 'none');
  };
}

function sweepCommand(point: PointFacts, probe: string): string {
  return `strata sweep --levels ${point.point.ref.clients} --probes ${probe}`;
}

function clockEvidence(point: PointFacts, clock: SyncClock, where: string): Evidence | null {
  const capture = valueOrNull(leaderCapture(point.point, 'strata.sync-calls/1'));
  if (capture === null) return null;
  const { syncs, hasFlush } = splitSyncs(capture);
  const means = clockMeans(syncs, hasFlush);
  const most = dominantClock(means);
  if (means === null || most === null || syncs.length < SYNCS_MIN) return null;
  if (most.clock !== clock || most.share < DOMINANT_MIN) return null;
  const budget = valueOrNull(point.writeBudget);
  return {
    text: `${nanos(most.share * means.observedNs)} of a mean sync of ${nanos(means.observedNs)} pass ${where} (${percent(most.share)}, ${integer(syncs.length)} syncs by \`${capture.probe}\`)`,
    bound: budget === null ? null : shareOf(budget, ['fsync', 'remoteSync']) * most.share,
  };
}

function poolSaturated(point: PointFacts): Evidence | null {
  const capture = valueOrNull(leaderCapture(point.point, 'strata.pool/1'));
  if (capture === null || capture.saturatedShare < POOL_SATURATED_MIN) return null;
  const { wait, threads, saturatedShare, floorUs } = capture;
  return {
    text: `${percent(saturatedShare)} of ${integer(wait.count)} small tasks waited for more than ten idle round trips (${micros(floorUs)} each) before one of ${integer(threads)} threads took them; mean wait ${micros(wait.mean)}`,
    bound: null,
  };
}

/** By Little's law: what all waiters lose in a second, against all that is in flight, is the share of a request's time. */
function lockContention(point: PointFacts): Evidence | null {
  const worst = valueOrNull(leaderLocks(point))?.[0];
  const inFlight = point.summary.audit.littlesLaw.product;
  if (worst === undefined || !(inFlight > 0)) return null;
  const share = waitPerSecondNs(worst) / 1e9 / inFlight;
  if (share < LOCK_SHARE_MIN) return null;
  const { reading } = worst;
  const holder = worstHolder(reading);
  const blame =
    holder === null || reading.waitNs === 0
      ? 'nobody was seen holding it'
      : `${percent(Math.min(1, holder.blameNs / reading.waitNs))} of it while \`${holder.who}\` held it (${integer(holder.count)} holds, longest hold of the lock ${nanos(reading.holdNsMax)})`;
  return {
    text: `the waiters at \`${reading.name}\` (${reading.layer}) lose ${nanos(waitPerSecondNs(worst))} a second, ${percent(share)} of the time of all requests in flight; ${blame}`,
    bound: Math.min(1, share),
  };
}

function lockCommand(point: PointFacts): string {
  const from = valueOrNull(leaderLocks(point))?.[0]?.from ?? MEASURED_PASS;
  return sweepCommand(point, from === MEASURED_PASS ? 'none' : from);
}

function nativeLocks(point: PointFacts): Evidence | null {
  const capture = valueOrNull(leaderCapture(point.point, 'strata.perf/1'));
  if (capture === null) return null;
  const share = perfInclusiveShare(capture, isNativeLock);
  if (share <= NATIVE_LOCK_MIN) return null;
  return {
    text: `${percent(share)} of the CPU time of all threads is in functions of native locks (alert above ${percent(NATIVE_LOCK_MIN)})`,
    bound: share,
  };
}

/** The longest of the probe's record, else of the node's own histogram: a pause matters by itself, however rare. */
function gcPauses(point: PointFacts, facts: Facts): Evidence | null {
  const limitMs = facts.data.run.cluster.heartbeatMs * HEARTBEAT_SHARE;
  const capture = valueOrNull(leaderCapture(point.point, 'strata.gc/1'));
  const worst = capture?.kinds.reduce<{ kind: string; longestMs: number } | null>(
    (best, kind) => (kind.longestMs > (best?.longestMs ?? 0) ? kind : best),
    null,
  );
  const longestMs = worst?.longestMs ?? histogramLongestMs(point);
  if (longestMs === null || limitMs <= 0 || longestMs < limitMs) return null;
  const kind = worst == null ? '' : ` (${worst.kind})`;
  return {
    text: `the longest pause took ${micros(longestMs * 1e3)}${kind}, the heartbeat is due every ${micros(facts.data.run.cluster.heartbeatMs * 1e3)}`,
    bound: null,
  };
}

function histogramLongestMs(point: PointFacts): number | null {
  const last = valueOrNull(point.leader)?.histograms.runtime_gc_ns?.buckets.at(-1);
  return last === undefined ? null : bucketMiddle(last[0]) / 1e6;
}

function loopStalls(point: PointFacts, facts: Facts): Evidence | null {
  const { heartbeatMs } = facts.data.run.cluster;
  const capture = valueOrNull(leaderCapture(point.point, 'strata.event-loop/1'));
  const long = (capture?.stalls ?? []).filter((stall) => stall.ms >= heartbeatMs * HEARTBEAT_SHARE);
  const worst = long.reduce<(typeof long)[number] | null>(
    (best, stall) => (stall.ms > (best?.ms ?? 0) ? stall : best),
    null,
  );
  if (worst === null || heartbeatMs <= 0) return null;
  const where = worst.where === null ? 'at a place that no profile saw' : `in \`${worst.where}\``;
  return {
    text: `${integer(long.length)} ${long.length === 1 ? 'turn' : 'turns'} of at least half a heartbeat (${micros(heartbeatMs * 1e3)}), the longest ${micros(worst.ms * 1e3)} ${where}`,
    bound: null,
  };
}

function unattributedThreads(point: PointFacts): Evidence | null {
  const capture = valueOrNull(leaderCapture(point.point, 'strata.perf/1'));
  const share = capture === null ? 0 : layerShare(capture, 'unattributed');
  if (share <= UNATTRIBUTED_MAX) return null;
  return {
    text: `${percent(share)} of the CPU time of all threads has no owner (alert above ${percent(UNATTRIBUTED_MAX)})`,
    bound: share,
  };
}
