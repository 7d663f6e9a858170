import type { Entry, HardState, SnapshotMeta } from '../consensus/messages.js';

/** What was found on disk at start. */
export interface RecoveredLog {
  readonly hardState: HardState;
  /** Index and term of the entry before the first: 0 for a log that holds everything. */
  readonly base: LogPosition;
  /** Contiguous, the first has index `base.index + 1`. */
  readonly entries: readonly Entry[];
}

export interface LogPosition {
  readonly index: number;
  readonly term: number;
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
  /**
   * A snapshot of a leader, durable already, replaces the whole log: it goes on at `snapshot.index + 1`. `entries` is empty then. Null on all
   * other appends.
   */
  readonly snapshot: SnapshotMeta | null;
  /** Term or vote changed, or a snapshot: sync whatever the strategy. */
  readonly mustSync: boolean;
  /** Called once, in the order of the appends, when the append may be acknowledged under the strategy in force. */
  readonly onDurable: (timings: AppendTimings) => void;
}

/**
 * The log on disk. `append` never blocks the caller and never throws; an append whose first index is not above the last one
 * replaces the suffix from there. A failed write or sync is reported once through `onFailure` given at opening, after
 * which nothing is ever acknowledged again. A disk without space is no failure: appends wait, `health.isFull` says so, and they go on by
 * themselves once there is room.
 */
export interface LogStorage {
  readonly recovered: RecoveredLog;
  append(request: AppendRequest): void;
  /** Appends accepted and not yet acknowledged. */
  readonly pendingAppends: number;
  readonly pendingBytes: number;
  readonly health: LogHealth;
  /** Entries up to `index` are in a durable snapshot and nobody needs them: whole segments below may go, in the background. */
  compact(index: number): void;
  /** Writes and syncs what is pending, then closes the files. With a full disk it gives up what cannot be written: none of it was acknowledged. */
  close(): Promise<void>;
}

export interface LogHealth {
  /** The disk has no space for what waits. */
  readonly isFull: boolean;
  /** When the write or sync under way began, monotonic ns; 0 when none is. An old one means a stalled disk. */
  readonly busySinceNs: number;
  /** Bytes of the segments on disk. */
  readonly segmentBytes: number;
}
