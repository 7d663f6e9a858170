import type { SnapshotMeta } from '../consensus/messages.js';

/**
 * Snapshot files. A file is whole, checked and durable, or it is not listed: it is written under a temporary name, synced, renamed, and the
 * directory synced. The newest two are kept. Errors are `StrataError`s: STRATA_DISK_FULL leaves everything as it was, STRATA_DISK_FAILED
 * stops the node, STRATA_SNAPSHOT_CORRUPT and STRATA_SNAPSHOT_VERSION name the file.
 */
export interface SnapshotStorage {
  /** Newest first. */
  list(): readonly SnapshotInfo[];
  /** A new snapshot of this node's own state. One at a time. */
  create(meta: SnapshotMeta): Promise<SnapshotWriter>;
  /** The state in a snapshot, block by block, each checked; the last check is of the whole. */
  read(info: SnapshotInfo): AsyncIterable<Uint8Array>;
  /**
   * The bytes of the file as they are, for a peer. The file stays readable until `close`, even when a newer one replaces it. One that was pruned since it
   * was listed is refused with STRATA_SNAPSHOT_REPLACED.
   */
  openFile(info: SnapshotInfo): Promise<SnapshotFile>;
  /** Takes in the file of a peer's snapshot piece by piece; goes on where a former attempt for the same snapshot ended. One at a time. */
  receive(info: SnapshotInfo): Promise<SnapshotReceiver>;
  /** Removes what newer snapshots have replaced. */
  prune(): Promise<void>;
}

export interface SnapshotInfo {
  readonly meta: SnapshotMeta;
  /** Size of the file. */
  readonly fileBytes: number;
  /** CRC-32 that covers the whole file: tells two snapshots of the same index, of two nodes, apart. */
  readonly checksum: number;
}

export interface SnapshotWriter {
  /** The next bytes of the state; at most 1 MiB, unchanged until the promise is settled. */
  write(block: Uint8Array): Promise<void>;
  commit(): Promise<SnapshotInfo>;
  /** Removes the temporary file. */
  abort(): Promise<void>;
}

export interface SnapshotFile {
  readAt(offset: number, lengthMax: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface SnapshotReceiver {
  /** Bytes that are there already. */
  readonly offset: number;
  /** `offset` must be where the file ends; another one is refused with STRATA_SNAPSHOT_OFFSET naming both. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Checks the whole file and gives it its name; a file that fails is removed (STRATA_SNAPSHOT_CORRUPT). */
  commit(): Promise<SnapshotInfo>;
  /** Closes the file and leaves it where it is, to be resumed. */
  suspend(): Promise<void>;
}
