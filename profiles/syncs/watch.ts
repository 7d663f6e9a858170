import type { SyncCallsCapture } from '../../results/schema/index.js';
import type { ProbeAvailability } from '../probe.js';
import type { KernelLogReader } from './kernel-syncs.js';

/** Calls that are watched always; those of the second row where files are open with O_DSYNC, whose every write is a sync. */
export const SYNC_CALLS = ['fsync', 'fdatasync'] as const;
export const DSYNC_WRITES = ['pwrite64', 'pwritev'] as const;

export interface WatchOptions {
  readonly pid: number;
  /** Where the watcher writes what it sees. */
  readonly logPath: string;
  readonly seconds: number;
  readonly calls: readonly string[];
}

export interface Watch {
  /** Lets the kernel go; the log is complete then, and this reads it. */
  stop(): Promise<KernelLogReader>;
}

/** One way to see the syncs of a process in the kernel. */
export interface Watcher {
  readonly method: SyncCallsCapture['method'];
  check(): Promise<ProbeAvailability>;
  /** Resolves when it watches. */
  start(options: WatchOptions): Promise<Watch>;
}
