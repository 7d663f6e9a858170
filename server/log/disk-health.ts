import type { Clock, Timer } from '../ports/clock.js';
import type { LogHealth } from '../ports/log-storage.js';

/** A disk without room is asked again this often. */
const FULL_RETRY_MS = 500;

/** How the disk does, as the log sees it: busy since when, full or not, and the wait for room. */
export class DiskHealth implements LogHealth {
  readonly #clock: Clock;
  readonly #readSegmentBytes: () => number;
  isFull = false;
  #batchSinceNs = 0;
  #backgroundSinceNs = 0;
  #timer: Timer | null = null;
  #wake: ((goOn: boolean) => void) | null = null;
  #gaveUp = false;

  constructor(clock: Clock, readSegmentBytes: () => number) {
    this.#clock = clock;
    this.#readSegmentBytes = readSegmentBytes;
  }

  get busySinceNs(): number {
    if (this.#batchSinceNs === 0 || this.#backgroundSinceNs === 0)
      return this.#batchSinceNs || this.#backgroundSinceNs;
    return Math.min(this.#batchSinceNs, this.#backgroundSinceNs);
  }

  get segmentBytes(): number {
    return this.#readSegmentBytes();
  }

  /** A call for the batch begins; the one before it has ended. */
  begin(nowNs: number): void {
    this.#batchSinceNs = nowNs;
  }

  end(): void {
    this.#batchSinceNs = 0;
  }

  beginBackground(): void {
    this.#backgroundSinceNs = this.#clock.nowNs();
  }

  endBackground(): void {
    this.#backgroundSinceNs = 0;
  }

  /** The disk has no room. Resolves with true when it is time to try again, with false when nobody waits any more. */
  waitForRoom(): Promise<boolean> {
    this.isFull = true;
    this.end();
    if (this.#gaveUp) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = this.#clock.after(FULL_RETRY_MS, () => this.#goOn(true));
    });
  }

  /** From now on nobody waits for room. */
  giveUp(): void {
    this.#gaveUp = true;
    this.#goOn(false);
  }

  #goOn(goOn: boolean): void {
    this.#timer?.cancel();
    this.#timer = null;
    const wake = this.#wake;
    this.#wake = null;
    wake?.(goOn);
  }
}
