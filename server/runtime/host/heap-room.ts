import { getHeapStatistics } from 'node:v8';

/** Keys, values and what surrounds them against their estimate, the log in memory, and room for the collector. */
const HEAP_PER_STATE_BYTE = 1.5;

/** What to tell an operator whose process would run out of heap before the limit of the state is met; null when there is room. */
export function heapWarning(
  stateBytesMax: number,
  heapBytesMax: number = getHeapStatistics().heap_size_limit,
): string | null {
  const neededBytes = stateBytesMax * HEAP_PER_STATE_BYTE;
  if (heapBytesMax >= neededBytes) return null;
  const mib = (bytes: number): number => Math.ceil(bytes / 2 ** 20);
  return (
    `the heap may grow to ${mib(heapBytesMax)} MiB, which is not enough for limits.stateBytesMax of ${mib(stateBytesMax)} MiB: ` +
    `start with NODE_OPTIONS=--max-old-space-size=${mib(neededBytes)} or lower the limit`
  );
}
