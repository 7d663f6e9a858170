import { InvariantError } from '../errors.js';
import type { NodeId } from './messages.js';

/**
 * Appends on their way to one follower: a window bounded in messages and in bytes, so that neither many small nor a few large
 * ones can pile up behind a slow link. A queue of (last index, bytes), freed from the front.
 */
export class Inflights {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #lastIndexes: number[] = [];
  #sizes: number[] = [];
  /** Invariant: 0 <= head <= length of the two arrays. */
  #head = 0;
  #bytes = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    return this.#lastIndexes.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get full(): boolean {
    return this.count >= this.#messagesMax || this.#bytes >= this.#bytesMax;
  }

  add(lastIndex: number, bytes: number): void {
    if (this.full)
      throw new InvariantError(
        `append in flight beyond the window: ${this.count} messages, ${this.#bytes} bytes`,
      );
    this.#lastIndexes.push(lastIndex);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** Frees those whose last index is acknowledged. */
  freeUpTo(index: number): void {
    while (this.#head < this.#lastIndexes.length && this.#lastIndexes[this.#head]! <= index) {
      this.#bytes -= this.#sizes[this.#head]!;
      this.#head += 1;
    }
    if (this.#head === this.#lastIndexes.length) this.#clear();
    else if (this.#head > this.#messagesMax) this.#compact();
  }

  reset(): void {
    this.#clear();
  }

  #clear(): void {
    this.#lastIndexes.length = 0;
    this.#sizes.length = 0;
    this.#head = 0;
    this.#bytes = 0;
  }

  #compact(): void {
    this.#lastIndexes = this.#lastIndexes.slice(this.#head);
    this.#sizes = this.#sizes.slice(this.#head);
    this.#head = 0;
  }
}

/**
 * `probe`: where the logs part is not known; one append at a time, the next after an answer or a heartbeat.
 * `replicate`: the logs agree; appends are pipelined, `next` moves on when sending.
 */
export type ProgressState = 'probe' | 'replicate';

/** What the leader knows of one follower. */
export class Progress {
  readonly id: NodeId;
  readonly inflights: Inflights;
  /** Highest index known to be durable there. Invariant: 0 <= match < next. */
  match = 0;
  next: number;
  state: ProgressState = 'probe';
  /** Probe: one append is under way. */
  probeSent = false;
  /** Heard from since the last check of the quorum. */
  recentActive = false;
  /** Send an append with the next flush even if it carries nothing. */
  mustSend = false;
  /** Highest commit index told to it. */
  sentCommit = 0;

  constructor(id: NodeId, next: number, messagesMax: number, bytesMax: number) {
    this.id = id;
    this.next = next;
    this.inflights = new Inflights(messagesMax, bytesMax);
  }

  get isPaused(): boolean {
    return this.state === 'probe' ? this.probeSent : this.inflights.full;
  }

  becomeProbe(): void {
    this.state = 'probe';
    this.probeSent = false;
    this.inflights.reset();
    this.next = this.match + 1;
    this.sentCommit = Math.min(this.sentCommit, this.match);
  }

  becomeReplicate(): void {
    this.state = 'replicate';
    this.probeSent = false;
    this.inflights.reset();
    this.next = this.match + 1;
  }

  /** An append with entries up to `lastIndex` left. */
  sentEntries(count: number, lastIndex: number, bytes: number): void {
    if (this.state === 'probe') this.probeSent = true;
    else if (count > 0) {
      this.next = lastIndex + 1;
      this.inflights.add(lastIndex, bytes);
    }
  }

  /** True when `index` is news. An acknowledgement never lowers `match`: answers may come late and twice. */
  maybeUpdate(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    return true;
  }

  /** A rejection of the append after `rejected`. False when it is stale. */
  maybeDecrease(rejected: number, hint: number): boolean {
    if (this.state === 'replicate') {
      // Below match: the answer to an append of long ago.
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
      return true;
    }
    if (this.next - 1 !== rejected) return false;
    this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1);
    this.probeSent = false;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    return true;
  }

  /** Telling it `commit` would let it commit more than what it was told before. */
  canBumpCommit(commit: number): boolean {
    return commit > this.sentCommit && this.sentCommit < this.next - 1;
  }
}
