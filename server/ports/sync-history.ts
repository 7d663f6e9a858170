import type { SyncCause } from './file-system.js';

/** One sync as JavaScript saw it, monotonic ns. */
export interface SyncRecord {
  /** Counts from 1 since the process started. */
  readonly sequence: number;
  readonly submittedNs: number;
  readonly doneNs: number;
  /** `write`: on a file opened with O_DSYNC, whose write is the sync. */
  readonly call: 'fdatasync' | 'fsync' | 'write';
  readonly cause: SyncCause;
  /** Log entries and bytes that it made durable. */
  readonly entries: number;
  readonly bytes: number;
}

/** The newest syncs of the process. */
export interface SyncHistory {
  /**
   * Syncs with a number above `since`, oldest first, and how many of those were overwritten before they were read. `next` is the number of the newest:
   * the `since` of the next call.
   */
  after(since: number): {
    readonly next: number;
    readonly dropped: number;
    readonly syncs: readonly SyncRecord[];
  };
}
