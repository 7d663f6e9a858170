import type { SyncCallsCapture } from '../../../results/schema/index.js';
import { exponential, seededRandom } from '../random.js';
import { type MadeUpRole, madeUpHead } from './head.js';

/** Mean length of each clock, microseconds. `flush` lies inside `kernel`; null where nobody watches the device. */
export interface MadeUpClocks {
  readonly queue: number;
  readonly kernel: number;
  readonly flush: number | null;
  readonly wake: number;
}

export const EVEN_CLOCKS: MadeUpClocks = { queue: 90, kernel: 280, flush: 110, wake: 60 };

/** Whole nanoseconds on the machine's clock, as a process that has been up for a week would have them. */
export function madeUpSyncCalls(
  node: number,
  role: MadeUpRole,
  clocks: MadeUpClocks = EVEN_CLOCKS,
  count = 1200,
): SyncCallsCapture {
  const random = seededRandom(node * 17 + count);
  let submittedNs = 600_000_000_000_000;
  const length = (meanUs: number) => Math.floor((0.5 + exponential(random, 0.5)) * meanUs * 1e3);
  const calls = Array.from({ length: count }, (_, index) => {
    submittedNs += 2_000_000 + length(500);
    const enteredNs = submittedNs + length(clocks.queue);
    const kernelNs = length(clocks.kernel);
    const flushNs =
      clocks.flush === null ? null : Math.floor(kernelNs * Math.min(1, clocks.flush / clocks.kernel));
    const forEntries = index % 50 !== 0;
    return {
      syscall: 'fdatasync',
      tid: 4100 + (index % 4),
      descriptor: 'wal' as const,
      enteredNs,
      kernelNs,
      submittedNs,
      doneNs: enteredNs + kernelNs + length(clocks.wake),
      cause: forEntries ? 'entries' : 'preallocate',
      entries: forEntries ? 20 + (index % 9) : 0,
      bytes: forEntries ? 4_000 + index : 65_536,
      flushNs,
    };
  });
  return {
    schema: 'strata.sync-calls/1',
    ...madeUpHead('fsync-clocks', node, role),
    method: 'strace',
    calls,
    dropped: 0,
    unmatchedKernel: 2,
    unmatchedProcess: 1,
    device: {
      name: 'vda',
      flushes: count * 3,
      flushMs: (count * 3 * 48) / 1e3,
      bytesWritten: count * 60_000,
    },
  };
}
