import type { LockMeter } from '../ports/lock.js';
import type { Metrics, Stamps } from '../ports/metrics.js';
import type { WaitingRead } from './read-queue.js';

/** `renewal`: a round without a read, which keeps the lease alive. */
const USERS = ['read', 'round', 'renewal'] as const;

/** What `WaitingRead.waitsSinceNs` says besides a time. */
export const NOT_ASKED = -1;
const WAITS_NO_MORE = 0;

/** The account of the one ReadIndex round that may be under way: reads that come meanwhile wait for the next. */
export interface RoundSlot {
  /** A read wants a round; the one under way began at `roundStartedNs`, 0 without one. Told again of a read it knows, it does nothing. */
  ask(read: WaitingRead, roundStartedNs: number): void;
  /** A round begins for these reads, those of a round without an answer among them. */
  begin(reads: readonly WaitingRead[], nowNs: number): void;
  confirmed(nowNs: number): void;
  /** The round under way is forgotten; nothing when there is none. */
  abandoned(): void;
  /** This read is answered without the round that it may be waiting for. */
  leave(read: WaitingRead): void;
}

export class ReadRoundSlot implements RoundSlot {
  readonly #meter: LockMeter<(typeof USERS)[number]>;
  readonly #stamps: Stamps;
  #isTaken = false;

  constructor(metrics: Metrics, clock: Stamps) {
    const help = 'One ReadIndex round at a time; reads that come meanwhile wait for the next.';
    this.#meter = metrics.lock('consensus_read_round', help, USERS);
    this.#stamps = metrics.stampsOf(clock);
  }

  ask(read: WaitingRead, roundStartedNs: number): void {
    if (read.waitsSinceNs !== NOT_ASKED) return;
    if (roundStartedNs === 0) {
      read.waitsSinceNs = WAITS_NO_MORE;
      this.#meter.passed('read');
      return;
    }
    // A read that lost its lease is older than the round it finds.
    read.waitsSinceNs = Math.max(read.context.parsedNs, roundStartedNs);
    this.#meter.waits(read.waitsSinceNs);
  }

  begin(reads: readonly WaitingRead[], nowNs: number): void {
    for (const read of reads) {
      if (read.waitsSinceNs === WAITS_NO_MORE) continue;
      this.#meter.granted('read', read.waitsSinceNs, nowNs);
      read.waitsSinceNs = WAITS_NO_MORE;
    }
    this.#meter.held(reads.length > 0 ? 'round' : 'renewal', nowNs);
    this.#isTaken = true;
  }

  confirmed(nowNs: number): void {
    this.#meter.released(nowNs);
    this.#isTaken = false;
  }

  abandoned(): void {
    if (this.#isTaken) this.confirmed(this.#stamps.nowNs());
  }

  leave(read: WaitingRead): void {
    if (read.waitsSinceNs > WAITS_NO_MORE)
      this.#meter.gaveUp('read', read.waitsSinceNs, this.#stamps.nowNs());
    read.waitsSinceNs = WAITS_NO_MORE;
  }
}

/** Counts nothing. */
export const NO_ROUND_SLOT: RoundSlot = {
  ask: () => {},
  begin: () => {},
  confirmed: () => {},
  abandoned: () => {},
  leave: () => {},
};
