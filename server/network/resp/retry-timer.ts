import type { Timer } from '../../ports/clock.js';
import type { RespContext } from './resp-context.js';
import { retryDelayMsMax, retryDelayMsMin } from './resp-limits.js';

/** When held calls begin again: soon at first, then less often. Connections are spread, so that not all come back in the same turn. */
export class RetryTimer {
  readonly #context: RespContext;
  readonly #spread: number;
  readonly #onTime: () => void;
  #attempts = 0;
  #timer: Timer | null = null;

  constructor(context: RespContext, connection: number, onTime: () => void) {
    this.#context = context;
    this.#spread = 0.75 + ((connection * 37) % 64) / 128;
    this.#onTime = onTime;
  }

  /** Whether an attempt would still be made before the deadline. */
  fits(nowNs: number, deadlineNs: number): boolean {
    return nowNs + this.#delayMs * 1e6 < deadlineNs;
  }

  start(): void {
    const delayMs = this.#delayMs;
    this.#attempts += 1;
    this.#timer = this.#context.clock.after(delayMs, () => {
      this.#timer = null;
      this.#onTime();
    });
  }

  /** Something was answered. */
  reset(): void {
    this.#attempts = 0;
  }

  /** True when an attempt was due. */
  cancel(): boolean {
    const wasDue = this.#timer !== null;
    this.#timer?.cancel();
    this.#timer = null;
    return wasDue;
  }

  get #delayMs(): number {
    return Math.ceil(Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** this.#attempts) * this.#spread);
  }
}
