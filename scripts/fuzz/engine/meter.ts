import { getHeapStatistics } from 'node:v8';

/** What one run cost. */
export interface Cost {
  /** Bytes on the heap and beside it that were not there before; a collection on the way makes it too small, never too large. */
  readonly allocatedBytes: number;
  readonly elapsedMs: number;
}

export async function metered(work: () => void | Promise<void>): Promise<Cost> {
  const before = heldBytes();
  const startMs = performance.now();
  const pending = work();
  if (pending !== undefined) await pending;
  return { allocatedBytes: heldBytes() - before, elapsedMs: performance.now() - startMs };
}

function heldBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
