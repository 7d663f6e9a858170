import type { Clock, Timer } from '../../ports/clock.js';

/** Time that moves by one nanosecond a reading; intervals fire when the test says so. */
export class TestClock implements Clock {
  #nowNs = 1_000;
  readonly #intervals = new Set<() => void>();

  nowNs(): number {
    return ++this.#nowNs;
  }

  defer(task: () => void): void {
    setImmediate(task);
  }

  after(_delayMs: number, task: () => void): Timer {
    const timer = this.every(0, () => {
      timer.cancel();
      task();
    });
    return timer;
  }

  every(_intervalMs: number, task: () => void): Timer {
    this.#intervals.add(task);
    return { cancel: () => this.#intervals.delete(task) };
  }

  fireIntervals(): void {
    for (const task of [...this.#intervals]) task();
  }
}
