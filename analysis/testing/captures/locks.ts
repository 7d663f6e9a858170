import type { LockCapture, LockReading } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from './head.js';

/** `waitMs` in all, nine tenths of it blamed on a snapshot. */
export function madeUpLock(waitMs: number, name = 'append_slot'): LockReading {
  const waitNs = waitMs * 1e6;
  return {
    name,
    layer: 'log',
    acquisitions: 12_000,
    contended: 300,
    waitNs,
    waitNsMax: waitNs / 20,
    holdNs: waitNs / 10,
    holdNsMax: waitNs / 50,
    handOffNs: 900_000,
    waitersMax: 40,
    waiters: [
      { who: 'append', count: 280, waitNs: waitNs * 0.95 },
      { who: 'hard state', count: 20, waitNs: waitNs * 0.05 },
    ],
    holders: [
      { who: 'append', count: 30, blameNs: waitNs * 0.1 },
      { who: 'snapshot', count: 4, blameNs: waitNs * 0.9 },
    ],
  };
}

export function madeUpLocks(node: number, role: MadeUpRole, waitMs = 400): LockCapture {
  return {
    schema: 'strata.locks/1',
    ...madeUpHead('locks', node, role),
    locks: [
      madeUpLock(waitMs),
      { ...madeUpLock(0, 'snapshot_turn'), contended: 0, waiters: [], holders: [] },
    ],
    atomics: {
      waits: 3,
      waitMs: 12,
      longestMs: 9,
      callers: [{ where: 'join (server/runtime/worker.js:8)', layer: 'runtime', count: 3, waitMs: 12 }],
    },
  };
}
