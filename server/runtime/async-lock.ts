import { InvariantError } from '../errors.js';
import type { LockMeter, Mutex, Release } from '../ports/lock.js';
import type { Stamps } from '../ports/metrics.js';

/**
 * A lock that is waited for by promises, first come, first served. Without contention it costs a promise and a count and reads no clock. With it the
 * hand-off is what the event loop takes from the release to the next holder's turn.
 */
export class AsyncLock<User extends string> implements Mutex<User> {
  readonly #meter: LockMeter<User>;
  readonly #stamps: Stamps;
  /** Those who wait, in order. */
  readonly #queue: (() => void)[] = [];
  /** Also while it is on its way to the next: who comes then does not overtake. */
  #isTaken = false;

  constructor(meter: LockMeter<User>, stamps: Stamps) {
    this.#meter = meter;
    this.#stamps = stamps;
  }

  async acquire(user: User): Promise<Release> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      this.#meter.passed(user);
      return this.#hold(user, 0);
    }
    const sinceNs = this.#stamps.nowNs();
    this.#meter.waits(sinceNs);
    await new Promise<void>((resolve) => this.#queue.push(resolve));
    const nowNs = this.#stamps.nowNs();
    this.#meter.granted(user, sinceNs, nowNs);
    return this.#hold(user, nowNs);
  }

  #hold(user: User, nowNs: number): Release {
    this.#meter.held(user, nowNs);
    let isOver = false;
    return () => {
      if (isOver) throw new InvariantError(`${user} released a lock twice`);
      isOver = true;
      this.#release();
    };
  }

  #release(): void {
    const next = this.#queue.shift();
    this.#isTaken = next !== undefined;
    this.#meter.released(next === undefined ? 0 : this.#stamps.nowNs());
    next?.();
  }
}
