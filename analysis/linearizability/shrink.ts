import { checkKey } from './check-key.js';
import { type KeyHistory, type KeyOperation, KIND, OPEN } from './key-history.js';
import { SearchBudget } from './search-budget.js';
import type { ValueTable } from './values.js';
import { observedBy, producedBy } from './zones.js';

export interface ShrinkLimits {
  /** For all checks together. */
  readonly stepsMax: number;
  readonly memoBytesMax: number;
}

export interface Shrunk {
  readonly history: KeyHistory;
  /** False when a limit ended it. */
  readonly isMinimal: boolean;
  /** Id of the read whose value is the initial one, null when the beginning is that of the history. */
  readonly initialFrom: number | null;
}

/** Operations in all smaller histories that are checked while single ones are taken out: some seconds at most. */
const WORK_MAX = 2_000_000;
/** Of more, single ones are taken out only when the beginning is cut off: before, it would take too long. */
const OPERATIONS_DROPPED_FIRST_MAX = 2_000;
/** More than a person takes in: then the beginning is cut off. */
const OPERATIONS_WANTED_MAX = 40;

/**
 * Makes a history that is not linearizable as small as it gets by steps that only ever take constraints away, so that what is left is a reason why the
 * whole is not linearizable, and not a new problem:
 * 1. the end: all that follows the first completion at which no order exists any more; what is under way then counts as open;
 * 2. single operations: reads, and changes whose value nobody observes;
 * 3. if it is still long, before that the beginning: all up to a read that stood alone among the changes, whose value becomes the initial one.
 *
 * Bounded by work and not by time, so that a history always gives the same counterexample.
 */
export function shrink(history: KeyHistory, limits: ShrinkLimits): Shrunk {
  const tester = new Tester(limits);
  const coarse = cutCoarsely({ history, from: null }, tester);
  const ended = cutEnd(coarse.history, tester);
  if (ended.operations.length <= OPERATIONS_DROPPED_FIRST_MAX) {
    const small = dropOperations(ended, tester.withWork(WORK_MAX));
    if (small.operations.length <= OPERATIONS_WANTED_MAX)
      return { history: small, isMinimal: !tester.isExhausted, initialFrom: coarse.from };
  }
  tester.isExhausted = false;
  const begun = cutBeginning(
    { history: ended, from: coarse.from },
    tester.withWork(Number.POSITIVE_INFINITY),
  );
  const small = dropOperations(begun.history, tester.withWork(WORK_MAX));
  return { history: small, isMinimal: !tester.isExhausted, initialFrom: begun.from };
}

/** A part of a history that begins with the value of a read. */
interface Part {
  readonly history: KeyHistory;
  /** Id of that read; null for the beginning of the whole. */
  readonly from: number | null;
}

/** Takes a third away, at the end or at the beginning, while there are many: what is wrong in one place is in one of the two remainders. */
function cutCoarsely(whole: Part, tester: Tester): Part {
  for (let part = whole; ; ) {
    const { operations } = part.history;
    if (operations.length <= OPERATIONS_DROPPED_FIRST_MAX) return part;
    const first = operations[Math.floor(operations.length / 3)]!.inv;
    const second = operations[Math.floor((operations.length * 2) / 3)]!.inv;
    const early: Part = { history: prefix(part.history, second), from: part.from };
    if (tester.isBad(early.history)) {
      part = early;
      continue;
    }
    const anchor = readsAlone(part.history).findLast(({ ret }) => ret <= first);
    if (anchor === undefined) return part;
    const late: Part = { history: suffix(part.history, anchor), from: anchor.id };
    // Half-way to nothing is not far enough: each round has to take away its share.
    if (late.history.operations.length > operations.length * 0.9 || !tester.isBad(late.history)) return part;
    part = late;
  }
}

class Tester {
  isExhausted = false;
  readonly #limits: ShrinkLimits;
  #stepsLeft: number;
  #workLeft = Number.POSITIVE_INFINITY;

  constructor(limits: ShrinkLimits) {
    this.#limits = limits;
    this.#stepsLeft = limits.stepsMax;
  }

  /** From now on, this many operations may be checked. */
  withWork(operations: number): this {
    this.#workLeft = operations;
    return this;
  }

  /** Whether the history is certainly not linearizable: a check that cannot end proves nothing. */
  isBad(history: KeyHistory): boolean {
    const { memoBytesMax } = this.#limits;
    this.#workLeft -= history.operations.length;
    if (this.#workLeft < 0 || this.#stepsLeft <= 0) {
      this.isExhausted = true;
      return false;
    }
    // A tenth of what is left each time: one hard check must not use up all.
    const budget = new SearchBudget(
      Math.max(10_000, Math.floor(this.#stepsLeft / 10)),
      memoBytesMax,
      () => false,
    );
    const outcome = checkKey(history, budget);
    this.#stepsLeft -= budget.stepsUsed;
    if (outcome !== 'linearizable' && outcome !== 'not-linearizable') this.isExhausted = true;
    return outcome === 'not-linearizable';
  }
}

/** Linearizability is closed under prefixes, so the first bad completion is found by halving. */
function cutEnd(history: KeyHistory, tester: Tester): KeyHistory {
  const returns = history.operations.map(({ ret }) => ret).filter((ret) => ret !== OPEN);
  returns.sort((one, other) => one - other);
  let good = -1;
  let bad = returns.length - 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (tester.isBad(prefix(history, returns[middle]!))) bad = middle;
    else good = middle;
  }
  return prefix(history, returns[bad]!);
}

/** What was known when the completion of rank `end` had just been seen. */
function prefix(history: KeyHistory, end: number): KeyHistory {
  const operations = history.operations
    .filter(({ inv }) => inv < end)
    .map((operation) => (operation.ret <= end ? operation : unfinished(operation)))
    .filter(({ kind, ret }) => kind !== KIND.read || ret !== OPEN);
  return { ...history, operations };
}

function unfinished(operation: KeyOperation): KeyOperation {
  return { ...operation, ret: OPEN, whole: -1 };
}

/** The latest beginning that is still bad. A later one has less constraints, so this is found by halving too. */
function cutBeginning({ history, from }: Part, tester: Tester): Part {
  const alone = readsAlone(history);
  let good = alone.length;
  let bad = -1;
  while (good - bad > 1) {
    const middle = (good + bad) >> 1;
    if (tester.isBad(suffix(history, alone[middle]!))) bad = middle;
    else good = middle;
  }
  const anchor = alone[bad];
  return anchor === undefined ? { history, from } : { history: suffix(history, anchor), from: anchor.id };
}

/** Reads that no change overlaps, by their ends: after such a read the value is what it returned, whatever else happened. */
function readsAlone({ operations }: KeyHistory): KeyOperation[] {
  const changes = operations.filter(({ kind, ret }) => kind !== KIND.read && ret !== OPEN);
  const invocations = changes.map(({ inv }) => inv);
  const latestReturns: number[] = [];
  for (const { ret } of changes) latestReturns.push(Math.max(ret, latestReturns.at(-1) ?? -1));
  const alone = operations.filter(({ kind, inv, ret }) => {
    if (kind !== KIND.read) return false;
    const earlier = countBelow(invocations, ret);
    return earlier === 0 || latestReturns[earlier - 1]! < inv;
  });
  return alone.sort((one, other) => one.ret - other.ret);
}

function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function suffix(history: KeyHistory, { a, ret: start }: KeyOperation): KeyHistory {
  const operations = history.operations.filter(({ inv, ret }) => inv > start || ret === OPEN);
  return { ...history, initial: a, operations };
}

/** Takes out ever smaller runs of operations, as long as what is left stays bad (delta debugging, Zeller & Hildebrandt 2002). */
function dropOperations(history: KeyHistory, tester: Tester): KeyHistory {
  let current: KeyHistory = { ...history, operations: byValue(history.operations) };
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
