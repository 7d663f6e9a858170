import { StateMachine } from '../../state/state-machine.js';
import { MetricsRegistry } from '../metrics-registry.js';
import type { NodeContext } from '../node-context.js';
import type { ServiceLimits } from '../runtime-options.js';

export const LIMITS: ServiceLimits = {
  valueBytesMax: 1 << 20,
  sessionsMax: 100,
  sessionAnswersMax: 10,
  stateBytesMax: 1 << 30,
  keysMax: 1_000_000,
  watchesMax: 100,
  watchHistoryEvents: 1_000,
  watchHistoryBytesMax: 1 << 20,
  watchBacklogEvents: 100,
  watchHistory: 'on-demand',
  waitingRequestsMax: 10_000,
  waitingBytesMax: 1 << 26,
  applyLagEntriesMax: 1_000,
};

/** What a single desk needs, for tests of it alone: a state machine, limits, metrics, and a loop that only counts its calls. */
export interface DeskContext extends NodeContext {
  readonly scheduled: { count: number };
}

export function deskContext(
  limits: Partial<ServiceLimits> = {},
  more: Partial<NodeContext> = {},
): DeskContext {
  const scheduled = { count: 0 };
  const parts = {
    machine: new StateMachine(),
    limits: { ...LIMITS, ...limits },
    metrics: new MetricsRegistry(),
    schedule: () => {
      scheduled.count += 1;
    },
    leadingTerm: 0,
    transferTerm: 0,
    isStopped: false,
    isRemoved: false,
    raw: { commitIndex: 0 },
    log: { health: { isFull: false, busySinceNs: 0, segmentBytes: 0 } },
    scheduled,
    ...more,
  };
  // The desks under test touch no more than this; one that does fails at once.
  return parts as unknown as DeskContext;
}
