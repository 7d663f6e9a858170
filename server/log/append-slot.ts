import type { LockMeter } from '../ports/lock.js';
import type { AppendRequest } from '../ports/log-storage.js';
import type { Histogram, Metrics } from '../ports/metrics.js';
import type { Batch, Pending } from './batcher.js';

/** `answer` has nothing to write and only keeps its place in the order; `rotation` is a batch that has to change the segment first. */
const USERS = ['entries', 'hard-state', 'snapshot', 'answer', 'rotation'] as const;
type User = (typeof USERS)[number];

/**
 * The account of the log's one slot: at most one batch is under way. Who waits are the appends that come meanwhile, who holds is what the batch brings.
 * All its stamps are taken for the batch anyway.
 */
export class AppendSlot {
  readonly #meter: LockMeter<User>;
  readonly #waitNs: Histogram;

  constructor(metrics: Metrics) {
    const help = 'The log writes one batch at a time; appends wait for the one under way.';
    this.#meter = metrics.lock('log_append_slot', help, USERS);
    this.#waitNs = metrics.histogram('log_batch_wait_ns', 'An append waits for the batch before it.');
  }

  /** An append was accepted. `isTaken`: behind a batch that is under way. */
  ask(pending: Pending, isTaken: boolean): void {
    pending.waitsForSlot = isTaken;
    if (isTaken) this.#meter.waits(pending.submittedNs);
    else this.#meter.passed(userOf(pending.request));
  }

  /** The batch begins; one without anything to write needs no slot. */
  take(batch: Batch, isWritten: boolean, nowNs: number): void {
    for (const pending of batch.appends) {
      this.#waitNs.record(nowNs - pending.submittedNs);
      this.#grant(pending, nowNs);
    }
    if (batch.unfinished !== null) this.#grant(batch.unfinished, nowNs);
    if (isWritten) this.#meter.held(holderOf(batch), nowNs);
  }

  rotates(nowNs: number): void {
    this.#meter.held('rotation', nowNs);
  }

  /** The segment is changed: from now on it is the batch that holds up the others. */
  rotated(batch: Batch, nowNs: number): void {
    this.#meter.held(holderOf(batch), nowNs);
  }

  release(nowNs: number): void {
    this.#meter.released(nowNs);
  }

  /** An append that takes several batches waits for the first of them only. */
  #grant(pending: Pending, nowNs: number): void {
    if (!pending.waitsForSlot) return;
    pending.waitsForSlot = false;
    this.#meter.granted(userOf(pending.request), pending.submittedNs, nowNs);
  }
}

function userOf({ entries, hardState, mustSync, snapshot }: AppendRequest): User {
  if (snapshot !== null) return 'snapshot';
  if (entries.length > 0) return 'entries';
  return hardState !== null || mustSync ? 'hard-state' : 'answer';
}

function holderOf({ entries, reset }: Batch): User {
  if (reset !== null) return 'snapshot';
  return entries > 0 ? 'entries' : 'hard-state';
}
