import { InvariantError } from '../errors.js';
import type { LockMeter, LockReading } from '../ports/lock.js';

/** What one user waited, and made others wait. */
interface Tally {
  waits: number;
  waitNs: number;
  /** Holds that somebody waited for. */
  holds: number;
  blameNs: number;
}

/**
 * Blame is the number of waiters, summed over time and charged to whoever holds the lock meanwhile. It is brought up to date whenever one of the two
 * changes, so a reading costs nothing in between and the waits of all are charged to the last nanosecond.
 */
export class LockAccount<User extends string> implements LockMeter<User> {
  readonly #name: string;
  readonly #help: string;
  readonly #layer: string;
  readonly #tallies: ReadonlyMap<User, Tally>;
  readonly #handOff = emptyTally();
  #acquisitions = 0;
  #contended = 0;
  #waitNsMax = 0;
  #holdNs = 0;
  #holdNsMax = 0;
  #handOffNs = 0;
  #waitersMax = 0;
  #waiting = 0;
  #holder: Tally | null = null;
  /** When the hold began, or was first waited for when that is not known; 0 before. */
  #heldSinceNs = 0;
  #isWaitedFor = false;
  /** When the last holder left somebody waiting, 0 otherwise. */
  #releasedNs = 0;
  /** Up to here waits are charged. */
  #chargedNs = 0;

  /** `layer` and `name` apart: the first word of a metric's name is its layer. */
  constructor(options: {
    readonly layer: string;
    readonly name: string;
    readonly help: string;
    readonly users: readonly User[];
  }) {
    this.#layer = options.layer;
    this.#name = options.name;
    this.#help = options.help;
    this.#tallies = new Map(options.users.map((user) => [user, emptyTally()]));
  }

  passed(_user: User): void {
    this.#acquisitions += 1;
  }

  refused(user: User): void {
    this.#contended += 1;
    this.#tally(user).waits += 1;
  }

  waits(nowNs: number): void {
    if (this.#waiting === 0) this.#chargedNs = nowNs;
    this.#charge(nowNs);
    // Stamps of two sources may cross by a little: this one has waited since before the newest of the others.
    if (nowNs < this.#chargedNs) this.#current.blameNs += this.#chargedNs - nowNs;
    this.#waiting += 1;
    this.#waitersMax = Math.max(this.#waitersMax, this.#waiting);
    if (this.#holder !== null && !this.#isWaitedFor) this.#beginContention(this.#holder, nowNs);
  }

  granted(user: User, sinceNs: number, nowNs: number): void {
    this.#leave(user, sinceNs, nowNs);
    this.#endHandOff(nowNs);
    this.#acquisitions += 1;
  }

  gaveUp(user: User, sinceNs: number, nowNs: number): void {
    this.#leave(user, sinceNs, nowNs);
    // Nobody is left to be handed what was released.
    if (this.#waiting === 0) this.#releasedNs = 0;
  }

  held(user: User, nowNs: number): void {
    if (this.#holder !== null) this.#endHold(nowNs);
    this.#charge(nowNs);
    this.#endHandOff(nowNs);
    this.#holder = this.#tally(user);
    this.#heldSinceNs = nowNs;
    if (this.#waiting > 0) this.#beginContention(this.#holder, nowNs);
  }

  released(nowNs: number): void {
    if (this.#holder === null) throw new InvariantError(`${this.#name} is released and nobody holds it`);
    this.#endHold(nowNs);
    if (this.#waiting > 0) this.#releasedNs = nowNs;
  }

  gathered(holder: User, user: User, waiters: number, waitNs: number, holdNs: number): void {
    if (this.#waiting !== 0 || this.#holder !== null)
      throw new InvariantError(
        `${this.#name} is told of ${waiters} waits while ${this.#waiting} are under way`,
      );
    const waited = this.#tally(user);
    waited.waits += waiters;
    waited.waitNs += waitNs;
    const held = this.#tally(holder);
    held.holds += 1;
    held.blameNs += waitNs;
    this.#acquisitions += waiters;
    this.#contended += waiters;
    this.#waitNsMax = Math.max(this.#waitNsMax, holdNs);
    this.#holdNs += holdNs;
    this.#holdNsMax = Math.max(this.#holdNsMax, holdNs);
    this.#waitersMax = Math.max(this.#waitersMax, waiters);
  }

  reading(): LockReading {
    const tallies = [...this.#tallies];
    const waited = tallies.filter(([, { waits }]) => waits > 0);
    const held = [...tallies, ['hand-off', this.#handOff] as const].filter(
      ([, { holds, blameNs }]) => holds > 0 || blameNs > 0,
    );
    return {
      name: this.#name,
      help: this.#help,
      layer: this.#layer,
      acquisitions: this.#acquisitions,
      contended: this.#contended,
      waitNs: waited.reduce((sum, [, { waitNs }]) => sum + waitNs, 0),
      waitNsMax: this.#waitNsMax,
      holdNs: this.#holdNs,
      holdNsMax: this.#holdNsMax,
      handOffNs: this.#handOffNs,
      waitersMax: this.#waitersMax,
      waiters: waited.map(([who, { waits, waitNs }]) => ({ who, count: waits, waitNs })),
      holders: held.map(([who, { holds, blameNs }]) => ({ who, count: holds, blameNs })),
    };
  }

  /** Whom a wait is charged to at the moment. */
  get #current(): Tally {
    return this.#holder ?? this.#handOff;
  }

  #leave(user: User, sinceNs: number, nowNs: number): void {
    if (this.#waiting === 0) throw new InvariantError(`${user} leaves ${this.#name} and nobody waits`);
    this.#charge(nowNs);
    this.#waiting -= 1;
    const waitNs = Math.max(0, nowNs - sinceNs);
    const tally = this.#tally(user);
    tally.waits += 1;
    tally.waitNs += waitNs;
    this.#contended += 1;
    this.#waitNsMax = Math.max(this.#waitNsMax, waitNs);
  }

  #beginContention(holder: Tally, nowNs: number): void {
    this.#isWaitedFor = true;
    holder.holds += 1;
    if (this.#heldSinceNs === 0) this.#heldSinceNs = nowNs;
  }

  /** Somebody has it again, or has had what it waited for. */
  #endHandOff(nowNs: number): void {
    if (this.#releasedNs === 0) return;
    this.#handOffNs += Math.max(0, nowNs - this.#releasedNs);
    this.#handOff.holds += 1;
    this.#releasedNs = 0;
  }

  #endHold(nowNs: number): void {
    this.#charge(nowNs);
    if (this.#isWaitedFor) {
      const holdNs = Math.max(0, nowNs - this.#heldSinceNs);
      this.#holdNs += holdNs;
      this.#holdNsMax = Math.max(this.#holdNsMax, holdNs);
    }
    this.#isWaitedFor = false;
    this.#holder = null;
  }

  #charge(nowNs: number): void {
    const ns = nowNs - this.#chargedNs;
    if (ns <= 0 || this.#waiting === 0) return;
    this.#current.blameNs += ns * this.#waiting;
    this.#chargedNs = nowNs;
  }

  #tally(user: User): Tally {
    const tally = this.#tallies.get(user);
    if (tally === undefined)
      throw new InvariantError(`${user} is none of the users of ${this.#name}: ${[...this.#tallies.keys()]}`);
    return tally;
  }
}

function emptyTally(): Tally {
  return { waits: 0, waitNs: 0, holds: 0, blameNs: 0 };
}
