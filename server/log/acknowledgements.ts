import type { Clock } from '../ports/clock.js';
import type { Counter } from '../ports/metrics.js';
import type { Batch, Pending } from './batcher.js';

/**
 * Appends from their acceptance to their acknowledgement: what is counted as pending, and the order of the
 * callbacks.
 */
export class Acknowledgements {
  readonly #clock: Clock;
  readonly #acknowledged: Counter;
  #finished: Pending[] = [];
  #deferred = false;
  #stopped = false;
  #pendingAppends = 0;
  #pendingBytes = 0;

  constructor(clock: Clock, acknowledged: Counter) {
    this.#clock = clock;
    this.#acknowledged = acknowledged;
  }

  get pendingAppends(): number {
    return this.#pendingAppends;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  accept(pending: Pending): void {
    this.#pendingAppends++;
    this.#pendingBytes += pending.bytes;
  }

  /** The appends that end in `batch` may be acknowledged; `run` does it. */
  finish(batch: Batch, writeStartedNs: number, writtenNs: number, durableNs: number): void {
    for (const pending of batch.appends) {
      pending.timings = {
        submittedNs: pending.submittedNs,
        writeStartedNs,
        writtenNs,
        syncSubmittedNs: writtenNs,
        durableNs,
        batchEntries: batch.entries,
      };
      this.#finished.push(pending);
    }
  }

  /** For appends that needed no disk: their callback must not come before `append` returns. */
  runLater(): void {
    if (this.#deferred) return;
    this.#deferred = true;
    this.#clock.defer(() => {
      this.#deferred = false;
      this.run();
    });
  }

  /** Everything that is finished, in the order of the appends, in one turn of the event loop. */
  run(): void {
    if (this.#stopped) return;
    const finished = this.#finished;
    this.#finished = [];
    this.#acknowledged.add(finished.length);
    for (const { request, bytes, timings } of finished) {
      this.#pendingAppends--;
      this.#pendingBytes -= bytes;
      request.onDurable(timings!);
    }
  }

  /** After a failure nothing is acknowledged, not even what was finished before. */
  stop(): void {
    this.#stopped = true;
  }
}
