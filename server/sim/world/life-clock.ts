import type { Clock, Timer } from '../../ports/clock.js';
import type { Timeline } from './timeline.js';

/** How a machine's clock differs from the true time. */
export interface ClockSkew {
  /** What it shows when the life begins. */
  readonly zeroNs: number;
  /** Its nanoseconds per true one. */
  readonly rate: number;
}

/**
 * The clock of one life of a node. It runs at a rate of its own from a zero of its own. The process can stand still (SIGSTOP): what would
 * have run meanwhile runs when it goes on, in the order in which it was due. And it can be killed: nothing runs any more, whatever was begun.
 */
export class LifeClock implements Clock {
  readonly #timeline: Timeline;
  readonly #bornNs: number;
  readonly #skew: ClockSkew;
  #isPaused = false;
  #isDead = false;
  #held: (() => void)[] = [];

  constructor(timeline: Timeline, skew: ClockSkew) {
    this.#timeline = timeline;
    this.#bornNs = timeline.nowNs();
    this.#skew = skew;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const task of held) this.#timeline.defer(() => this.run(task));
  }

  kill(): void {
    this.#isDead = true;
    this.#held = [];
  }

  nowNs(): number {
    const { zeroNs, rate } = this.#skew;
    return Math.floor(zeroNs + (this.#timeline.nowNs() - this.#bornNs) * rate);
  }

  defer(task: () => void): void {
    this.#timeline.defer(() => this.run(task));
  }

  after(delayMs: number, task: () => void): Timer {
    let isCancelled = false;
    const timer = this.#timeline.after(delayMs / this.#skew.rate, () => {
      if (this.#isPaused) this.run(() => isCancelled || task());
      else if (!this.#isDead) task();
    });
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  /** An interval that was due several times while the process stood still fires once, as Node's do. */
  every(intervalMs: number, task: () => void): Timer {
    let isHeld = false;
    let isCancelled = false;
    const fire = (): void => {
      isHeld = false;
      if (!isCancelled) task();
    };
    const tick = (): void => {
      if (this.#isDead) return;
      timer = this.#timeline.after(intervalMs / this.#skew.rate, tick);
      if (isHeld) return;
      isHeld = true;
      this.run(fire);
    };
    let timer = this.#timeline.after(intervalMs / this.#skew.rate, tick);
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  /** Something from outside reaches the process: now, when it goes on, or never. */
  run(task: () => void): void {
    if (this.#isDead) return;
    if (this.#isPaused) this.#held.push(task);
    else task();
  }
}
