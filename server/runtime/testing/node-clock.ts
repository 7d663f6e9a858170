import type { Clock, Timer } from '../../ports/clock.js';

/**
 * One node's view of the cluster's clock, so that the node can be stopped while time goes on (SIGSTOP): what would have run meanwhile runs when
 * it goes on, in the order in which it was due; an interval that was due several times fires once, as Node's do.
 */
export class NodeClock implements Clock {
  readonly #clock: Clock;
  #isPaused = false;
  #held: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const task of held) this.#clock.defer(() => this.#run(task));
  }

  nowNs(): number {
    return this.#clock.nowNs();
  }

  defer(task: () => void): void {
    this.#clock.defer(() => this.#run(task));
  }

  after(delayMs: number, task: () => void): Timer {
    let isCancelled = false;
    const timer = this.#clock.after(delayMs, () =>
      this.#run(() => {
        if (!isCancelled) task();
      }),
    );
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  every(intervalMs: number, task: () => void): Timer {
    let isHeld = false;
    let isCancelled = false;
    const timer = this.#clock.every(intervalMs, () => {
      if (isHeld) return;
      isHeld = true;
      this.#run(() => {
        isHeld = false;
        if (!isCancelled) task();
      });
    });
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  #run(task: () => void): void {
    if (this.#isPaused) this.#held.push(task);
    else task();
  }
}
