import { InvariantError } from '../errors.js';
import type { Done, RequestContext, WriteResult } from '../ports/key-value-service.js';
import type { CommandResult, SessionRef } from '../state/vocabulary.js';
import type { WriteSample } from './stage-ledger.js';

/** A plain put or delete gives the first, every other command the second. */
export type WriteOutcome = WriteResult | CommandResult;

/** A write that was proposed here and waits for its entry to be applied. */
export interface WaitingWrite {
  readonly context: RequestContext;
  /** Only ever called with the outcome that belongs to the write. */
  readonly done: Done<WriteOutcome>;
  /** Counted as waiting in the admission; null when somebody else counts it. */
  readonly bytes: number | null;
  /** What was proposed, where another leader may be asked to do it: under a session it takes effect once. */
  readonly data: Uint8Array | null;
  /** Whose request it is, so that a fault of the session can be named. Null where nobody is to be told here. */
  readonly session: SessionRef | null;
  readonly deadlineNs: number;
  readonly sample: WriteSample | null;
}

/**
 * Writes by log index. Indexes come in order and leave in order, so this is an array with a moving head, not a map: no
 * hashing on the hot path.
 */
export class WaitingWrites {
  /** Invariant: `#slots[i]` waits for index `#base + i`; slots below `#head` are empty. */
  #slots: (WaitingWrite | null)[] = [];
  #base = 0;
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(index: number, write: WaitingWrite): void {
    if (this.#size === 0) {
      this.#slots.length = 0;
      this.#base = index;
      this.#head = 0;
    }
    const next = this.#base + this.#slots.length;
    if (index < next) throw new InvariantError(`write at index ${index} waits after index ${next - 1}`);
    // Entries without a waiter (a no-op) leave a hole.
    for (let hole = next; hole < index; hole++) this.#slots.push(null);
    this.#slots.push(write);
    this.#size += 1;
  }

  /** Takes out the write that waits for `index`, if one does. */
  take(index: number): WaitingWrite | null {
    const at = index - this.#base;
    if (this.#size === 0 || at < this.#head || at >= this.#slots.length) return null;
    const write = this.#slots[at]!;
    this.#slots[at] = null;
    this.#head = at + 1;
    if (write !== null) this.#size -= 1;
    this.#compact();
    return write;
  }

  /** Takes out those whose deadline has passed; they stay in the log and may still take effect. */
  expired(nowNs: number): WaitingWrite[] {
    const late: WaitingWrite[] = [];
    for (let at = this.#head; at < this.#slots.length; at++) {
      const write = this.#slots[at]!;
      if (write === null) continue;
      // Deadlines grow with the index: the first that is in time ends the search.
      if (write.deadlineNs > nowNs) break;
      late.push(write);
      this.#slots[at] = null;
      this.#size -= 1;
    }
    return late;
  }

  takeAll(): WaitingWrite[] {
    const all = this.#slots.filter((write) => write !== null);
    this.#slots = [];
    this.#head = 0;
    this.#size = 0;
    return all;
  }

  #compact(): void {
    if (this.#head < 4096 || this.#head * 2 < this.#slots.length) return;
    this.#slots = this.#slots.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }
}
