import { fromLeader } from '../kpi/leader-readings.js';
import { valueOrNull } from '../measures/measured.js';
import { mainThreadRunqueueShare, mainThreadShare } from '../measures/node-measures.js';
import type { PointFacts } from '../report/facts.js';

/** From here on the leader's main thread has no room left: whatever it does not need itself, others keep from it. */
export const FULL_THREAD_SHARE = 0.85;

/** What the leader's main thread wants of a CPU, as shares of the window. */
export interface MainThreadDemand {
  readonly onCpu: number;
  /** Ready to run, and without a CPU; null where the kernel does not tell. */
  readonly waiting: number | null;
  /** Both together. */
  readonly share: number;
}

/** Null where /proc gave nothing. */
export function mainThreadDemand(point: PointFacts): MainThreadDemand | null {
  const onCpu = valueOrNull(fromLeader(point, mainThreadShare));
  if (onCpu === null) return null;
  const waiting = valueOrNull(fromLeader(point, mainThreadRunqueueShare));
  // Both are read at slightly other times than the ends of the window.
  return { onCpu, waiting, share: Math.min(1, onCpu + (waiting ?? 0)) };
}
