import { join } from 'node:path';
import type { File, FileSystem, SyncCall, SyncLabel } from '../ports/file-system.js';
import { disk, isFull } from './disk-error.js';
import { syncFile, writeFile } from './file-calls.js';
import { PREPARED_NAME } from './segment.js';

/** Small enough that a write of it does not hold a pool thread for long. */
const CHUNK_BYTES = 256 * 1024;
/** Synced as it grows: one sync of 64 MiB would stall every other sync of the same disk. */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024;

/**
 * Fills the next segment with zeros in the background. It is paced by the log itself, not by a timer: for
 * each byte that the log writes, two are prepared, so the file is ready when the current segment is half
 * full, and an idle node writes nothing.
 *
 * A failure here is no failure of the log yet: the current segment still has room. It is thrown to the one
 * that needs the file. A disk without room is asked again whenever the log has grown a little, and by whoever
 * needs the file: nothing but zeros was written, so the same zeros can be written again.
 */
export class SegmentPreparer {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  readonly #segmentBytes: number;
  /** Invariant: syncedBytes <= filledBytes <= targetBytes <= segmentBytes. */
  #targetBytes = 0;
  #filledBytes = 0;
  #syncedBytes = 0;
  #file: File | null = null;
  #work: Promise<void> | null = null;
  #failure: unknown = null;
  #stopped = false;

  constructor(fileSystem: FileSystem, directory: string, segmentBytes: number) {
    this.#fileSystem = fileSystem;
    this.#path = join(directory, PREPARED_NAME);
    this.#segmentBytes = segmentBytes;
  }

  /** The log has written `writtenBytes` of its current segment. */
  advance(writtenBytes: number): void {
    const target = Math.min(this.#segmentBytes, 2 * writtenBytes);
    const due = target - this.#targetBytes >= CHUNK_BYTES || target === this.#segmentBytes;
    if (!due || target <= this.#targetBytes || this.#stopped) return;
    if (isFull(this.#failure)) this.#failure = null;
    if (this.#failure !== null) return;
    this.#targetBytes = target;
    this.#work ??= this.#fill();
  }

  /**
   * A synced file of zeros in full length under its temporary name. The next call of `advance` starts
   * another.
   */
  async take(): Promise<File> {
    if (isFull(this.#failure)) this.#failure = null;
    this.#targetBytes = this.#segmentBytes;
    while (this.#filledBytes < this.#segmentBytes || this.#work !== null) {
      if (this.#failure !== null) throw this.#failure;
      this.#work ??= this.#fill();
      await this.#work;
    }
    if (this.#failure !== null) throw this.#failure;
    const file = this.#file!;
    this.#file = null;
    this.#targetBytes = this.#filledBytes = this.#syncedBytes = 0;
    return file;
  }

  /** Waits for what is under way and removes the unfinished file. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#targetBytes = this.#filledBytes;
    await this.#work;
    if (this.#file === null) return;
    await discard(this.#fileSystem, this.#file);
    this.#file = null;
  }

  async #fill(): Promise<void> {
    try {
      this.#file ??= await disk('open', this.#path, this.#fileSystem.open(this.#path, 'create'));
      while (this.#filledBytes < this.#targetBytes) {
        const length = Math.min(CHUNK_BYTES, this.#targetBytes - this.#filledBytes);
        await writeFile(this.#file, ZEROS, length, this.#filledBytes, null);
        this.#filledBytes += length;
        const full = this.#filledBytes === this.#segmentBytes;
        if (full || this.#filledBytes - this.#syncedBytes >= SYNC_EVERY_BYTES)
          await this.#sync(full ? 'fsync' : 'fdatasync');
      }
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#work = null;
    }
  }

  async #sync(call: SyncCall): Promise<void> {
    const bytes = this.#filledBytes - this.#syncedBytes;
    await syncFile(this.#file!, call, { cause: 'preallocate', entries: 0, bytes });
    this.#syncedBytes += bytes;
  }
}

/** Closes and removes a file that was never part of the log. */
export async function discard(fileSystem: FileSystem, file: File): Promise<void> {
  await file.close();
  await fileSystem.remove(file.path);
}

const ZEROS = new Uint8Array(CHUNK_BYTES);

/** Writes zeros over `[from, to)`, growing the file where it is shorter. Not synced. */
export async function writeZeros(
  file: File,
  from: number,
  to: number,
  label: SyncLabel | null = null,
): Promise<void> {
  for (let at = from; at < to; ) {
    const length = Math.min(CHUNK_BYTES, to - at);
    await writeFile(file, ZEROS, length, at, label);
    at += length;
  }
}
