import { checkKey } from './check-key.js';
import type { KeyHistory } from './key-history.js';
import { SearchBudget } from './search-budget.js';

export interface ShrinkLimits {
  /** For all checks together. */
  readonly stepsMax: number;
  readonly memoBytesMax: number;
}

/** Says of smaller histories whether they are bad too, within a limit of work. */
export class ShrinkTester {
  isExhausted = false;
  readonly #limits: ShrinkLimits;
  #stepsLeft: number;
  #workLeft = Number.POSITIVE_INFINITY;

  constructor(limits: ShrinkLimits) {
    this.#limits = limits;
    this.#stepsLeft = limits.stepsMax;
  }

  /** From now on, this many operations may be checked. */
  withWork(operations: number): this {
    this.#workLeft = operations;
    return this;
  }

  /** Whether the history is certainly not linearizable: a check that cannot end proves nothing. */
  isBad(history: KeyHistory): boolean {
    const { memoBytesMax } = this.#limits;
    this.#workLeft -= history.operations.length;
    if (this.#workLeft < 0 || this.#stepsLeft <= 0) {
      this.isExhausted = true;
      return false;
    }
    // A tenth of what is left each time: one hard check must not use up all.
    const budget = new SearchBudget(
      Math.max(10_000, Math.floor(this.#stepsLeft / 10)),
      memoBytesMax,
      () => false,
    );
    const outcome = checkKey(history, budget);
    this.#stepsLeft -= budget.stepsUsed;
    if (outcome !== 'linearizable' && outcome !== 'not-linearizable') this.isExhausted = true;
    return outcome === 'not-linearizable';
  }
}
