import type { PerfCapture, SyscallCapture } from '../../../results/schema/index.js';
import { perfTaken, syscallTable } from './evidence-captures.js';

/** Tables of the reference document as a tracer and a sampler would have recorded them. */

/** 2.3, the healthy server: 25 writes to a sync of 1.2 ms. */
export function healthySyscalls(): SyscallCapture {
  return syscallTable([
    ['futex', 14_234, 2.123456],
    ['write', 14_740, 1.178902],
    ['fsync', 590, 0.708234],
    ['read', 16_577, 0.414589],
    ['mmap', 11_390, 0.113902],
    ['munmap', 5_860, 0.087912],
    ['clone', 1_982, 0.023789],
  ]);
}

/** 2.3, abnormal case 1: 78 % of the time in syncs of 1.5 ms. */
export function tooManySyncs(): SyscallCapture {
  return syscallTable([
    ['fsync', 5_968, 8.952134],
    ['write', 71_283, 1.425678],
    ['read', 64_890, 0.648902],
  ]);
}

/** 2.3, abnormal case 2: 66 % of the time in syncs of 15 ms; the rest of the table, which the document cuts off, as one row. */
export function slowSyncs(): SyscallCapture {
  return syscallTable([
    ['fsync', 608, 9.123456],
    ['write', 111_427, 2.785678],
    ['read', 64_890, 1.937],
  ]);
}

/** 3.3, the leader with a contended lock: waiting, locking and unlocking together. */
export const contendedLocks = (): PerfCapture =>
  perfTaken('__lll_lock_wait', 'consensus', 0.2567 + 0.1834 + 0.0891);

/** 3.3, the healthy leader. */
export const quietLocks = (): PerfCapture => perfTaken('pthread_mutex_lock', 'consensus', 0.0245);
