import type { FutexRow, SyscallCapture, ThreadKind } from '../../results/schema/index.js';
import type { TracedThread } from './trace-summary.js';

type SyscallRow = SyscallCapture['rows'][number];

const US_PER_MS = 1_000;
const US_PER_SECOND = 1_000_000;

/** The threads added up, most time first. */
export function syscallRows(threads: readonly TracedThread[]): SyscallRow[] {
  const sums = new Map<string, { calls: number; errors: number; us: number; minUs: number; maxUs: number }>();
  for (const row of threads.flatMap(({ rows }) => rows)) {
    const sum = sums.get(row.syscall) ?? {
      calls: 0,
      errors: 0,
      us: 0,
      minUs: Number.POSITIVE_INFINITY,
      maxUs: 0,
    };
    sum.calls += row.calls;
    sum.errors += row.errors;
    sum.us += row.totalMs * US_PER_MS;
    sum.minUs = Math.min(sum.minUs, row.minMs * US_PER_MS);
    sum.maxUs = Math.max(sum.maxUs, row.maxMs * US_PER_MS);
    sums.set(row.syscall, sum);
  }
  return [...sums]
    .map(([syscall, { calls, errors, us, minUs, maxUs }]) => ({
      syscall,
      calls,
      errors,
      seconds: thousandths(us) / US_PER_SECOND,
      usecsPerCall: calls === 0 ? 0 : thousandths(us / calls),
      minUs: Math.round(minUs),
      maxUs: Math.round(maxUs),
    }))
    .sort((a, b) => b.seconds - a.seconds || (a.syscall < b.syscall ? -1 : 1));
}

/**
 * Futex calls by thread. A pool or platform thread sleeps in futex while it has no work, and a summary cannot tell that from a lock: all its
 * time is `parkedSeconds`. For any other thread `waits` counts all calls, those that only wake another thread included; they take microseconds.
 */
export function futexRows(
  threads: readonly TracedThread[],
  kinds: ReadonlyMap<number, ThreadKind>,
): FutexRow[] {
  return threads.flatMap(({ tid, rows }): FutexRow[] => {
    const row = rows.find(({ syscall }) => syscall === 'futex');
    if (row === undefined) return [];
    const thread = kinds.get(tid) ?? 'other';
    const seconds = thousandths(row.totalMs * US_PER_MS) / US_PER_SECOND;
    if (thread === 'pool' || thread === 'platform')
      return [{ tid, thread, parkedSeconds: seconds, waits: 0, waitSeconds: 0, longestUs: 0 }];
    const longestUs = Math.round(row.maxMs * US_PER_MS);
    return [{ tid, thread, parkedSeconds: 0, waits: row.calls, waitSeconds: seconds, longestUs }];
  });
}

/** Sums of decimal fractions, without the digits that binary ones add. */
function thousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
