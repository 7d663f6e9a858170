import { dropOperations } from './drop-operations.js';
import { type KeyHistory, type KeyOperation, KIND, OPEN } from './key-history.js';
import { type ShrinkLimits, ShrinkTester } from './shrink-tester.js';

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
  const tester = new ShrinkTester(limits);
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
function cutCoarsely(whole: Part, tester: ShrinkTester): Part {
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

/** Linearizability is closed under prefixes, so the first bad completion is found by halving. */
function cutEnd(history: KeyHistory, tester: ShrinkTester): KeyHistory {
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
function cutBeginning({ history, from }: Part, tester: ShrinkTester): Part {
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
