import type { ThreadKind } from '../../results/schema/index.js';
import { readProc } from '../proc/proc.js';
import type { TracedThread } from './trace-summary.js';

/** What no helper of V8 asks of the kernel: its threads compute, sleep and manage memory. */
const POOL_CALL =
  /^(fdatasync|fsync|p?write(v|64)?|pwritev2?|p?read(v|64)?|open(at)?|f?stat(x)?|newfstatat|fallocate)$/;
const LOOP_CALL = /^epoll_/;

/** What /proc lets one infer of the threads of a process; empty when it is gone. What it cannot tell apart is `other`. */
export function threadKinds(pid: number): Map<number, ThreadKind> {
  const threads = readProc(pid)?.threads ?? [];
  return new Map(threads.map(({ tid, kind }) => [tid, kind === 'worker' ? 'other' : kind]));
}

/** Two looks at the same threads: what only one of them could tell counts, and of two that differ the later. */
export function mergeKinds(
  earlier: ReadonlyMap<number, ThreadKind>,
  later: ReadonlyMap<number, ThreadKind>,
): Map<number, ThreadKind> {
  const told = [...later].filter(([tid, kind]) => kind !== 'other' || !earlier.has(tid));
  return new Map([...earlier, ...told]);
}

/** A thread that /proc could not tell, told by what it asked of the kernel. */
export function kindsByCalls(
  threads: readonly TracedThread[],
  kinds: ReadonlyMap<number, ThreadKind>,
): Map<number, ThreadKind> {
  const all = new Map(kinds);
  for (const { tid, rows } of threads) {
    if ((all.get(tid) ?? 'other') !== 'other') continue;
    const calls = (pattern: RegExp): boolean => rows.some(({ syscall }) => pattern.test(syscall));
    if (calls(POOL_CALL) && !calls(LOOP_CALL)) all.set(tid, 'pool');
  }
  return all;
}
