import type { Clock, Timer } from '../../ports/clock.js';

/** The real time, for tests over real sockets. */
export const realClock: Clock = {
  nowNs: () => Number(process.hrtime.bigint()),
  defer: (task) => void setImmediate(task),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) } satisfies Timer;
  },
  every: (intervalMs, task) => {
    const timer = setInterval(task, intervalMs);
    return { cancel: () => clearInterval(timer) } satisfies Timer;
  },
};

/** Waits until `condition` holds; fails when it does not come to hold. The bound is for a broken build, not a measurement. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; attempt < 2_000; attempt++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never happened: ${what}`);
}
