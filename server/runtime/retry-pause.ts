/** Doubled each time. */
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 200;

/** The time between attempts: what fails together waits together. */
export class RetryPause {
  #endNs = 0;
  #failures = 0;

  isOver(nowNs: number): boolean {
    return nowNs >= this.#endNs;
  }

  /** An attempt failed. */
  extend(nowNs: number): void {
    if (nowNs < this.#endNs) return;
    this.#endNs = nowNs + Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** this.#failures) * 1e6;
    this.#failures += 1;
  }

  /** Something succeeded: the next pause is a short one again. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** There is something new to try at once. */
  end(): void {
    this.#endNs = 0;
    this.#failures = 0;
  }
}
