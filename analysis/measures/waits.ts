import type { LayerName, NodeWindow, Percentiles } from '../../results/schema/index.js';
import { t, translated } from '../language/language.js';
import type { PointFacts } from '../report/facts.js';
import { backpressureWaits } from './backpressure.js';
import { leaderCapture } from './captures.js';
import { futexByThread } from './descriptors.js';
import {
  leaderAtomics,
  leaderLocks,
  MEASURED_PASS,
  meanWaitNs,
  waitPerSecondNs,
  wasContended,
} from './locks.js';
import { type Measured, measured, missing } from './measured.js';
import { compareText } from './node-measures.js';
import { QUEUES } from './queues.js';
import { histogramWait, NO_PERCENTILE, type Wait } from './wait.js';

const SAMPLED = 'samples of a lateness do not add up';
const SUM_ONLY = 'the kernel keeps only the sum of this wait';

/** Every wait of the leader that the run knows of, the costliest first within its layer. */
export function leaderWaits(point: PointFacts): Measured<readonly Wait[]> {
  if (!point.leader.ok) return point.leader;
  const node = point.leader.value;
  return measured([
    ...QUEUES.map((queue) => histogramWait(node, queue, queue.waiters(node, point))),
    ...lockWaits(point),
    ...atomicsWaits(point),
    ...lateness(point),
    ...futexWaits(point),
    ...runQueueWaits(node),
    ...backpressureWaits(node),
  ]);
}

/** Kept in the account of the locks, though nobody could go on without it. */
const GATHERINGS: ReadonlySet<string> = new Set(['proposal_slot']);

function lockWaits(point: PointFacts): Wait[] {
  const locks = leaderLocks(point);
  if (!locks.ok) return [];
  return locks.value.filter(wasContended).map((view) => {
    const { name, layer, contended, waitNsMax, waitersMax } = view.reading;
    return {
      layer,
      name: t`lock ${name}`,
      lock: name,
      what: GATHERINGS.has(name)
        ? t`writes that gather behind the leader's own append, as group commit wants them to: no lock, at most ${waitersMax} at once`
        : t`an asynchronous lock, at most ${waitersMax} in its queue`,
      count: measured(contended),
      meanNs: meanWaitNs(view.reading),
      p99Ns: missing(translated(NO_PERCENTILE)),
      longestNs: measured(waitNsMax),
      waiters: measured(1),
      lostNsPerSecond: measured(waitPerSecondNs(view)),
      from: view.from,
    };
  });
}

function atomicsWaits(point: PointFacts): Wait[] {
  const found = leaderAtomics(point);
  if (!found.ok) return [];
  const { atomics, capture } = found.value;
  return [
    {
      layer: 'runtime',
      name: '`Atomics.wait`',
      what: t`a whole thread stands until another wakes it`,
      count: measured(atomics.waits),
      meanNs:
        atomics.waits === 0
          ? missing(t`nobody called it in the window`)
          : measured((atomics.waitMs * 1e6) / atomics.waits),
      p99Ns: missing(translated(NO_PERCENTILE)),
      longestNs: measured(atomics.longestMs * 1e6),
      waiters: measured(1),
      lostNsPerSecond: measured((atomics.waitMs * 1e6) / capture.seconds),
      from: capture.probe,
    },
  ];
}

function lateness(point: PointFacts): Wait[] {
  const loop = leaderCapture(point.point, 'strata.event-loop/1');
  const pool = leaderCapture(point.point, 'strata.pool/1');
  const waits: Wait[] = [];
  if (loop.ok) {
    const what = t`the loop comes late, sampled every ${loop.value.resolutionMs} ms`;
    waits.push(sampled('runtime', t`event loop delay`, what, loop.value.delay, loop.value.probe));
  }
  if (pool.ok) {
    const what = t`a task waits for one of the ${pool.value.threads} threads of libuv's pool, idle round trip taken off`;
    waits.push(sampled('io', t`pool queue`, what, pool.value.wait, pool.value.probe));
  }
  return waits;
}

function sampled(layer: LayerName, name: string, what: string, us: Percentiles, from: string): Wait {
  return {
    layer,
    name,
    what,
    count: measured(us.count),
    meanNs: measured(us.mean * 1e3),
    p99Ns: us.p99 === null ? missing(t`too few samples for this percentile`) : measured(us.p99 * 1e3),
    longestNs: measured(us.max * 1e3),
    waiters: missing(translated(SAMPLED)),
    lostNsPerSecond: missing(translated(SAMPLED)),
    from,
  };
}

/** Parked threads are left out: a pool that waits for work waits for no lock. */
function futexWaits(point: PointFacts): Wait[] {
  const capture = leaderCapture(point.point, 'strata.syscalls/1', (each) => each.futex !== undefined);
  if (!capture.ok) return [];
  return futexByThread(capture.value.futex ?? [])
    .filter((kind) => kind.waits > 0)
    .map((kind) => ({
      layer: kind.thread === 'pool' ? ('io' as const) : ('runtime' as const),
      name: t`futex, ${translated(kind.thread)} threads`,
      what: t`native locks; parked threads left out`,
      count: measured(kind.waits),
      meanNs: measured((kind.waitSeconds * 1e9) / kind.waits),
      p99Ns: missing(translated(NO_PERCENTILE)),
      longestNs: measured(kind.longestUs * 1e3),
      waiters: measured(1),
      lostNsPerSecond: measured((kind.waitSeconds * 1e9) / capture.value.seconds),
      from: capture.value.probe,
    }));
}

function runQueueWaits(node: NodeWindow): Wait[] {
  const sums = new Map<string, number>();
  for (const { kind, runqueueWaitMs } of node.proc?.threads ?? []) {
    sums.set(kind, (sums.get(kind) ?? 0) + runqueueWaitMs);
  }
  return [...sums]
    .filter(([, ms]) => ms > 0)
    .sort((one, other) => other[1] - one[1] || compareText(one[0], other[0]))
    .map(([kind, ms]) => ({
      layer: 'runtime' as const,
      name: t`run queue, ${translated(kind)} threads`,
      what: t`ready to run, and no CPU`,
      count: missing(translated(SUM_ONLY)),
      meanNs: missing(translated(SUM_ONLY)),
      p99Ns: missing(translated(SUM_ONLY)),
      longestNs: missing(translated(SUM_ONLY)),
      waiters: measured(1),
      lostNsPerSecond: measured((ms * 1e6) / node.seconds),
      from: MEASURED_PASS,
    }));
}
