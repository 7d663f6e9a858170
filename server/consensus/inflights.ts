import { InvariantError } from '../errors.js';

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
