import { type KeyHistory, type KeyOperation, KIND, OPEN } from './key-history.js';
import type { ShrinkTester } from './shrink-tester.js';
import type { ValueTable } from './values.js';
import { observedBy, producedBy } from './zones.js';

/** Takes out ever smaller runs of operations, as long as what is left stays bad (delta debugging, Zeller & Hildebrandt 2002). */
export function dropOperations(history: KeyHistory, tester: ShrinkTester): KeyHistory {
  const core = lastAndItsSources(history);
  const whole = tester.isBad(core) ? core : history;
  let current: KeyHistory = { ...whole, operations: byValue(whole.operations) };
  for (let run = Math.ceil(current.operations.length / 2); run >= 1; run = Math.floor(run / 2)) {
    for (let start = 0; start < current.operations.length && !tester.isExhausted; ) {
      const smaller = without(current, start, start + run);
      if (smaller !== null && tester.isBad(inOrder(smaller))) current = smaller;
      else start += run;
    }
  }
  // One more round for single operations: the last removals may have freed producers of values.
  for (let count = 0; count !== current.operations.length; ) {
    count = current.operations.length;
    for (let start = 0; start < current.operations.length && !tester.isExhausted; ) {
      const smaller = without(current, start, start + 1);
      if (smaller !== null && tester.isBad(inOrder(smaller))) current = smaller;
      else start += 1;
    }
  }
  return inOrder(current);
}

/** The operation that completed last, what can have made the values that it observed, what can have made those, and so on. */
function lastAndItsSources(history: KeyHistory): KeyHistory {
  const { operations } = history;
  const completed = [...operations.keys()].filter((place) => operations[place]!.ret !== OPEN);
  const last = completed.reduce((one, other) =>
    operations[one]!.ret > operations[other]!.ret ? one : other,
  );
  const kept = new Set([last]);
  for (let count = 0; count !== kept.size; ) {
    count = kept.size;
    const observed = new Observed(history, (place) => kept.has(place));
    operations.forEach((operation, place) => {
      if (operation.kind !== KIND.read && observed.has(operation)) kept.add(place);
    });
  }
  return { ...history, operations: operations.filter((_, place) => kept.has(place)) };
}

/** Observers of a value right before its producers, so that a run takes both. */
function byValue(operations: readonly KeyOperation[]): KeyOperation[] {
  const first = new Map<number, number>();
  const valueOfGroup = (operation: KeyOperation) =>
    producedBy(operation) === -1 ? operation.a : producedBy(operation);
  for (const operation of operations) {
    const value = valueOfGroup(operation);
    first.set(value, Math.min(operation.inv, first.get(value) ?? OPEN));
  }
  return [...operations].sort(
    (one, other) =>
      first.get(valueOfGroup(one))! - first.get(valueOfGroup(other))! ||
      one.kind - other.kind ||
      one.inv - other.inv,
  );
}

function inOrder(history: KeyHistory): KeyHistory {
  return { ...history, operations: [...history.operations].sort((one, other) => one.inv - other.inv) };
}

/**
 * Without the operations of the run that may go: reads always, changes if nothing that stays observes what they made. Then an order of the whole
 * stays one when they are taken out. Null when none may go.
 */
function without(history: KeyHistory, start: number, end: number): KeyHistory | null {
  const { operations } = history;
  const goes = new Set<number>();
  for (let place = start; place < Math.min(end, operations.length); place += 1)
    if (operations[place]!.kind === KIND.read) goes.add(place);
  const observed = new Observed(history, (place) => !goes.has(place));
  // A cas that goes observes no longer, so that a chain of them goes as a whole.
  for (let again = true; again; ) {
    again = false;
    for (let place = Math.min(end, operations.length) - 1; place >= start; place -= 1) {
      const operation = operations[place]!;
      if (goes.has(place) || observed.has(operation)) continue;
      goes.add(place);
      observed.forget(operation);
      again = true;
    }
  }
  if (goes.size === 0) return null;
  return { ...history, operations: operations.filter((_, place) => !goes.has(place)) };
}

/** The values that some operations observe. */
class Observed {
  readonly #counts = new Map<number, number>();
  readonly #values: ValueTable;
  readonly #hasAppends: boolean;

  constructor({ operations, values }: KeyHistory, isIn: (place: number) => boolean) {
    this.#values = values;
    this.#hasAppends = operations.some(({ kind }) => kind === KIND.append);
    operations.forEach((operation, place) => {
      if (isIn(place)) this.#count(operation, 1);
    });
  }

  forget(operation: KeyOperation): void {
    this.#count(operation, -1);
  }

  /** Whether what the operation makes may be seen, by itself or, where there are appends, as a part. */
  has(operation: KeyOperation): boolean {
    if (!this.#hasAppends) return this.#counts.has(producedBy(operation));
    const made = this.#text(operation.kind === KIND.append ? operation.a : producedBy(operation));
    for (const value of this.#counts.keys()) {
      const seen = this.#text(value);
      if (seen === null || made === null) {
        if (this.#counts.has(producedBy(operation))) return true;
      } else if (operation.kind === KIND.append ? seen.includes(made) : seen.startsWith(made)) return true;
    }
    return false;
  }

  #text(value: number): string | null {
    return value !== -1 && this.#values.lengthOf(value) >= 0 ? String(this.#values.value(value) ?? '') : null;
  }

  #count(operation: KeyOperation, change: number): void {
    for (const value of [observedBy(operation), operation.whole]) {
      if (value === -1) continue;
      const count = (this.#counts.get(value) ?? 0) + change;
      if (count === 0) this.#counts.delete(value);
      else this.#counts.set(value, count);
    }
  }
}
