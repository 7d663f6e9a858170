import { type KeyHistory, KIND, OPEN } from './key-history.js';
import { Pending } from './pending.js';
import { BLOCK, type BlockState, ILLEGAL, type StateModel } from './state-model.js';
import { observedBy, producedBy } from './zones.js';

/** All values that nobody observes are one: which of them is there makes no difference. */
const UNOBSERVED = 0;

/**
 * Read, write and cas. Values are numbered anew, the observed ones from 1.
 *
 * Invariant: the counts are those of the operations that are not placed. A value that is read once more must be there or be produced once more; one
 * that `n` cas take away must be produced `n` times, less one if it is there.
 */
export class RegisterModel implements StateModel {
  readonly initial: number;
  readonly observes: Int32Array;
  readonly produces: Int32Array;
  readonly overwrites: Uint8Array;
  readonly #changes: Uint8Array;
  readonly #isOpen: Uint8Array;
  /** By value: operations that find and leave it, take it away, produce it. Open ones count as producers only: they need not find anything. */
  readonly #readers: Int32Array;
  readonly #takers: Int32Array;
  readonly #producers: Int32Array;
  /** Open cas that could take the value away. */
  readonly #openTakers: Int32Array;
  /** By value: the pending ones of `#readers` and `#takers`, the last pending taker, and whether one of them waits for another operation. */
  readonly #pending: Pending;

  constructor({ operations, initial }: KeyHistory) {
    const numbers = new Map<number, number>();
    for (const operation of operations) {
      const value = observedBy(operation);
      if (value !== -1 && !numbers.has(value)) numbers.set(value, numbers.size + 1);
    }
    const number = (value: number) => (value === -1 ? -1 : (numbers.get(value) ?? UNOBSERVED));
    const size = numbers.size + 1;
    this.initial = number(initial);
    this.observes = Int32Array.from(operations, (operation) => number(observedBy(operation)));
    this.produces = Int32Array.from(operations, (operation) => number(producedBy(operation)));
    this.overwrites = Uint8Array.from(operations, ({ kind }) => Number(kind === KIND.write));
    this.#changes = Uint8Array.from(this.produces, (value) => Number(value !== -1));
    this.#isOpen = Uint8Array.from(operations, ({ ret }) => Number(ret === OPEN));
    this.#readers = new Int32Array(size);
    this.#takers = new Int32Array(size);
    this.#producers = new Int32Array(size);
    this.#openTakers = new Int32Array(size);
    this.#pending = new Pending(size);
    operations.forEach((_, operation) => {
      this.unplace(operation);
    });
  }

  step(operation: number, state: number): number {
    const observed = this.observes[operation]!;
    if (observed !== -1 && observed !== state) return ILLEGAL;
    return this.#changes[operation] === 1 ? this.produces[operation]! : state;
  }

  place(operation: number): void {
    this.#count(operation, -1);
  }

  unplace(operation: number): void {
    this.#count(operation, 1);
  }

  #count(operation: number, change: number): void {
    const observed = this.observes[operation]!;
    const produced = this.produces[operation]!;
    if (produced !== -1) this.#producers[produced]! += change;
    if (observed === -1) return;
    if (this.#isOpen[operation] === 1) this.#openTakers[observed]! += change;
    else if (produced === -1) this.#readers[observed]! += change;
    else this.#takers[observed]! += change;
  }

  isHopeless(before: number, state: number): boolean {
    return this.#isShort(before, state) || (before !== state && this.#isShort(state, state));
  }

  isSettledBy(operation: number, state: number): boolean {
    if (this.overwrites[operation] === 1)
      return state === UNOBSERVED && this.produces[operation] === UNOBSERVED;
    return this.step(operation, state) === state;
  }

  isTowards(state: number, operation: number): boolean {
    return this.observes[operation] === state;
  }

  /** True when some value is observed more often than it can be there, whatever the order. */
  isShortAtFirst(): boolean {
    return this.#readers.some((_, value) => this.#isShort(value, this.initial));
  }

  clearPending(): void {
    this.#pending.clear();
  }

  addPending(operation: number, isFree: boolean): void {
    const observed = this.observes[operation]!;
    if (observed !== -1) this.#pending.add(observed, operation, this.#changes[operation] === 1, isFree);
  }

  blockOf(operation: number, frontier: number): BlockState {
    if (this.overwrites[operation] === 0) return BLOCK.unknown;
    const pending = this.#pending;
    let isComplete = true;
    for (let value = this.produces[operation]!; value !== UNOBSERVED; ) {
      // Only what is produced once stands together for certain.
      if (this.#producers[value] !== 1 || this.#openTakers[value] !== 0 || pending.isBlocked(value))
        return BLOCK.unknown;
      if (this.observes[frontier] === value) return BLOCK.unknown;
      if (pending.readers(value) !== this.#readers[value]) isComplete = false;
      if (this.#takers[value] === 0) break;
      // One that is not pending comes after the frontier, and so does all behind it.
      if (pending.takers(value) !== this.#takers[value]) {
        isComplete = false;
        break;
      }
      value = this.produces[pending.taker(value)]!;
    }
    if (isComplete) return BLOCK.closed;
    return operation === frontier ? BLOCK.unknown : BLOCK.early;
  }

  #isShort(value: number, state: number): boolean {
    const supply = this.#producers[value]! + (value === state ? 1 : 0);
    return this.#takers[value]! > supply || (this.#readers[value]! > 0 && supply === 0);
  }
}
