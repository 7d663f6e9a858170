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

/** The part of `testing.lab` that concerns the loop. */
export type LoopLab = Pick<NodeConfig['testing']['lab'], 'lock' | 'applier'>;

/** What a node does otherwise that is to behave as older designs do; `EVERYDAY` for one that is not. */
export function labStrategies({ applier, lock }: LoopLab, metrics: Metrics, clock: Stamps): Strategies {
  const locked = LOCKS[lock](metrics, clock);
  return applier === 'notify' ? locked : polling(locked, POLLS_MS[applier]);
}

const LOCKS = { none: () => EVERYDAY, global: globalLock, split: splitLocks } as const;
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
  return { ...lockedLog(lock), reads: (...parts) => new LockedReadDesk(parts, lock) };
}

/** One lock for the log, held across the disk, and one for the state, which is not. */
function splitLocks(metrics: Metrics, clock: Stamps): Strategies {
  const stamps = metrics.stampsOf(clock);
  const logHelp = 'One lock that writes hold until they are durable here, appends of a leader likewise.';
  const stateHelp = 'One lock that applies hold; reads take it too.';
  const logLock = new AsyncLock(metrics.lock('consensus_log_lock', logHelp, ['write', 'append']), stamps);
  const stateLock = new AsyncLock(metrics.lock('state_apply_lock', stateHelp, ['apply', 'read']), stamps);
  return {
    ...lockedLog(logLock),
    reads: (...parts) => new LockedReadDesk(parts, stateLock),
    applier: (context, parts) =>
      new LockedApplier(EVERYDAY.applier(context, parts), stateLock, context.schedule),
  };
}

function lockedLog(lock: Mutex<'write' | 'append'>): Strategies {
  let locked: LockedLog | null = null;
  return {
    ...EVERYDAY,
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
