import type { LockReading, NodeWindow } from '../../../../results/schema/index.js';
import type { Pass } from './lab-cluster.js';
import { prove } from './proof.js';

const NS_PER_SECOND = 1e9;
/** Reads of a window take the lock once each, but for those that its ends cut. */
const LOCKED_SHARE_MIN = 0.8;

/** What the locks of `testing.lab.lock` did in a window, by name; the slots that every node has are no such locks. */
export type LockWaits = readonly Pick<
  LockReading,
  'name' | 'acquisitions' | 'contended' | 'waitNs' | 'waiters'
>[];

export function labLocks({ locks = [] }: Pick<NodeWindow, 'locks'>): LockWaits {
  return locks.filter(({ name }) => name.endsWith('_lock'));
}

/**
 * Share of all requests' time that was spent waiting for a lock at the leader, 0 to 1. A wait counts when it ends: requests that began before the window bring theirs
 * along whole, which in a short window can make more than all of the time.
 */
export function lockShare({ leader, underWay }: Pick<Pass, 'leader' | 'underWay'>): number {
  const waitNs = labLocks(leader).reduce((sum, lock) => sum + lock.waitNs, 0);
  return Math.min(1, waitNs / (underWay * leader.seconds * NS_PER_SECOND));
}

export interface LockLoad {
  /** So many requests at a time that writes must meet each other; with fewer nobody need. */
  readonly isCrowded: boolean;
  /** Linearizable reads of the window; 0 where there were writes only. */
  readonly reads: number;
  /** Some clients only read, so many reads are under way at any time; otherwise most clients may be stuck in a write. */
  readonly hasReaders?: boolean;
}

/** Names of the locks of each arm. */
const LOCKS: Readonly<Record<string, readonly string[]>> = {
  none: [],
  global: ['global_lock'],
  split: ['apply_lock', 'log_lock'],
};

/**
 * The arm has its locks and no other, and each of them did what it is there for: writes waited for the one that is held across the disk; reads waited for that one
 * too in `global`, and in `split` took that of the state instead.
 *
 * @throws UnprovenError
 */
export function proveLocks(
  arm: string,
  locks: LockWaits,
  { isCrowded, reads, hasReaders = false }: LockLoad,
): void {
  const names = locks.map(({ name }) => name).sort();
  prove(names.join() === LOCKS[arm]?.join(), arm, `its locks are ${names.join(', ') || 'none'}`);
  if (arm === 'none') return;
  const held = arm === 'global' ? 'global_lock' : 'log_lock';
  const writesWaited = waitsOf(locks, held, 'write');
  if (isCrowded) prove(writesWaited > 0, arm, `writes waited ${writesWaited} times for its ${held}`);
  if (reads === 0) return;
  const readsWaited = waitsOf(locks, held, 'read');
  const counted = `${reads} reads waited ${readsWaited} times for its ${held}`;
  if (arm === 'global') prove(!isCrowded || readsWaited > 0, arm, counted);
  else {
    prove(readsWaited === 0, arm, counted);
    const readsMet = waitsOf(locks, 'apply_lock', 'read');
    if (hasReaders) prove(readsMet > 0, arm, `reads waited ${readsMet} times for its apply_lock`);
    proveStateLock(arm, locks, reads);
  }
}

/** Every read took the lock of the state. @throws UnprovenError */
export function proveStateLock(arm: string, locks: LockWaits, reads: number): void {
  const taken = locks.find(({ name }) => name === 'apply_lock')?.acquisitions ?? 0;
  const counted = `the lock of the state was taken ${taken} times for ${Math.round(reads)} reads`;
  prove(taken >= LOCKED_SHARE_MIN * reads, arm, counted);
}

function waitsOf(locks: LockWaits, name: string, user: string): number {
  const lock = locks.find((one) => one.name === name);
  return lock?.waiters.find(({ who }) => who === user)?.count ?? 0;
}
