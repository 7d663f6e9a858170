import type { Operation } from './operations.js';
import type { JsonValue, ValueTable } from './values.js';

/** `cas` with equal values, and reads, observe and change nothing. */
export const KIND = { read: 0, write: 1, cas: 2, append: 3 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** The rank of a completion that never came: after every other event. */
export const OPEN = 2 ** 31 - 1;

/** An operation on one key, with its values and times as integers. */
export interface KeyOperation {
  /** Place in the history's list of operations. */
  readonly id: number;
  readonly kind: Kind;
  /** What read returned, write wrote, cas expected, append appended. */
  readonly a: number;
  /** What cas wrote. */
  readonly b: number;
  /** The whole value after an append, -1 where the system did not tell. */
  readonly whole: number;
  /** Places of invocation and completion in the order of all events. One operation precedes another when its `ret` is below the other's `inv`. */
  readonly inv: number;
  readonly ret: number;
  /** Id of the operation that the same process completed at the very time of this invocation: it precedes this one though the ranks do not say so. */
  readonly after: number;
}

/** Everything that happened to one key: linearizability is a local property, so each key is judged alone (Herlihy & Wing 1990, theorem 1). */
export interface KeyHistory {
  readonly key: string;
  /** Value before the first operation. */
  readonly initial: number;
  /** By invocation. */
  readonly operations: readonly KeyOperation[];
  readonly values: ValueTable;
}

/**
 * `concurrent`: a completion and an invocation at the same time say nothing about their order, as clocks of several recorders are too coarse to tell.
 * `in-order`: the list is in the order in which things happened, as with a recorder that is one thread.
 */
export type EqualTimes = 'concurrent' | 'in-order';

const FREE_KIND: Readonly<Record<Operation['f'], Kind>> = {
  read: KIND.read,
  get: KIND.read,
  write: KIND.write,
  put: KIND.write,
  cas: KIND.cas,
  append: KIND.append,
};

export function splitByKey(
  operations: readonly Operation[],
  values: ValueTable,
  initialOf: (key: string) => JsonValue,
  equalTimes: EqualTimes,
): KeyHistory[] {
  const { inv, ret } = rankEvents(operations, equalTimes);
  const byKey = new Map<string, KeyOperation[]>();
  const lastOfProcess = new Map<string, number>();
  operations.forEach((operation, id) => {
    const { key, process, invokeNs } = operation;
    const list = byKey.get(key);
    const self: KeyOperation = {
      id,
      kind: FREE_KIND[operation.f],
      ...valuesOf(operation, values),
      inv: inv[id]!,
      ret: ret[id]!,
      after: tiedPredecessor(),
    };
    if (list === undefined) byKey.set(key, [self]);
    else list.push(self);

    function tiedPredecessor(): number {
      if (equalTimes === 'in-order') return -1;
      const thread = `${process} ${key}`;
      const last = lastOfProcess.get(thread);
      lastOfProcess.set(thread, id);
      return last !== undefined && operations[last]!.returnNs === invokeNs ? last : -1;
    }
  });
  return [...byKey].map(([key, list]) => ({
    key,
    initial: values.intern(initialOf(key)),
    operations: list.sort((one, other) => one.inv - other.inv),
    values,
  }));
}

function valuesOf(
  { f, input, output, returnNs }: Operation,
  values: ValueTable,
): Pick<KeyOperation, 'a' | 'b' | 'whole'> {
  if (f === 'read' || f === 'get') return { a: values.intern(output), b: -1, whole: -1 };
  if (f === 'cas') {
    const [expected, next] = input as [JsonValue, JsonValue];
    return { a: values.intern(expected), b: values.intern(next), whole: -1 };
  }
  // An append that returns what it appended tells nothing about the whole: see the format.
  const tells = f === 'append' && returnNs !== null && output !== input;
  return { a: values.intern(input), b: -1, whole: tells ? values.intern(output) : -1 };
}

interface Ranks {
  readonly inv: Int32Array;
  readonly ret: Int32Array;
}

function rankEvents(operations: readonly Operation[], equalTimes: EqualTimes): Ranks {
  const inv = new Int32Array(operations.length);
  const ret = new Int32Array(operations.length).fill(OPEN);
  const moments: {
    readonly id: number;
    readonly ns: number;
    readonly line: number;
    readonly isReturn: boolean;
  }[] = [];
  operations.forEach(({ invokeNs, invokeLine, returnNs, returnLine }, id) => {
    moments.push({ id, ns: invokeNs, line: invokeLine, isReturn: false });
    if (returnNs !== null && returnLine !== null)
      moments.push({ id, ns: returnNs, line: returnLine, isReturn: true });
  });
  moments.sort(
    (one, other) =>
      one.ns - other.ns ||
      (equalTimes === 'concurrent' ? Number(one.isReturn) - Number(other.isReturn) : 0) ||
      one.line - other.line,
  );
  moments.forEach(({ id, isReturn }, rank) => {
    if (isReturn) ret[id] = rank;
    else inv[id] = rank;
  });
  return { inv, ret };
}
