import { type KeyOperation, KIND, OPEN } from './key-history.js';

/**
 * Operations that never completed, in groups of equals. Equal ones are used in the order of their invocations: whichever is used, the later ones stay,
 * and none of them ever has to be used.
 */
export class OpenOperations {
  readonly #groups: readonly (readonly number[])[];
  readonly #groupOf = new Map<number, number>();
  readonly #operations: readonly KeyOperation[];
  readonly #used: Int32Array;

  constructor(operations: readonly KeyOperation[]) {
    const groups = new Map<string, number[]>();
    operations.forEach((operation, index) => {
      // An open read, and an open cas that changes nothing, have no effect.
      if (operation.ret !== OPEN || operation.kind === KIND.read) return;
      if (operation.kind === KIND.cas && operation.a === operation.b) return;
      // One that has to wait for another would hold up its equals.
      const name = operation.after === -1 ? sameness(operation) : `${operation.id}`;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [index]);
      else group.push(index);
    });
    this.#groups = [...groups.values()];
    this.#groups.forEach((group, number) => {
      for (const operation of group) this.#groupOf.set(operation, number);
    });
    this.#operations = operations;
    this.#used = new Int32Array(this.#groups.length);
  }

  get groupCount(): number {
    return this.#groups.length;
  }

  /** The next operation of the group, -1 when none was invoked before `rank`. */
  available(group: number, rank: number): number {
    const operation = this.#groups[group]![this.#used[group]!];
    return operation !== undefined && this.#operations[operation]!.inv < rank ? operation : -1;
  }

  use(operation: number): void {
    this.#used[this.#groupOf.get(operation)!]! += 1;
  }

  release(operation: number): void {
    this.#used[this.#groupOf.get(operation)!]! -= 1;
  }

  /** Writes what is used behind `length` and gives the new length: two numbers for each group that is in use. */
  describe(key: Int32Array, length: number): number {
    let end = length;
    for (let group = 0; group < this.#used.length; group += 1) {
      if (this.#used[group] === 0) continue;
      key[end] = -group - 1;
      key[end + 1] = this.#used[group]!;
      end += 2;
    }
    return end;
  }
}

/** Equal for operations that do and observe the same. */
export function sameness({ kind, a, b, whole }: KeyOperation): string {
  return `${kind} ${a} ${b} ${whole}`;
}
