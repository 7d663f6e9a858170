import type { NodeConfig } from '../../config/config.js';
import { InvariantError } from '../../errors.js';
import type { Mutex } from '../../ports/lock.js';
import type { Metrics, Stamps } from '../../ports/metrics.js';
import { AsyncLock } from '../async-lock.js';
import { EVERYDAY, type Strategies } from '../strategies.js';
import { LockedApplier } from './locked-applier.js';
import { LockedLog } from './locked-log.js';
import { LockedReadDesk } from './locked-read-desk.js';
import { LockedWriteDesk } from './locked-write-desk.js';
import { PollingApplier } from './polling-applier.js';
import { StateReadDesk } from './state-read-desk.js';

/** The part of `testing.lab` that concerns the loop. */
export type LoopLab = Pick<NodeConfig['testing']['lab'], 'lock' | 'applier'>;

/** What a node does otherwise that is to behave as older designs do; `EVERYDAY` for one that is not. */
export function labStrategies({ applier, lock }: LoopLab, metrics: Metrics, clock: Stamps): Strategies {
  const locked = LOCKS[lock](metrics, clock);
  return applier === 'notify' ? locked : polling(locked, POLLS_MS[applier]);
}

const LOCKS = { none: () => EVERYDAY, global: globalLock, split: splitLocks, state: stateLock } as const;
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
  return { ...EVERYDAY, ...lockedLog(lock), reads: (...parts) => new LockedReadDesk(parts, lock) };
}

/** One lock for the log, held across the disk, and one for the state, which is not. */
function splitLocks(metrics: Metrics, clock: Stamps): Strategies {
  const help = 'One lock that writes hold until they are durable here, appends of a leader likewise.';
  const meter = metrics.lock('consensus_log_lock', help, ['write', 'append']);
  return { ...stateLock(metrics, clock), ...lockedLog(new AsyncLock(meter, metrics.stampsOf(clock))) };
}

/** One lock for the state, held around every apply and every lookup; the log has none. */
function stateLock(metrics: Metrics, clock: Stamps): Strategies {
  const help = 'One lock that applies hold, and reads while they look their keys up.';
  const meter = metrics.lock('state_apply_lock', help, ['apply', 'read']);
  const lock = new AsyncLock(meter, metrics.stampsOf(clock));
  return {
    ...EVERYDAY,
    reads: (...parts) => new StateReadDesk(parts, lock),
    applier: (context, parts) => new LockedApplier(EVERYDAY.applier(context, parts), lock, context.schedule),
  };
}

function lockedLog(lock: Mutex<'write' | 'append'>): Pick<Strategies, 'log' | 'writes'> {
  let locked: LockedLog | null = null;
  return {
    log: (log) => {
      locked = new LockedLog(log, lock);
      return locked;
    },
    writes: (...parts) => new LockedWriteDesk(parts, present(locked), lock),
  };
}

function present(log: LockedLog | null): LockedLog {
  if (log === null) throw new InvariantError('the desk is made before the log that it locks');
  return log;
}
