import type { GcCapture } from '../../../results/schema/index.js';
import { type MadeUpRole, madeUpHead } from './head.js';

/** `longestMs` is that of the one full collection. */
export function madeUpGc(node: number, role: MadeUpRole, longestMs = 18): GcCapture {
  return {
    schema: 'strata.gc/1',
    ...madeUpHead('gc', node, role),
    kinds: [
      { kind: 'minor', count: 120, totalMs: 96, longestMs: 3.5 },
      { kind: 'incremental', count: 6, totalMs: 2, longestMs: 0.8 },
      { kind: 'major', count: 1, totalMs: longestMs, longestMs },
    ],
    pauses: [
      { kind: 'major', atNs: 600_000_100_000_000, ms: longestMs },
      { kind: 'minor', atNs: 600_000_200_000_000, ms: 3.5 },
    ],
    heapUsedBytes: 78e6,
    heapTotalBytes: 120e6,
    spaces: [
      { name: 'new_space', usedBytes: 12e6, sizeBytes: 32e6 },
      { name: 'old_space', usedBytes: 60e6, sizeBytes: 80e6 },
      { name: 'large_object_space', usedBytes: 6e6, sizeBytes: 8e6 },
    ],
  };
}
