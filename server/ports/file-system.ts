/**
 * The disk as the log sees it. One implementation talks to the kernel (`io/`), others lose what was not
 * synced or fail on demand. Errors carry the system's `code` (`ENOSPC`, `EIO`, ...); nothing here is retried.
 */
export interface FileSystem {
  /** Makes the directory and its parents, durably; existing ones are fine. */
  makeDirectory(path: string): Promise<void>;
  /** Names of the files in a directory, in no particular order. */
  list(path: string): Promise<readonly string[]>;
  readFile(path: string): Promise<Uint8Array>;
  /** Length of a file in bytes. */
  size(path: string): Promise<number>;
  open(path: string, mode: OpenMode): Promise<File>;
  /** Atomic. Durable only after `syncDirectory`. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /**
   * Exclusive among all processes of the machine, or a `StrataError` STRATA_DATA_DIR_LOCKED naming the
   * holder.
   */
  lock(path: string): Promise<FileLock>;
}

/**
 * `create`: a new or emptied file. `write`: an existing one. `write-dsync`: an existing one, and every write
 * returns only when its bytes are on the disk (O_DSYNC). `read`: an existing one that is only read; what it
 * shows stays readable until it is closed, even when its name is removed or given to another file. `extend`:
 * an existing file under a temporary name that is to be completed; nobody waits for its writes.
 */
export type OpenMode = 'create' | 'extend' | 'write' | 'write-dsync' | 'read';

export interface File {
  readonly path: string;
  /**
   * Writes the first `length` bytes of `bytes` at `position`; the buffer must stay as it is until `done`. A
   * short write is an error (code `ESHORT`, with the number of bytes that were taken): the bytes that are
   * missing would be found missing only after a crash. `label`
   * says what the implied sync is for on a file opened `write-dsync`; null on all others.
   */
  write(bytes: Uint8Array, length: number, position: number, label: SyncLabel | null, done: WriteDone): void;
  /**
   * Returns through `done` when all that was written before is on the disk. After an error the file must not
   * be trusted.
   */
  sync(call: SyncCall, label: SyncLabel, done: SyncDone): void;
  /**
   * Reads into `bytes` from `position` of a file opened `read`; gives the number of bytes read, less than
   * `bytes.length` only at the end of the file.
   */
  read(bytes: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Called once, never before `write` returns. */
export type WriteDone = (error: Error | null, bytesWritten: number) => void;
export type SyncDone = (error: Error | null) => void;

/** fdatasync leaves out times and other metadata that reading back does not need. */
export type SyncCall = 'fdatasync' | 'fsync';

/** What a sync was for; the ledger keeps one counter each. */
export const SYNC_CAUSES = [
  'entries',
  'hard-state',
  'interval',
  'rotation',
  'close',
  'recovery',
  'preallocate',
  'directory',
  'snapshot',
  'identity',
] as const;
export type SyncCause = (typeof SYNC_CAUSES)[number];

export interface SyncLabel {
  readonly cause: SyncCause;
  /** Log entries and bytes that this sync makes durable. */
  readonly entries: number;
  readonly bytes: number;
}

export interface FileLock {
  release(): Promise<void>;
}
