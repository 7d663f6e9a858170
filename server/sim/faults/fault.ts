/** One kind of trouble. */
export interface Fault {
  /** Once a tick while anything may happen. */
  onTick(): void;
  /** Takes back what it did; it is not asked again. */
  heal?(): void;
}
