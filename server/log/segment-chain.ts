import { join } from 'node:path';
import type { HardState } from '../consensus/messages.js';
import type { File, FileSystem, OpenMode } from '../ports/file-system.js';
import { diskError } from './disk-error.js';
import { syncFile, writeFile } from './file-calls.js';
import type { Identity } from './record-codec.js';
import type { Tail } from './recovery.js';
import { encodeSegmentHead, segmentFileName } from './segment.js';
import { SegmentPreparer, writeZeros } from './segment-preparer.js';

/** The end of the log as the files have it. */
export interface LogEnd {
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly hardState: HardState;
}

export interface ChainOptions {
  readonly fileSystem: FileSystem;
  /** Directory of the segments. */
  readonly directory: string;
  readonly identity: Identity;
  readonly segmentBytes: number;
  /** How the current segment is opened: `write` or `write-dsync`. */
  readonly mode: OpenMode;
}

/** The segment that is written to and the change to the next. */
export class SegmentChain {
  readonly #options: ChainOptions;
  readonly #preparer: SegmentPreparer;
  #file: File | null = null;
  #sequence = 0;
  #headBytes = 0;
  /** Where the next write goes. Invariant: 0 <= syncedBytes <= position. */
  position = 0;
  /** Every byte below is known to be on the disk. */
  syncedBytes = 0;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#preparer = new SegmentPreparer(options.fileSystem, options.directory, options.segmentBytes);
  }

  get file(): File {
    return this.#file!;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get isDirty(): boolean {
    return this.position > this.syncedBytes;
  }

  /** A batch longer than a segment goes into one of its own, which then grows. */
  mustRotateFor(batchBytes: number): boolean {
    return this.position + batchBytes > this.#options.segmentBytes && this.position > this.#headBytes;
  }

  /** The log has grown to `position`: lets the preparation of the next segment keep pace. */
  advance(): void {
    this.#preparer.advance(this.position);
  }

  /**
   * Goes on behind what recovery found. A torn tail is overwritten with zeros first, or it would stand behind
   * the next record as damage; and everything is synced, because what a crashed process left in the page
   * cache was read as if it were durable.
   */
  async resume(tail: Tail): Promise<void> {
    const { fileSystem, directory, segmentBytes, mode } = this.#options;
    const file = await this.#open(tail.path, 'write');
    await writeZeros(file, tail.endBytes, tail.usedBytes);
    const label = { cause: 'recovery', entries: 0, bytes: 0 } as const;
    await syncFile(file, 'fsync', label);
    // Only after the zeros are durable: a file that ends inside a record is proof of a torn write, a grown
    // one is not.
    if (tail.fileBytes < segmentBytes) {
      await writeZeros(file, tail.fileBytes, segmentBytes);
      await syncFile(file, 'fsync', label);
    }
    await file.close();
    await this.#disk('sync', directory, fileSystem.syncDirectory(directory));
    this.#file = await this.#open(tail.path, mode);
    this.#sequence = tail.sequence;
    this.position = this.syncedBytes = tail.endBytes;
  }

  /**
   * Changes to the next segment, or makes the first. The old one is synced whole before the new one has its
   * name, under every strategy: only so is the last segment the only one that a crash can tear.
   */
  async rotate(end: LogEnd, unsyncedEntries: number): Promise<void> {
    const { fileSystem, directory, identity, mode } = this.#options;
    if (this.#file !== null && this.isDirty) {
      const bytes = this.position - this.syncedBytes;
      await syncFile(this.#file, 'fdatasync', { cause: 'rotation', entries: unsyncedEntries, bytes });
      this.syncedBytes = this.position;
    }
    const prepared = await this.#disk('preallocate', directory, this.#preparer.take());
    const sequence = this.#sequence + 1;
    const firstIndex = end.lastIndex + 1;
    const metadata = { ...identity, sequence, firstIndex, previousTerm: end.lastTerm };
    const head = encodeSegmentHead(metadata, end.hardState);
    await writeFile(prepared, head, head.length, 0, null);
    await syncFile(prepared, 'fsync', { cause: 'rotation', entries: 0, bytes: head.length });
    await prepared.close();
    const path = join(directory, segmentFileName({ sequence, firstIndex }));
    await this.#disk('rename', path, fileSystem.rename(prepared.path, path));
    await this.#disk('sync', directory, fileSystem.syncDirectory(directory));
    await this.#file?.close();
    this.#file = await this.#open(path, mode);
    this.#sequence = sequence;
    this.#headBytes = this.position = this.syncedBytes = head.length;
  }

  async close(): Promise<void> {
    await this.#preparer.stop();
    await this.#file?.close();
    this.#file = null;
  }

  #open(path: string, mode: OpenMode): Promise<File> {
    return this.#disk('open', path, this.#options.fileSystem.open(path, mode));
  }

  async #disk<Result>(operation: string, file: string, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw diskError(operation, file, error);
    }
  }
}
