import { EventList } from './event-list.js';
import { type KeyHistory, OPEN } from './key-history.js';
import { OpenOperations } from './open-operations.js';
import type { StateModel } from './state-model.js';

/** What is placed so far, and what may come next: the operations invoked before the first completion that is not placed. */
export class Window {
  readonly open: OpenOperations;
  /** Operations that may come next, after `settle`: entries below `eligibleCount`. */
  readonly eligible: Int32Array;
  eligibleCount = 0;
  /** The operation that returned first of those not placed, after `settle`; it has to be among the next. */
  frontier = -1;
  /** Its completion. Open operations invoked after it cannot come next either. */
  frontierRank = 0;
  /** Name of the configuration, up to the length that `describe` gives. */
  readonly key: Int32Array;
  state: number;
  completedCount = 0;
  readonly #model: StateModel;
  readonly #list: EventList;
  readonly #returns: Int32Array;
  /** Place of the operation that has to be placed first though the ranks do not say so, -1 for none. */
  readonly #after: Int32Array;
  readonly #isPlaced: Uint8Array;
  readonly #order: Int32Array;
  readonly #statesBefore: Int32Array;
  #placedCount = 0;

  constructor({ operations }: KeyHistory, model: StateModel) {
    const size = operations.length;
    this.open = new OpenOperations(operations);
    this.state = model.initial;
    this.#model = model;
    this.#list = new EventList(operations);
    this.#returns = Int32Array.from(operations, ({ ret }) => ret);
    this.#after = predecessors(operations);
    this.#isPlaced = new Uint8Array(size);
    this.#order = new Int32Array(size);
    this.#statesBefore = new Int32Array(size);
    this.eligible = new Int32Array(size);
    this.key = new Int32Array(1 + size + 2 * this.open.groupCount);
  }

  get isComplete(): boolean {
    return this.frontier === -1;
  }

  get placedCount(): number {
    return this.#placedCount;
  }

  /** Whether what has to come before the operation is placed, where the ranks do not say it. */
  isFree(operation: number): boolean {
    const after = this.#after[operation]!;
    return after === -1 || this.#isPlaced[after] === 1;
  }

  returnOf(operation: number): number {
    return this.#returns[operation]!;
  }

  /**
   * Finds what may come next, and places at once what fits and leaves the state as it is: such an operation can only get in the way later.
   */
  settle(): void {
    const list = this.#list;
    this.eligibleCount = 0;
    let node = list.after(0);
    while (node !== 0) {
      const operation = list.meaning(node);
      if (operation < 0) {
        this.frontier = -operation - 1;
        this.frontierRank = this.#returns[this.frontier]!;
        return;
      }
      if (this.#model.isSettledBy(operation, this.state) && this.isFree(operation)) {
        const before = list.before(node);
        this.#put(operation, this.state);
        node = list.after(before);
      } else {
        this.eligible[this.eligibleCount] = operation;
        this.eligibleCount += 1;
        node = list.after(node);
      }
    }
    this.frontier = -1;
  }

  /** Places an operation that fits. False when nothing can follow. */
  place(operation: number): boolean {
    const before = this.state;
    this.#put(operation, this.#model.step(operation, before));
    return !this.#model.isHopeless(before, this.state);
  }

  #put(operation: number, state: number): void {
    this.#order[this.#placedCount] = operation;
    this.#statesBefore[this.#placedCount] = this.state;
    this.#placedCount += 1;
    this.state = state;
    this.#isPlaced[operation] = 1;
    this.#model.place(operation);
    if (this.#returns[operation] === OPEN) {
      this.open.use(operation);
    } else {
      this.#list.take(operation);
      this.completedCount += 1;
    }
  }

  /** Takes back what was placed last, until `count` are left. */
  goBack(count: number): void {
    while (this.#placedCount > count) {
      this.#placedCount -= 1;
      const operation = this.#order[this.#placedCount]!;
      this.state = this.#statesBefore[this.#placedCount]!;
      this.#isPlaced[operation] = 0;
      this.#model.unplace(operation);
      if (this.#returns[operation] === OPEN) {
        this.open.release(operation);
      } else {
        this.#list.restore(operation);
        this.completedCount -= 1;
      }
    }
  }

  /** Writes the name of the configuration into `key`, after `settle`, and gives its length. */
  describe(): number {
    const { key, eligible, eligibleCount } = this;
    key[0] = this.state;
    for (let at = 0; at < eligibleCount; at += 1) key[at + 1] = eligible[at]!;
    return this.open.describe(key, eligibleCount + 1);
  }

  order(): number[] {
    return [...this.#order.subarray(0, this.#placedCount)];
  }
}

function predecessors(operations: KeyHistory['operations']): Int32Array {
  if (operations.every(({ after }) => after === -1)) return new Int32Array(operations.length).fill(-1);
  const places = new Map(operations.map(({ id }, place) => [id, place]));
  // One that is not among them binds nobody.
  return Int32Array.from(operations, ({ after }) => (after === -1 ? -1 : (places.get(after) ?? -1)));
}
