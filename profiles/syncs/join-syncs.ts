import type { NodeSyncs, SyncCallsCapture } from '../../results/schema/index.js';
import type { KernelSync } from './kernel-syncs.js';

/** One sync as JavaScript saw it. */
export type ProcessSync = NodeSyncs['syncs'][number];
export type SyncCall = SyncCallsCapture['calls'][number];

/** Both clocks are the same one, but stamps of a tracer are whole microseconds and calibrated to a few. */
export const CLOCK_ERROR_NS = 20_000;
const WRITE = /write/;
/** Syncs that may be under way at once; a pool has at most 1,024 threads, and an account that claims more must not cost the square of it. */
const WAITING_MAX = 4_096;

/** The pairs found, as indexes: for each kernel call its entry in the account of the process, or null. */
export interface SyncPairs {
  readonly processOf: readonly (number | null)[];
  readonly unmatchedKernel: number;
  readonly unmatchedProcess: number;
}

/**
 * Finds for each call in the kernel the sync that JavaScript asked for: one that was submitted before the call entered and was done after it had returned.
 * Several may fit when syncs of different files overlap. Calls are taken in the order in which they entered, and each gets, of the syncs that fit, the
 * one that was done first: what is done later stays free for the calls that return later, so no choice takes away the only fit of another
 * call. That is also the order of libuv's queue, first come, first served.
 *
 * `kernel` ascends by entry. Syncs outside `window`, in which the kernel was not watched for all of their time, do not count as unmatched.
 */
export function joinSyncs(
  kernel: readonly KernelSync[],
  account: readonly ProcessSync[],
  window: { readonly fromNs: number; readonly toNs: number },
  clockErrorNs = CLOCK_ERROR_NS,
): SyncPairs {
  const bySubmission = account
    .map((_, index) => index)
    .sort((a, b) => account[a]!.submittedNs - account[b]!.submittedNs);
  const processOf: (number | null)[] = [];
  const taken = new Set<number>();
  let waiting: number[] = [];
  let next = 0;
  for (const call of kernel) {
    while (
      next < bySubmission.length &&
      account[bySubmission[next]!]!.submittedNs <= call.enteredNs + clockErrorNs
    ) {
      waiting.push(bySubmission[next]!);
      next += 1;
    }
    // What was done before this call entered fits no later call either.
    waiting = waiting.filter((index) => account[index]!.doneNs + clockErrorNs >= call.enteredNs);
    if (waiting.length > WAITING_MAX) waiting = waiting.slice(-WAITING_MAX);
    const returnedNs = call.enteredNs + call.kernelNs;
    let chosen: number | null = null;
    for (const index of waiting) {
      const { doneNs, call: name } = account[index]!;
      if (doneNs + clockErrorNs < returnedNs || !sameCall(name, call.syscall)) continue;
      if (chosen === null || doneNs < account[chosen]!.doneNs) chosen = index;
    }
    if (chosen !== null) {
      taken.add(chosen);
      waiting.splice(waiting.indexOf(chosen), 1);
    }
    processOf.push(chosen);
  }
  const inWindow = account.filter(
    (sync, index) => !taken.has(index) && sync.submittedNs >= window.fromNs && sync.doneNs <= window.toNs,
  );
  return {
    processOf,
    unmatchedKernel: processOf.filter((index) => index === null).length,
    unmatchedProcess: inWindow.length,
  };
}

/** The account names a write to a file opened with O_DSYNC `write`, whichever system call made it. */
function sameCall(account: string, syscall: string): boolean {
  return account === syscall || (account === 'write' && WRITE.test(syscall));
}
