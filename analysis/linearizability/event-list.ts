import { type KeyOperation, OPEN } from './key-history.js';

const HEAD = 0;

/**
 * Invocations and completions of the operations that are not placed yet, in their order, as a doubly linked list: placing an operation takes its
 * two entries out, and undoing puts them back where they were (Lowe 2017, section 4). Open operations are not in it.
 */
export class EventList {
  /** By node; node 0 is the head. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** Operation of an invocation; of a completion, minus operation minus 1. */
  readonly #meaning: Int32Array;
  readonly #callNode: Int32Array;
  readonly #returnNode: Int32Array;

  constructor(operations: readonly KeyOperation[]) {
    const completed = [...operations.keys()].filter((index) => operations[index]!.ret !== OPEN);
    const entries = [...completed, ...completed.map((index) => -index - 1)];
    const rank = (entry: number) => (entry >= 0 ? operations[entry]!.inv : operations[-entry - 1]!.ret);
    entries.sort((one, other) => rank(one) - rank(other));
    const size = entries.length + 1;
    this.#next = Int32Array.from({ length: size }, (_, node) => (node + 1 === size ? HEAD : node + 1));
    this.#previous = Int32Array.from({ length: size }, (_, node) => (node === HEAD ? size - 1 : node - 1));
    this.#meaning = new Int32Array(size);
    this.#callNode = new Int32Array(operations.length);
    this.#returnNode = new Int32Array(operations.length);
    entries.forEach((entry, index) => {
      this.#meaning[index + 1] = entry;
      if (entry >= 0) this.#callNode[entry] = index + 1;
      else this.#returnNode[-entry - 1] = index + 1;
    });
  }

  /** The node behind `node`, 0 at the end; the first one is behind 0. */
  after(node: number): number {
    return this.#next[node]!;
  }

  before(node: number): number {
    return this.#previous[node]!;
  }

  /** Operation of an invocation; of a completion, minus operation minus 1. */
  meaning(node: number): number {
    return this.#meaning[node]!;
  }

  take(operation: number): void {
    this.#unlink(this.#callNode[operation]!);
    this.#unlink(this.#returnNode[operation]!);
  }

  /** Undoes the last `take` that is not undone. */
  restore(operation: number): void {
    this.#relink(this.#returnNode[operation]!);
    this.#relink(this.#callNode[operation]!);
  }

  #unlink(node: number): void {
    const previous = this.#previous[node]!;
    const next = this.#next[node]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #relink(node: number): void {
    this.#next[this.#previous[node]!] = node;
    this.#previous[this.#next[node]!] = node;
  }
}
