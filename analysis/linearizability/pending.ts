/** The pending observers of each value. Emptied by raising a number, as it happens at every step. */
export class Pending {
  #stamp = 0;
  readonly #stamps: Int32Array;
  readonly #readers: Int32Array;
  readonly #takers: Int32Array;
  readonly #taker: Int32Array;
  readonly #isBlocked: Uint8Array;

  constructor(values: number) {
    this.#stamps = new Int32Array(values);
    this.#readers = new Int32Array(values);
    this.#takers = new Int32Array(values);
    this.#taker = new Int32Array(values);
    this.#isBlocked = new Uint8Array(values);
  }

  clear(): void {
    this.#stamp += 1;
  }

  add(value: number, operation: number, takes: boolean, isFree: boolean): void {
    if (this.#stamps[value] !== this.#stamp) {
      this.#stamps[value] = this.#stamp;
      this.#readers[value] = 0;
      this.#takers[value] = 0;
      this.#isBlocked[value] = 0;
    }
    if (!isFree) this.#isBlocked[value] = 1;
    if (!takes) this.#readers[value]! += 1;
    else {
      this.#takers[value]! += 1;
      this.#taker[value] = operation;
    }
  }

  readers(value: number): number {
    return this.#stamps[value] === this.#stamp ? this.#readers[value]! : 0;
  }

  takers(value: number): number {
    return this.#stamps[value] === this.#stamp ? this.#takers[value]! : 0;
  }

  /** One of the takers, if there are any. */
  taker(value: number): number {
    return this.#taker[value]!;
  }

  /** Whether one of the observers waits for another operation. */
  isBlocked(value: number): boolean {
    return this.#stamps[value] === this.#stamp && this.#isBlocked[value] === 1;
  }
}
