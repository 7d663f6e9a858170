import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';

const intervalNs = 1e9;

/** Warnings that a stranger can cause: one a second at most, with the number of those left out. */
export class RateLimitedLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #nextNs = 0;
  #suppressed = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  warn(fields: Record<string, unknown>, message: string): void {
    const nowNs = this.#clock.nowNs();
    if (nowNs < this.#nextNs) {
      this.#suppressed += 1;
      return;
    }
    this.#logger.warn({ ...fields, suppressed: this.#suppressed }, message);
    this.#nextNs = nowNs + intervalNs;
    this.#suppressed = 0;
  }
}
