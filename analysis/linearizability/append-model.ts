import { type KeyHistory, type KeyOperation, KIND } from './key-history.js';
import { BLOCK, type BlockState, ILLEGAL, type StateModel } from './state-model.js';
import { ABSENT, NO_VALUE, prefixHashes, type ValueTable } from './values.js';
import { producedBy } from './zones.js';

/** Every string that is no beginning of anything observed: nothing that is appended to it will be observed either, so all of them are one state. */
const UNSEEN = -2;

/** A value that can be read, written, compared and appended to. States are numbers of the table of values, and `UNSEEN`. */
export class AppendModel implements StateModel {
  readonly initial: number;
  readonly observes: Int32Array;
  readonly produces: Int32Array;
  readonly overwrites: Uint8Array;
  /** Changes after which nothing is observed until the next write, whatever the state. */
  readonly #isUnobserved: Uint8Array;
  readonly #operations: readonly KeyOperation[];
  readonly #values: ValueTable;
  readonly #growth: Growth | null;
  readonly #observed: readonly string[];
  /** By string: whether something observed begins with it. */
  readonly #isSeen = new Map<number, boolean>();

  constructor({ operations, initial, values }: KeyHistory) {
    this.initial = initial;
    this.#operations = operations;
    this.#values = values;
    // What an append finds is part of what it leaves, so nothing is known of a value by itself.
    this.observes = new Int32Array(operations.length).fill(-1);
    this.produces = new Int32Array(operations.length).fill(-1);
    this.overwrites = Uint8Array.from(operations, ({ kind }) => Number(kind === KIND.write));
    this.#growth = Growth.of(operations, initial, values);
    const observed = new Set(operations.map(observedValue));
    this.#observed = [...observed].flatMap((value) => this.#text(value) ?? []);
    // What is no string cannot be appended to, so that a write of it makes a difference even if nobody observes it.
    const isAllText = [initial, ...operations.map(producedBy)].every(
      (value) => value === -1 || values.lengthOf(value) >= 0,
    );
    this.#isUnobserved = Uint8Array.from(operations, (operation) =>
      Number(isAllText && this.#isNeverSeen(operation)),
    );
  }

  /** Whether what the operation leaves, and whatever is appended to it, is observed by nobody. */
  #isNeverSeen({ kind, a, whole }: KeyOperation): boolean {
    const text = this.#text(a);
    if (this.#growth !== null || text === null || whole !== -1) return false;
    if (kind === KIND.write) return this.#merged(a) === UNSEEN;
    return kind === KIND.append && !this.#observed.some((value) => value.includes(text));
  }

  step(operation: number, state: number): number {
    const { kind, a, b, whole } = this.#operations[operation]!;
    if (kind === KIND.write) return this.#merged(a);
    if (kind === KIND.read) return a === state ? state : ILLEGAL;
    if (kind === KIND.cas) return a === state ? this.#merged(b) : ILLEGAL;
    if (state === UNSEEN) return whole === -1 ? UNSEEN : ILLEGAL;
    const next = this.#values.append(state, a);
    return next === NO_VALUE || (whole !== -1 && whole !== next) ? ILLEGAL : this.#merged(next);
  }

  #merged(state: number): number {
    // What only grows is watched by `Growth` already.
    if (this.#growth !== null) return state;
    const known = this.#isSeen.get(state);
    if (known !== undefined) return known ? state : UNSEEN;
    const text = this.#text(state);
    const isSeen = text === null || this.#observed.some((value) => value.startsWith(text));
    this.#isSeen.set(state, isSeen);
    return isSeen ? state : UNSEEN;
  }

  /** Null for what is no string. */
  #text(value: number): string | null {
    const found = value < 0 ? null : this.#values.value(value);
    return typeof found === 'string' ? found : null;
  }

  isSettledBy(operation: number, state: number): boolean {
    if (state === UNSEEN && this.#isUnobserved[operation] === 1) return true;
    // To what nobody sees, a piece of something observed must not be appended in passing.
    return this.overwrites[operation] === 0 && state !== UNSEEN && this.step(operation, state) === state;
  }

  clearPending(): void {}

  addPending(): void {}

  blockOf(operation: number): BlockState {
    return this.#isUnobserved[operation] === 1 ? BLOCK.closed : BLOCK.unknown;
  }

  isTowards(state: number, operation: number): boolean {
    const wanted = this.#text(observedValue(this.#operations[operation]!));
    const present = this.#text(state);
    return wanted !== null && present !== null && wanted.startsWith(present);
  }

  place(operation: number): void {
    this.#growth?.place(operation);
  }

  unplace(operation: number): void {
    this.#growth?.unplace(operation);
  }

  isHopeless(_before: number, state: number): boolean {
    return this.#growth?.isHopeless(state) ?? false;
  }
}

/**
 * A value that is appended to and never written only grows: each state is a prefix of every value that is observed later. A wrong order of two
 * appends shows in the very next step instead of at the next read.
 */
class Growth {
  readonly #values: ValueTable;
  /** Operations that observe a value, the shortest first. */
  readonly #observers: readonly number[];
  readonly #lengths: readonly number[];
  /** By operation: place among the observers, -1 for none. */
  readonly #places: Int32Array;
  readonly #isPlaced: Uint8Array;
  /** Invariant: all observers before this place are placed. */
  #first = 0;
  /** Of the longest value observed. */
  readonly #hashes: Int32Array;

  static of(operations: readonly KeyOperation[], initial: number, values: ValueTable): Growth | null {
    const observed = operations.map(observedValue);
    const onlyGrows = operations.every(({ kind }) => kind === KIND.append || kind === KIND.read);
    const onlyStrings = [initial, ...observed].every((value) => value === -1 || values.lengthOf(value) >= 0);
    return onlyGrows && onlyStrings ? new Growth(observed, values) : null;
  }

  private constructor(observed: readonly number[], values: ValueTable) {
    this.#values = values;
    this.#observers = [...observed.keys()]
      .filter((operation) => observed[operation] !== -1)
      .sort((one, other) => values.lengthOf(observed[one]!) - values.lengthOf(observed[other]!));
    this.#lengths = this.#observers.map((operation) => values.lengthOf(observed[operation]!));
    this.#places = new Int32Array(observed.length).fill(-1);
    this.#observers.forEach((operation, place) => {
      this.#places[operation] = place;
    });
    this.#isPlaced = new Uint8Array(this.#observers.length);
    const last = this.#observers.at(-1);
    const longest = last === undefined ? ABSENT : observed[last]!;
    this.#hashes = prefixHashes(String(values.value(longest) ?? ''));
  }

  place(operation: number): void {
    const place = this.#places[operation]!;
    if (place === -1) return;
    this.#isPlaced[place] = 1;
    while (this.#isPlaced[this.#first] === 1) this.#first += 1;
  }

  unplace(operation: number): void {
    const place = this.#places[operation]!;
    if (place === -1) return;
    this.#isPlaced[place] = 0;
    this.#first = Math.min(this.#first, place);
  }

  isHopeless(state: number): boolean {
    const next = this.#lengths[this.#first];
    if (next === undefined) return false;
    const length = this.#values.lengthOf(state);
    return length > next || this.#hashes[length] !== this.#values.hashOf(state);
  }
}

function observedValue({ kind, a, whole }: KeyOperation): number {
  if (kind === KIND.read) return a;
  if (kind === KIND.cas) return a;
  return kind === KIND.append ? whole : -1;
}
