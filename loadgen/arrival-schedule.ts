import { Random } from './random.js';

/**
 * Intended start times of the whole generator, in nanoseconds after its start. Every worker computes the one global schedule and
 * takes each `count`-th slot from its own number on, so that the arrivals do not depend on how many workers
 * there are, and the workers together are one Poisson stream, not several that add up.
 */
export class ArrivalSchedule {
  readonly #intervalNs: number;
  readonly #random: Random | null;
  readonly #index: number;
  readonly #count: number;
  #slot = -1;
  #atNs = 0;

  constructor(
    arrival: 'poisson' | 'constant',
    ratePerSecond: number,
    seed: number,
    worker: { readonly index: number; readonly count: number } = { index: 0, count: 1 },
  ) {
    this.#intervalNs = 1e9 / ratePerSecond;
    this.#random = arrival === 'poisson' ? new Random(seed, 2) : null;
    this.#index = worker.index;
    this.#count = worker.count;
  }

  /** Start of this worker's next slot; ascending. */
  next(): number {
    const target = this.#slot < 0 ? this.#index : this.#slot + this.#count;
    if (this.#random === null) {
      this.#slot = target;
      // A product, not a sum: rounding must not drift away from the rate over a long run.
      return target * this.#intervalNs;
    }
    while (this.#slot < target) {
      this.#atNs += this.#random.nextExponential() * this.#intervalNs;
      this.#slot++;
    }
    return this.#atNs;
  }
}
