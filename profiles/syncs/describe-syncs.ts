import type { SyncCallsCapture } from '../../results/schema/index.js';
import type { DescriptorHistory } from '../descriptors/descriptor-history.js';
import { kindOfPath } from '../descriptors/descriptor-kind.js';
import { joinSyncs, type ProcessSync, type SyncCall } from './join-syncs.js';
import { flushNsWithin, type KernelSync, type KernelView } from './kernel-syncs.js';
import { DSYNC_WRITES } from './watch.js';

/** Enough for every percentile that is shown, and two megabytes of JSON. */
const CALLS_MAX = 10_000;

/** All that was seen of the syncs of one process. */
export interface SyncSight {
  readonly view: KernelView;
  /** Null for a process that keeps no account of its syncs. */
  readonly account: readonly ProcessSync[] | null;
  /** From when to when the kernel was watched, CLOCK_MONOTONIC. */
  readonly window: { readonly fromNs: number; readonly toNs: number };
  readonly history: Pick<DescriptorHistory, 'pathAt'>;
  /** Files that are open with O_DSYNC: only writes to them are syncs. */
  readonly dsync: ReadonlySet<string>;
  /** A node of ours, whose files have the names of our layout. */
  readonly ours: boolean;
}

export type SyncDescription = Pick<
  SyncCallsCapture,
  'calls' | 'dropped' | 'unmatchedKernel' | 'unmatchedProcess'
> & {
  /** The file that was synced most, for finding its device; null for no syncs or no path. */
  readonly mainPath: string | null;
};

/** Puts the clocks together, call by call. Of more calls than the limit every n-th is kept, so that all of the window is there. */
export function describeSyncs({ view, account, window, history, dsync, ours }: SyncSight): SyncDescription {
  const paths = new Map<KernelSync, string | null>();
  const syncs = view.syncs.filter((sync) => {
    const path =
      sync.path ?? (sync.descriptor === null ? null : history.pathAt(sync.descriptor, sync.enteredNs));
    paths.set(sync, path);
    return !isWrite(sync) || (path !== null && dsync.has(path));
  });
  const pairs = account === null ? null : joinSyncs(syncs, account, window);
  const calls = syncs.map((sync, index): SyncCall => {
    const pair = pairs?.processOf[index] ?? null;
    const entry = pair === null ? null : account![pair]!;
    const path = paths.get(sync) ?? null;
    return {
      syscall: sync.syscall,
      tid: sync.tid,
      descriptor: path === null ? 'none' : kindOfPath(path, ours),
      enteredNs: sync.enteredNs,
      kernelNs: sync.kernelNs,
      submittedNs: entry?.submittedNs ?? null,
      doneNs: entry?.doneNs ?? null,
      cause: entry?.cause ?? null,
      entries: entry?.entries ?? null,
      bytes: entry?.bytes ?? null,
      flushNs: view.flushes === null ? null : flushNsWithin(sync, view.flushes),
    };
  });
  const stride = Math.max(1, Math.ceil(calls.length / CALLS_MAX));
  const kept = calls.filter((_, index) => index % stride === 0);
  return {
    calls: kept,
    dropped: view.lost + calls.length - kept.length,
    unmatchedKernel: pairs?.unmatchedKernel ?? 0,
    unmatchedProcess: pairs?.unmatchedProcess ?? 0,
    mainPath: mostFrequent(syncs.map((sync) => paths.get(sync) ?? null)),
  };
}

function isWrite({ syscall }: KernelSync): boolean {
  return (DSYNC_WRITES as readonly string[]).includes(syscall);
}

function mostFrequent(paths: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const path of paths) if (path !== null) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
