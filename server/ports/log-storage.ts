import type { Entry, HardState } from '../consensus/messages.js';

/** What was found on disk at start. */
export interface RecoveredLog {
  readonly hardState: HardState;
  /** Contiguous, first index 1 or one after the last snapshot. */
  readonly entries: readonly Entry[];
}

/** Monotonic nanoseconds of one append's way to the disk. Cumulative: each is >= the one before. */
export interface AppendTimings {
  readonly submittedNs: number;
  readonly writeStartedNs: number;
  readonly writtenNs: number;
  /** Equal to `writtenNs` where the strategy acknowledges without a sync. */
  readonly syncSubmittedNs: number;
  readonly durableNs: number;
  /** Entries that shared the write and the sync, this append's among them. */
  readonly batchEntries: number;
}

export interface AppendRequest {
  readonly entries: readonly Entry[];
  readonly hardState: HardState | null;
  /** Term or vote changed: sync whatever the strategy. */
  readonly mustSync: boolean;
  /** Called once, in the order of the appends, when the append may be acknowledged under the strategy in force. */
  readonly onDurable: (timings: AppendTimings) => void;
}

/**
 * The log on disk. `append` never blocks the caller and never throws; an append whose first index is not above the last one
 * replaces the suffix from there. A failed write or sync is reported once through `onFailure` given at opening, after
 * which nothing is ever acknowledged again.
 */
export interface LogStorage {
  readonly recovered: RecoveredLog;
  append(request: AppendRequest): void;
  /** Appends accepted and not yet acknowledged. */
  readonly pendingAppends: number;
  readonly pendingBytes: number;
  /** Writes and syncs what is pending, then closes the files. */
  close(): Promise<void>;
}
