/** When the measured window begins and ends, monotonic ns, in shared memory: a busy worker must not learn it late. */
export class RunControl {
  static readonly BYTES = 16;
  readonly #cells: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Float64Array(memory);
  }

  static create(): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(RunControl.BYTES);
    new Float64Array(memory).fill(Number.POSITIVE_INFINITY);
    return memory;
  }

  get measureStartNs(): number {
    return this.#cells[0]!;
  }

  get measureEndNs(): number {
    return this.#cells[1]!;
  }

  /** The end is written first: a worker that sees a start always sees its end. */
  setWindow(startNs: number, endNs: number): void {
    this.#cells[1] = endNs;
    this.#cells[0] = startNs;
  }
}
