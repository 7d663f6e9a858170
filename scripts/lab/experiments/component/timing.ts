import { quantileOf } from '../../../../analysis/statistics/order-statistics.js';

/** Monotonic milliseconds. */
export const nowMs = (): number => performance.now();

/** Does the work again and again until the time is over; at least once. Gives how often per second. */
export async function ratePerSecond(seconds: number, work: () => Promise<number>): Promise<number> {
  const startMs = nowMs();
  const endMs = startMs + seconds * 1_000;
  let count = 0;
  do {
    count += await work();
  } while (nowMs() < endMs);
  return (count * 1_000) / (nowMs() - startMs);
}

/** The same for work that blocks. */
export function ratePerSecondSync(seconds: number, work: () => number): number {
  const startMs = nowMs();
  const endMs = startMs + seconds * 1_000;
  let count = 0;
  do {
    count += work();
  } while (nowMs() < endMs);
  return (count * 1_000) / (nowMs() - startMs);
}

/** Quantile of durations, null where fewer than ten lie beyond it. */
export function supportedQuantile(values: readonly number[], quantile: number): number | null {
  return values.length * (1 - quantile) < 10 ? null : quantileOf(values, quantile);
}
