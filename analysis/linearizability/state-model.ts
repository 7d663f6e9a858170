/** What an operation cannot do in a state that it does not fit. */
export const ILLEGAL = -1;

/**
 * What is known of a write's block: the write, all that is still to observe its value, and if a cas takes that away, the block of what the cas leaves.
 * - `closed`: all of it is pending and may stand together right here; nobody outside needs it.
 * - `early`: something of it comes only after the completion that is next, and that one is not in the block: it cannot be the block's turn yet.
 */
export const BLOCK = { closed: 0, early: 1, unknown: 2 } as const;
export type BlockState = (typeof BLOCK)[keyof typeof BLOCK];

/**
 * The sequential object, over operations and states as integers. It also keeps the books of what is still to be placed, from which it can tell that a
 * state leads nowhere long before the search would run into the wall.
 */
export interface StateModel {
  readonly initial: number;
  /** The state after the operation, or `ILLEGAL`. */
  step(operation: number, state: number): number;
  place(operation: number): void;
  /** Undoes `place`. */
  unplace(operation: number): void;
  /** True only if no order of what is not placed can follow `state`, to which a change came from `before`. */
  isHopeless(before: number, state: number): boolean;
  /** Whether the state is on the way to what the operation has to find: a hint where to look first. */
  isTowards(state: number, operation: number): boolean;
  /** Value that the operation has to find and one operation alone can produce, -1 where that is not known. */
  readonly observes: Int32Array;
  /** Value that is there after the operation whatever was before, -1 where that is not known. */
  readonly produces: Int32Array;
  /** True only if the operation fits, and leaving it for later can never be of use: it observes, or it changes what nobody observes any more. */
  isSettledBy(operation: number, state: number): boolean;
  /** Writes: they fit every state and leave nothing of it. */
  readonly overwrites: Uint8Array;
  /** Begins a new set of pending operations. */
  clearPending(): void;
  /** An operation that may come next; `isFree` is false when another one has to be placed before it. */
  addPending(operation: number, isFree: boolean): void;
  /** Of a pending change; `frontier` is the operation whose completion is next. */
  blockOf(operation: number, frontier: number): BlockState;
}
