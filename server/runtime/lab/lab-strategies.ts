import type { NodeConfig } from '../../config/config.js';
import { InvariantError } from '../../errors.js';
import type { Metrics, Stamps } from '../../ports/metrics.js';
import { AsyncLock } from '../async-lock.js';
import { EVERYDAY, type Strategies } from '../strategies.js';
import { LockedLog } from './locked-log.js';
import { LockedReadDesk } from './locked-read-desk.js';
import { LockedWriteDesk } from './locked-write-desk.js';
import { PollingApplier } from './polling-applier.js';

/** The part of `testing.lab` that concerns the loop. */
export type LoopLab = Pick<NodeConfig['testing']['lab'], 'lock' | 'applier'>;

/** What a node does otherwise that is to behave as older designs do; `EVERYDAY` for one that is not. */
export function labStrategies({ applier, lock }: LoopLab, metrics: Metrics, clock: Stamps): Strategies {
  const locked = lock === 'none' ? EVERYDAY : globalLock(metrics, clock);
  return applier === 'notify' ? locked : polling(locked, POLLS_MS[applier]);
}

const POLLS_MS = { 'poll-10ms': 10, 'poll-20ms': 20 } as const;

function polling(strategies: Strategies, pollMs: number): Strategies {
  return {
    ...strategies,
    applier: (context, parts) =>
      new PollingApplier(strategies.applier(context, parts), context.clock, pollMs, context.schedule),
  };
}

/** One lock for everything that touches the log, held across the disk. */
function globalLock(metrics: Metrics, clock: Stamps): Strategies {
  const help =
    'One lock that writes hold until they are durable here, appends of a leader likewise; reads take it too.';
  const meter = metrics.lock('consensus_global_lock', help, ['write', 'append', 'read']);
  const lock = new AsyncLock(meter, metrics.stampsOf(clock));
  let locked: LockedLog | null = null;
  return {
    ...EVERYDAY,
    log: (log) => {
      locked = new LockedLog(log, lock);
      return locked;
    },
    writes: (...parts) => new LockedWriteDesk(parts, present(locked), lock),
    reads: (...parts) => new LockedReadDesk(parts, lock),
  };
}

function present(log: LockedLog | null): LockedLog {
  if (log === null) throw new InvariantError('the desk is made before the log that it locks');
  return log;
}
