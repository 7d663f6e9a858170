import { capturesOf, type PassData, type PointData } from '../../results/run-directory.js';
import type { SyscallCapture } from '../../results/schema/index.js';
import { t } from '../language/language.js';
import { type Measured, measured, missing, notCaptured } from './measured.js';

/** Calls in which a thread waits for others. Idle pool threads alone spend seconds in futex: their time is nobody's work. */
const WAITING = new Set([
  'futex',
  'epoll_pwait',
  'epoll_pwait2',
  'epoll_wait',
  'poll',
  'ppoll',
  'select',
  'pselect6',
  'nanosleep',
  'clock_nanosleep',
  'restart_syscall',
  'wait4',
]);

const SYNCS = new Set(['fsync', 'fdatasync', 'sync_file_range', 'msync']);
const WRITES = new Set(['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2']);

export const isWaiting = (syscall: string): boolean => WAITING.has(syscall);
export const isSync = (syscall: string): boolean => SYNCS.has(syscall);
export const isWrite = (syscall: string): boolean => WRITES.has(syscall);

/** The row of the document's table that a syscall belongs to. */
export function documentRow(syscall: string): string {
  if (SYNCS.has(syscall)) return 'fsync';
  if (WRITES.has(syscall)) return 'write';
  return syscall;
}

export interface SyscallFacts {
  readonly totalSeconds: number;
  /** Without the waiting calls. */
  readonly workingSeconds: number;
  readonly writeCalls: number;
  readonly syncCalls: number;
  /** Shares of the working time. */
  readonly writeShare: number;
  readonly syncShare: number;
  /** Null without a sync. */
  readonly syncMeanUs: number | null;
}

export function syscallFacts(capture: SyscallCapture): SyscallFacts {
  const total = { all: 0, working: 0, write: 0, sync: 0, writeCalls: 0, syncCalls: 0 };
  for (const row of capture.rows) {
    total.all += row.seconds;
    if (!isWaiting(row.syscall)) total.working += row.seconds;
    if (WRITES.has(row.syscall)) {
      total.write += row.seconds;
      total.writeCalls += row.calls;
    }
    if (SYNCS.has(row.syscall)) {
      total.sync += row.seconds;
      total.syncCalls += row.calls;
    }
  }
  const share = (seconds: number) => (total.working === 0 ? 0 : seconds / total.working);
  return {
    totalSeconds: total.all,
    workingSeconds: total.working,
    writeCalls: total.writeCalls,
    syncCalls: total.syncCalls,
    writeShare: share(total.write),
    syncShare: share(total.sync),
    syncMeanUs: total.syncCalls === 0 ? null : (total.sync / total.syncCalls) * 1e6,
  };
}

/** The pass that traced syscalls at this point. */
export function syscallPass(point: PointData): Measured<PassData> {
  const pass = point.passes.find((candidate) => capturesOf(candidate, 'strata.syscalls/1').length > 0);
  return pass === undefined ? notCaptured(t`point ${point.ref.id} has no syscall trace`) : measured(pass);
}

/** The capture of the leader, where one was traced. */
export function leaderSyscalls(point: PointData): Measured<SyscallFacts> {
  const pass = syscallPass(point);
  if (!pass.ok) return pass;
  const capture = capturesOf(pass.value, 'strata.syscalls/1').find(
    (candidate) => candidate.role === 'leader',
  );
  return capture === undefined
    ? missing(t`the syscall trace of point ${point.ref.id} has no leader`)
    : measured(syscallFacts(capture));
}
