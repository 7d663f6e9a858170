import type { Operation } from './operations.js';
import type { JsonValue } from './values.js';

/** What was judged. */
export interface Judged {
  readonly keys: number;
  /** Without those that failed, and without reads that never returned: neither constrains anything. */
  readonly operations: number;
  /** Of `operations`, those without a known end. */
  readonly open: number;
  /** Operations that the search placed, again and again included: a measure of work that is the same on every machine. */
  readonly steps: number;
}

/**
 * `linearizable`: there is an order, on every key. `not-linearizable`: there is none on one key, proved by a complete search. `unknown`: time, steps or
 * memory ended first, or nothing was tested; it is never a pass.
 */
export type Verdict =
  | ({ readonly verdict: 'linearizable' } & Judged)
  | ({ readonly verdict: 'not-linearizable'; readonly counterexample: Counterexample } & Judged)
  | ({ readonly verdict: 'unknown'; readonly because: string } & Judged);

/** A few operations on one key that no order explains, whatever else happened. */
export interface Counterexample {
  readonly key: string;
  /** Value of the key before the first of the operations. */
  readonly initial: JsonValue;
  /** Line of the completed read that showed `initial`, when what was before it is left out; null when `initial` is that of the history. */
  readonly initialLine: number | null;
  /** By invocation. */
  readonly operations: readonly CounterexampleOperation[];
  /** Operations of the key that the history has in all. */
  readonly operationsOfKey: number;
  /** The value after the longest order that could be found. */
  readonly reached: JsonValue;
  /** Why the operation marked `impossible` cannot come next. */
  readonly because: string;
  /** False when shrinking was ended by its limit: fewer operations may do. */
  readonly isMinimal: boolean;
}

export interface CounterexampleOperation extends Operation {
  /** Places of the two ends in the order of all events; null for an open operation. */
  readonly invokeRank: number;
  readonly returnRank: number | null;
  /** Place in the longest order that could be found, from 1; null when it is not part of it. */
  readonly place: number | null;
  /** The operation that returned next in that order, and cannot be placed. */
  readonly isImpossible: boolean;
  /** True when it completed, but after the contradiction: here it counts as still under way. */
  readonly isCutShort: boolean;
}
