import { InvariantError } from '../errors.js';

/** Slots in front of the first open one that are kept before they are cut off. */
const SLACK = 1_024;

/** A session of this node, under which it passes writes on, and which of its sequence numbers are still open. */
export class OwnSession {
  readonly id: number;
  /** Invariant: `#isSettled[at]` belongs to sequence number `#base + at`; the first `#head` are true, the next is not. */
  #isSettled: boolean[] = [];
  #base = 1;
  #head = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Up to here nothing is open. */
  get settledTo(): number {
    return this.#base + this.#head - 1;
  }

  /** The next sequence number: open until `settle`. */
  take(): number {
    return this.#base + this.#isSettled.push(false) - 1;
  }

  /** Nobody asks for its answer any more. */
  settle(sequence: number): void {
    const settled = this.#isSettled;
    const at = sequence - this.#base;
    if (settled[at] !== false)
      throw new InvariantError(`sequence number ${sequence} settled, open are those above ${this.settledTo}`);
    settled[at] = true;
    while (settled[this.#head] === true) this.#head += 1;
    if (this.#head < settled.length && (this.#head < SLACK || 2 * this.#head < settled.length)) return;
    this.#base += this.#head;
    if (this.#head === settled.length) settled.length = 0;
    else this.#isSettled = settled.slice(this.#head);
    this.#head = 0;
  }
}
