import type { Entry, SnapshotMeta } from '../../consensus/messages.js';
import type { Mutex } from '../../ports/lock.js';
import type { EntryApplier } from '../strategies.js';

interface Committed {
  readonly entries: readonly Entry[];
  readonly committedNs: number;
}

/**
 * Applies under a lock of its own that nobody holds across the disk, so that applies go on while an append is at it. The lock is taken once for all that is
 * committed by then. On one thread an apply cannot be interrupted, so what others wait for it is the way through the queue of the lock.
 */
export class LockedApplier implements EntryApplier {
  readonly #applier: EntryApplier;
  readonly #lock: Mutex<'apply'>;
  readonly #schedule: () => void;
  #found: Committed[] = [];
  #isAsking = false;

  /** `schedule`: asks for a turn of the loop, in which whoever waited for the state is answered. */
  constructor(applier: EntryApplier, lock: Mutex<'apply'>, schedule: () => void) {
    this.#applier = applier;
    this.#lock = lock;
    this.#schedule = schedule;
  }

  start(): void {
    this.#applier.start();
  }

  apply(entries: readonly Entry[], committedNs: number): void {
    this.#found.push({ entries, committedNs });
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#lock.acquire('apply').then((release) => {
      this.#isAsking = false;
      this.#applyFound();
      release();
    });
  }

  install(meta: SnapshotMeta): void {
    this.#found = [];
    this.#applier.install(meta);
  }

  stop(): void {
    this.#found = [];
    this.#applier.stop();
  }

  #applyFound(): void {
    const found = this.#found;
    if (found.length === 0) return;
    this.#found = [];
    for (const { entries, committedNs } of found) this.#applier.apply(entries, committedNs);
    this.#schedule();
  }
}
