import { type KeyHistory, OPEN } from './key-history.js';
import { sameness } from './open-operations.js';
import { BLOCK, ILLEGAL, type StateModel } from './state-model.js';
import type { Window } from './window.js';

/** Order of trying; the rank of the completion is added. */
const SOON = 0;
const HELPFUL = OPEN;
const OTHER = 2 * OPEN;
const LAST = 3 * OPEN;

const NO_CANDIDATE = -1;

/**
 * The operations that are worth trying next. Left out is what some other choice does as well, so that if there is a linearization, there is one that
 * begins with a candidate:
 * - Of equal operations only the one that returned first: exchanging two of them harms neither.
 * - While the block of a write is closed, no other write: the block may stand right before the other.
 * - A write whose block cannot have its turn yet.
 * - An open operation only if something is pending that observes its value: else it may as well never take effect.
 * And none at all when the operation that has to be among the next waits for a value that nothing pending produces.
 */
export class Candidates {
  readonly #model: StateModel;
  readonly #window: Window;
  /** By operation: number of its group of equals. */
  readonly #groupOf: Int32Array;
  /** By group: the one that returned first, valid when stamped with this collection's number. */
  readonly #firstOf: Int32Array;
  readonly #groupStamp: Int32Array;
  /** By value: stamped when something pending observes it. */
  readonly #observedStamp: Int32Array;
  /** Open operations are skipped by value only where values are known one by one. */
  readonly #knowsValues: boolean;
  /** What is known of the blocks of the pending operations, in their order. */
  readonly #blocks: Int8Array;
  #stamp = 0;
  #found: number[] = [];
  #scores: number[] = [];

  constructor({ operations }: KeyHistory, model: StateModel, window: Window) {
    this.#model = model;
    this.#window = window;
    this.#groupOf = groupEquals(operations);
    this.#firstOf = new Int32Array(operations.length);
    this.#groupStamp = new Int32Array(operations.length);
    this.#blocks = new Int8Array(operations.length);
    this.#knowsValues =
      model.observes.some((value) => value !== -1) || model.produces.some((value) => value !== -1);
    this.#observedStamp = new Int32Array(
      model.observes.reduce((most, value) => Math.max(most, value), 0) + 1,
    );
  }

  /** Candidates of all frames stand one behind the other; this is the end. */
  get end(): number {
    return this.#found.length;
  }

  at(index: number): number {
    return this.#found[index]!;
  }

  drop(end: number): void {
    this.#found.length = end;
    this.#scores.length = end;
  }

  /** Adds the candidates of the window, the most promising first. False when there are none. */
  collect(): boolean {
    const window = this.#window;
    const { frontier, eligible, eligibleCount } = window;
    this.#stamp += 1;
    const need = this.#model.observes[frontier]!;
    const waits = need !== -1 && need !== window.state;
    this.#survey();
    if (waits && !this.#isProduced(need)) return false;
    const closed = this.#findClosed();
    const start = this.end;
    for (let at = 0; at < eligibleCount; at += 1) {
      const operation = eligible[at]!;
      const block = this.#blocks[at]!;
      if (block === NO_CANDIDATE || block === BLOCK.early) continue;
      if (closed !== -1 && operation !== closed && this.#model.overwrites[operation] === 1) continue;
      const next = this.#model.step(operation, window.state);
      const base = operation === frontier ? SOON : this.#model.isTowards(next, frontier) ? HELPFUL : OTHER;
      this.#insert(operation, base + window.returnOf(operation), start);
    }
    this.#collectOpen(closed !== -1, start);
    return this.end > start;
  }

  /** Stamps groups and observed values of what is pending. */
  #survey(): void {
    const window = this.#window;
    const { eligible, eligibleCount, open, frontierRank } = window;
    const { observes } = this.#model;
    this.#model.clearPending();
    for (let at = 0; at < eligibleCount; at += 1) {
      const operation = eligible[at]!;
      const isFree = window.isFree(operation);
      const value = observes[operation]!;
      if (value !== -1) this.#observedStamp[value] = this.#stamp;
      this.#model.addPending(operation, isFree);
      if (!isFree) continue;
      const group = this.#groupOf[operation]!;
      const isFirst =
        this.#groupStamp[group] !== this.#stamp ||
        window.returnOf(operation) < window.returnOf(this.#firstOf[group]!);
      this.#groupStamp[group] = this.#stamp;
      if (isFirst) this.#firstOf[group] = operation;
    }
    for (let group = 0; group < open.groupCount; group += 1) {
      const operation = open.available(group, frontierRank);
      if (operation !== -1 && observes[operation] !== -1)
        this.#observedStamp[observes[operation]!] = this.#stamp;
    }
  }

  /** Judges what is pending; gives the write of a closed block that returned first, -1 for none. */
  #findClosed(): number {
    const window = this.#window;
    const { eligible, eligibleCount, frontier, state } = window;
    let closed = -1;
    for (let at = 0; at < eligibleCount; at += 1) {
      const operation = eligible[at]!;
      const isCandidate =
        this.#firstOf[this.#groupOf[operation]!] === operation &&
        window.isFree(operation) &&
        this.#model.step(operation, state) !== ILLEGAL;
      this.#blocks[at] = isCandidate ? this.#model.blockOf(operation, frontier) : NO_CANDIDATE;
      if (this.#blocks[at] === BLOCK.closed) closed = this.#earlier(closed, operation);
    }
    return closed;
  }

  #earlier(one: number, other: number): number {
    return one !== -1 && this.#window.returnOf(one) < this.#window.returnOf(other) ? one : other;
  }

  #isProduced(value: number): boolean {
    const { eligible, eligibleCount, open, frontierRank } = this.#window;
    const { produces } = this.#model;
    for (let at = 0; at < eligibleCount; at += 1) if (produces[eligible[at]!] === value) return true;
    for (let group = 0; group < open.groupCount; group += 1) {
      const operation = open.available(group, frontierRank);
      if (operation !== -1 && produces[operation] === value) return true;
    }
    return false;
  }

  #collectOpen(hasUnobserved: boolean, start: number): void {
    const { open, frontier, frontierRank, state } = this.#window;
    for (let group = 0; group < open.groupCount; group += 1) {
      const operation = open.available(group, frontierRank);
      if (
        operation === -1 ||
        !this.#window.isFree(operation) ||
        (hasUnobserved && this.#model.overwrites[operation] === 1)
      )
        continue;
      const next = this.#model.step(operation, state);
      if (next === ILLEGAL || next === state) continue;
      if (this.#knowsValues && this.#observedStamp[next] !== this.#stamp) continue;
      this.#insert(operation, this.#model.isTowards(next, frontier) ? HELPFUL : LAST, start);
    }
  }

  /** Keeps the candidates from `start` on sorted. */
  #insert(operation: number, score: number, start: number): void {
    let at = this.#found.length;
    this.#found.push(operation);
    this.#scores.push(score);
    for (; at > start && this.#scores[at - 1]! > score; at -= 1) {
      this.#found[at] = this.#found[at - 1]!;
      this.#scores[at] = this.#scores[at - 1]!;
    }
    this.#found[at] = operation;
    this.#scores[at] = score;
  }
}

/** Equal operations get the same number. One that another has to follow, though the ranks do not say so, equals none. */
function groupEquals(operations: KeyHistory['operations']): Int32Array {
  const followed = new Set(operations.map(({ after }) => after));
  const numbers = new Map<string, number>();
  return Int32Array.from(operations, (operation) => {
    const name = followed.has(operation.id) ? `${operation.id}` : sameness(operation);
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}
