import type { LockReading } from '../schema/index.js';

/** A lock that nobody took, but for what a test changes. */
export function lockReading(changes: Partial<LockReading> = {}): LockReading {
  return {
    name: 'append_slot',
    layer: 'log',
    acquisitions: 0,
    contended: 0,
    waitNs: 0,
    waitNsMax: 0,
    holdNs: 0,
    holdNsMax: 0,
    handOffNs: 0,
    waitersMax: 0,
    waiters: [],
    holders: [],
    ...changes,
  };
}
