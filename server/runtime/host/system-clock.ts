import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../../ports/clock.js';

/**
 * The machine's monotonic clock. `process.hrtime()` is CLOCK_MONOTONIC in absolute terms, so stamps of two processes of one machine
 * can be subtracted; `performance.now()` is the same clock from the process's own zero and costs a third. The offset
 * between the two is taken once, as the smallest of several readings (a preempted reading is too large, never too small).
 */
export class SystemClock implements Clock {
  readonly #offsetNs = monotonicOffsetNs();

  nowNs(): number {
    return performance.now() * 1e6 + this.#offsetNs;
  }

  defer(task: () => void): void {
    setImmediate(task);
  }

  after(delayMs: number, task: () => void): Timer {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) };
  }

  every(intervalMs: number, task: () => void): Timer {
    const timer = setInterval(task, intervalMs);
    return { cancel: () => clearInterval(timer) };
  }
}

function monotonicOffsetNs(): number {
  let offset = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 16; round++) {
    const before = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    offset = Math.min(offset, seconds * 1e9 + nanoseconds - before * 1e6);
  }
  return Math.round(offset);
}
