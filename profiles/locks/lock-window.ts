import type { LockReading } from '../../results/schema/index.js';

/** What a figure grew by between two readings; throws when it fell. */
export type Growth = (name: string, before: number, after: number) => number;

/**
 * Locks over a window: everything that adds up is a difference. The maxima are those since the start, because a maximum cannot be taken back.
 * A lock, waiter or holder that only the second reading has started from zero; one that nobody met in the window is left out of the lists.
 */
export function lockWindows(
  before: readonly LockReading[],
  after: readonly LockReading[],
  growth: Growth,
): LockReading[] {
  const former = new Map(before.map((lock) => [nameOf(lock), lock]));
  return after.map((lock) => lockWindow(former.get(nameOf(lock)), lock, growth));
}

function lockWindow(before: LockReading | undefined, after: LockReading, growth: Growth): LockReading {
  if (before === undefined) return after;
  const grown = (figure: 'acquisitions' | 'contended' | 'waitNs' | 'holdNs' | 'handOffNs'): number =>
    growth(`${nameOf(after)}.${figure}`, before[figure], after[figure]);
  const part = (who: string, figure: string, from: number | undefined, to: number): number =>
    growth(`${nameOf(after)}.${who}.${figure}`, from ?? 0, to);
  const waiters = new Map(before.waiters.map((waiter) => [waiter.who, waiter]));
  const holders = new Map(before.holders.map((holder) => [holder.who, holder]));
  return {
    ...after,
    acquisitions: grown('acquisitions'),
    contended: grown('contended'),
    waitNs: grown('waitNs'),
    holdNs: grown('holdNs'),
    handOffNs: grown('handOffNs'),
    waiters: after.waiters
      .map(({ who, count, waitNs }) => ({
        who,
        count: part(who, 'count', waiters.get(who)?.count, count),
        waitNs: part(who, 'waitNs', waiters.get(who)?.waitNs, waitNs),
      }))
      .filter(({ count, waitNs }) => count > 0 || waitNs > 0),
    holders: after.holders
      .map(({ who, count, blameNs }) => ({
        who,
        count: part(who, 'count', holders.get(who)?.count, count),
        blameNs: part(who, 'blameNs', holders.get(who)?.blameNs, blameNs),
      }))
      .filter(({ count, blameNs }) => count > 0 || blameNs > 0),
  };
}

function nameOf({ layer, name }: LockReading): string {
  return `${layer}_${name}`;
}
