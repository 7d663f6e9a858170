import type { Clock } from '../ports/clock.js';
import type { LockMeter } from '../ports/lock.js';
import type { Histogram, Stamps } from '../ports/metrics.js';
import { MetricsRegistry } from './metrics-registry.js';

const PHASE_MS = 1_000;
/** A phase begins this much late at most, but for delays of the loop. */
const CHECK_MS = 5;

/** Which phase of alternation a moment of the machine's monotonic clock belongs to; all processes of a machine agree without a word. */
export function phaseAt(nowNs: number): number {
  return Math.floor(nowNs / (PHASE_MS * 1e6));
}

/**
 * Thue and Morse's sequence, on off off on off on on off …: each four phases hold two of each, and neither a drift of the machine, linear or quadratic, nor anything
 * with a period tells the two kinds apart.
 */
export function isMeasuringIn(phase: number): boolean {
  let rest = phase;
  let ones = 0;
  for (; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones % 2 === 0;
}

/**
 * Instrumentation that is on in one second and off in the next, inside one process: what differs between the two is what running it costs, without the
 * difference that two processes make which do not differ. Both halves pay for asking which half it is. What such a node tells of itself is of no use.
 */
export class Alternation {
  isOn = true;

  constructor(clock: Pick<Clock, 'nowNs' | 'every'>) {
    const look = (): void => {
      this.isOn = isMeasuringIn(phaseAt(clock.nowNs()));
    };
    look();
    clock.every(CHECK_MS, look);
  }

  /** An object whose methods are those of `on` in one phase and those of `off` in the other; `off` names them. */
  between<Methods extends object>(on: Methods, off: Methods): Methods {
    const calls = Object.keys(off) as (keyof Methods)[];
    const bound = calls.map((name) => {
      const loud = (on[name] as (...values: unknown[]) => unknown).bind(on);
      const quiet = off[name] as (...values: unknown[]) => unknown;
      return [name, (...values: unknown[]) => (this.isOn ? loud(...values) : quiet(...values))] as const;
    });
    return Object.fromEntries(bound) as Methods;
  }
}

/** Histograms, locks and stamps that alternate; counters and gauges always count. */
export class AlternatingRegistry extends MetricsRegistry {
  readonly #alternation: Alternation;

  constructor(alternation: Alternation) {
    super();
    this.#alternation = alternation;
  }

  override histogram(name: string, help: string): Histogram {
    const alternation = this.#alternation;
    const histogram = super.histogram(name, help);
    return {
      record(value) {
        if (alternation.isOn) histogram.record(value);
      },
    };
  }

  override lock<User extends string>(name: string, help: string, users: readonly User[]): LockMeter<User> {
    return new AlternatingMeter(super.lock(name, help, users), this.#alternation);
  }

  override stampsOf(clock: Stamps): Stamps {
    const alternation = this.#alternation;
    return { nowNs: () => (alternation.isOn ? clock.nowNs() : 0) };
  }
}

/** An account has to hear of the end of what it heard the beginning of, so it changes only while nobody waits and nobody holds. */
class AlternatingMeter<User extends string> implements LockMeter<User> {
  readonly #meter: LockMeter<User>;
  readonly #alternation: Alternation;
  #isOn = false;
  #isHeld = false;
  #waiting = 0;

  constructor(meter: LockMeter<User>, alternation: Alternation) {
    this.#meter = meter;
    this.#alternation = alternation;
  }

  passed(user: User): void {
    if (this.#look()) this.#meter.passed(user);
  }

  refused(user: User): void {
    if (this.#look()) this.#meter.refused(user);
  }

  waits(nowNs: number): void {
    if (this.#look()) this.#meter.waits(nowNs);
    this.#waiting += 1;
  }

  granted(user: User, sinceNs: number, nowNs: number): void {
    if (this.#isOn) this.#meter.granted(user, sinceNs, nowNs);
    this.#waiting -= 1;
  }

  gaveUp(user: User, sinceNs: number, nowNs: number): void {
    if (this.#isOn) this.#meter.gaveUp(user, sinceNs, nowNs);
    this.#waiting -= 1;
  }

  held(user: User, nowNs: number): void {
    if (this.#look()) this.#meter.held(user, nowNs);
    this.#isHeld = true;
  }

  released(nowNs: number): void {
    if (this.#isOn) this.#meter.released(nowNs);
    this.#isHeld = false;
  }

  gathered(holder: User, user: User, waiters: number, waitNs: number, holdNs: number): void {
    if (this.#look()) this.#meter.gathered(holder, user, waiters, waitNs, holdNs);
  }

  #look(): boolean {
    if (this.#waiting === 0 && !this.#isHeld) this.#isOn = this.#alternation.isOn;
    return this.#isOn;
  }
}
