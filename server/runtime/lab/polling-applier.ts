import type { Entry, SnapshotMeta } from '../../consensus/messages.js';
import type { Clock, Timer } from '../../ports/clock.js';
import type { EntryApplier } from '../strategies.js';

interface Committed {
  readonly entries: readonly Entry[];
  readonly committedNs: number;
}

/**
 * Applies what is committed only when a timer finds it, as an applier does that sleeps between two looks. An entry waits for half of `pollMs` on average, and
 * the timer wakes a node that has nothing to do.
 */
export class PollingApplier implements EntryApplier {
  readonly #applier: EntryApplier;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #schedule: () => void;
  #found: Committed[] = [];
  #timer: Timer | null = null;

  /** `schedule`: asks for a turn of the loop, in which whoever waited for the state is answered. */
  constructor(applier: EntryApplier, clock: Clock, pollMs: number, schedule: () => void) {
    this.#applier = applier;
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#schedule = schedule;
  }

  start(): void {
    this.#applier.start();
    this.#timer = this.#clock.every(this.#pollMs, () => this.#look());
  }

  apply(entries: readonly Entry[], committedNs: number): void {
    this.#found.push({ entries, committedNs });
  }

  install(meta: SnapshotMeta): void {
    this.#found = [];
    this.#applier.install(meta);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#found = [];
    this.#applier.stop();
  }

  #look(): void {
    if (this.#found.length === 0) return;
    const found = this.#found;
    this.#found = [];
    for (const { entries, committedNs } of found) this.#applier.apply(entries, committedNs);
    this.#schedule();
  }
}
