import { type Echo, echoOf } from '../report/ceiling.js';
import type { Facts, PointFacts } from '../report/facts.js';
import type { AdviceRule } from '../rules/rule.js';
import { FULL_THREAD_SHARE, mainThreadDemand } from './main-thread-demand.js';

/** Above this a bound only says that the cause is everything. */
const BOUND_MAX = 0.99;

/** Time of the leader's main thread: the rate follows it only where the thread has no room left. */
const OF_MAIN_THREAD: ReadonlySet<AdviceRule['of']> = new Set([
  'CPU time of the leader',
  "time of the leader's main thread",
  "non-idle time of the leader's main thread",
]);

export function isOfMainThread(of: AdviceRule['of']): boolean {
  return OF_MAIN_THREAD.has(of);
}

export interface Growth {
  /** The throughput could become at most so many times what it is. */
  readonly factor: number;
  /** The empty HTTP server that allows no more, where Amdahl's law alone would. */
  readonly cappedBy: Echo | null;
}

/**
 * What may vanish of the mean latency: in a closed loop the rate is clients / latency, so that no more of it can go than brings the rate to that of an empty HTTP
 * server. Of other shares nothing is taken off.
 */
export function cappedShare(share: number, of: AdviceRule['of'], point: PointFacts, facts: Facts): number {
  const echo = echoOf(point, facts);
  if (of !== 'mean latency of a write' || echo === null || point.summary.reads > 0) return share;
  return Math.min(share, 1 - point.summary.throughputPerSecond / echo.throughputPerSecond);
}

/** How far the throughput could grow if this share vanished altogether; null where nothing follows for it. */
export function growthOf(
  share: number | null,
  of: AdviceRule['of'],
  point: PointFacts,
  facts: Facts,
): Growth | null {
  if (share === null || share >= BOUND_MAX || of === 'bytes written') return null;
  // At a rate that is offered, shorter writes are no more of them.
  if (of === 'mean latency of a write' && point.summary.mode !== 'closed') return null;
  const demand = mainThreadDemand(point)?.share ?? 0;
  if (isOfMainThread(of) && demand < FULL_THREAD_SHARE) return null;
  const factor = 1 / (1 - share);
  const echo = echoOf(point, facts);
  const ceiling = echo === null ? Infinity : echo.throughputPerSecond / point.summary.throughputPerSecond;
  return factor > ceiling ? { factor: ceiling, cappedBy: echo } : { factor, cappedBy: null };
}
