/** What an operation cannot do in a state that it does not fit. */
export const ILLEGAL = -1;

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
  /** Value that the operation has to find and one operation alone can produce, -1 where that is not known. */
  readonly observes: Int32Array;
  /** Value that is there after the operation whatever was before, -1 where that is not known. */
  readonly produces: Int32Array;
  /** Writes that overwrite whatever is there with what nobody observes. */
  readonly isUnobservedWrite: Uint8Array;
}
