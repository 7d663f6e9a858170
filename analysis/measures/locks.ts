import type { LockCapture, LockReading } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import type { PointFacts } from '../report/facts.js';
import { leaderCapture } from './captures.js';
import { type Measured, measured, missing } from './measured.js';
import { compareText } from './node-measures.js';

/** One lock of the leader, with the window that its sums belong to. */
export interface LockView {
  readonly reading: LockReading;
  readonly seconds: number;
  /** `measured pass`, or the probe that saw it. */
  readonly from: string;
}

export const MEASURED_PASS = 'measured pass';

/**
 * Locks of the leader, the one that cost its waiters most first. The measured pass knows best; a probe adds the locks that the node itself does
 * not report.
 */
export function leaderLocks(point: PointFacts): Measured<readonly LockView[]> {
  const capture = leaderCapture(point.point, 'strata.locks/1');
  const own = point.leader.ok ? point.leader.value.locks : undefined;
  if (own === undefined && !capture.ok) {
    return missing(
      point.leader.ok ? t`the node reported no locks, and no probe looked for them` : point.leader.because,
    );
  }
  const views: LockView[] = [];
  const seconds = point.leader.ok ? point.leader.value.seconds : 0;
  for (const reading of own ?? []) views.push({ reading, seconds, from: MEASURED_PASS });
  const known = new Set(views.map((view) => view.reading.name));
  if (capture.ok) {
    for (const reading of capture.value.locks) {
      if (known.has(reading.name)) continue;
      views.push({ reading, seconds: capture.value.seconds, from: capture.value.probe });
    }
  }
  return measured(
    views.sort(
      (one, other) =>
        waitPerSecondNs(other) - waitPerSecondNs(one) || compareText(one.reading.name, other.reading.name),
    ),
  );
}

/** Nanoseconds that all waiters of a lock lost in a second of the window. */
export function waitPerSecondNs(view: LockView): number {
  return view.reading.waitNs / view.seconds;
}

/** A lock that met nobody waiting is in the account of the locks, and no wait. */
export function wasContended(view: LockView): boolean {
  return view.reading.contended > 0 || view.reading.waitNs > 0;
}

/** Stands among the holders for the time in which nobody held the lock though somebody waited. */
const HAND_OFF = 'hand-off';

/** Holds that somebody waited for. */
export function holdsWaitedFor(reading: LockReading): number {
  return reading.holders.reduce((total, holder) => total + (holder.who === HAND_OFF ? 0 : holder.count), 0);
}

/** A wait that ended without the lock (given up, refused) counts in `contended` and has no waiter of its own. */
export function meanWaitNs(reading: LockReading): Measured {
  const waits = reading.waiters.reduce((total, waiter) => total + waiter.count, 0) || reading.contended;
  return waits === 0 ? missing(t`nobody waited for it in the window`) : measured(reading.waitNs / waits);
}

/** Who made the others wait most; null where nobody was seen holding it. */
export function worstHolder(reading: LockReading): LockReading['holders'][number] | null {
  return holdersByBlame(reading)[0] ?? null;
}

export function holdersByBlame(reading: LockReading): readonly LockReading['holders'][number][] {
  return [...reading.holders].sort(
    (one, other) => other.blameNs - one.blameNs || compareText(one.who, other.who),
  );
}

export function waitersByWait(reading: LockReading): readonly LockReading['waiters'][number][] {
  return [...reading.waiters].sort(
    (one, other) => other.waitNs - one.waitNs || compareText(one.who, other.who),
  );
}

/** `Atomics.wait` of the leader: a whole thread stands. */
export function leaderAtomics(
  point: PointFacts,
): Measured<{ readonly capture: LockCapture; readonly atomics: NonNullable<LockCapture['atomics']> }> {
  const capture = leaderCapture(point.point, 'strata.locks/1');
  if (!capture.ok) return capture;
  const { atomics } = capture.value;
  return atomics === null
    ? missing(t`the probe of locks could not watch \`Atomics.wait\` in this process`)
    : measured({ capture: capture.value, atomics });
}
