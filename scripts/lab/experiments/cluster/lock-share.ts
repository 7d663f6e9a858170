import type { NodeWindow } from '../../../../results/schema/index.js';
import type { Pass } from './lab-cluster.js';
import { prove } from './proof.js';

const NS_PER_SECOND = 1e9;

/** What the locks of `testing.lab.lock` did in a window; the slots that every node has are no such locks. */
export interface LockWaits {
  readonly names: readonly string[];
  readonly waitNs: number;
  readonly contended: number;
}

export function labLocks({ locks = [] }: Pick<NodeWindow, 'locks'>): LockWaits {
  const ours = locks.filter(({ name }) => name.endsWith('_lock'));
  return {
    names: ours.map(({ name }) => name),
    waitNs: ours.reduce((sum, { waitNs }) => sum + waitNs, 0),
    contended: ours.reduce((sum, { contended }) => sum + contended, 0),
  };
}

/**
 * Share of all requests' time that was spent waiting for a lock at the leader, 0 to 1. A wait counts when it ends: requests that began before the window bring theirs
 * along whole, which in a short window can make more than all of the time.
 */
export function lockShare({ leader, underWay }: Pick<Pass, 'leader' | 'underWay'>): number {
  return Math.min(1, labLocks(leader).waitNs / (underWay * leader.seconds * NS_PER_SECOND));
}

/** Locks that an arm has, and that somebody waited for them. @throws UnprovenError */
export function proveLocks(arm: string, { names, contended }: LockWaits, isCrowded: boolean): void {
  const counted = `its locks are ${names.join(', ') || 'none'}, waited for ${contended} times`;
  if (arm === 'none') prove(names.length === 0, arm, counted);
  else if (arm === 'split') prove(names.length >= 2, arm, counted);
  else prove(names.length === 1, arm, counted);
  // Below that many requests at a time nobody need ever meet another.
  if (arm !== 'none' && isCrowded) prove(contended > 0, arm, counted);
}
