import { join } from 'node:path';
import type { HardState } from '../consensus/messages.js';
import type { File, FileSystem, OpenMode } from '../ports/file-system.js';
import { disk } from './disk-error.js';
import { syncFile, writeFile } from './file-calls.js';
import type { Identity } from './record-codec.js';
import type { Recovery } from './recovery.js';
import { encodeSegmentHead, segmentFileName } from './segment.js';
import { SegmentList } from './segment-list.js';
import { discard, SegmentPreparer, writeZeros } from './segment-preparer.js';

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

/** What recovery found, of a log that is there. */
export type ResumePoint = Pick<Recovery, 'segments'> & { readonly tail: NonNullable<Recovery['tail']> };

/** The segment that is written to and the change to the next. */
export class SegmentChain {
  readonly #options: ChainOptions;
  readonly #preparer: SegmentPreparer;
  readonly segments: SegmentList;
  #file: File | null = null;
  /** The next segment while it has no name yet; kept when the disk has no room, so that the change can be tried again. */
  #prepared: File | null = null;
  #sequence = 0;
  #headBytes = 0;
  /** Where the next write goes. Invariant: 0 <= syncedBytes <= position. */
  position = 0;
  /** Every byte below is known to be on the disk. */
  syncedBytes = 0;
  /** Entries written since the last sync was submitted. */
  unsyncedEntries = 0;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#preparer = new SegmentPreparer(options.fileSystem, options.directory, options.segmentBytes);
    this.segments = new SegmentList(options.fileSystem, options.directory);
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
  advance(lowestIndex: number): void {
    this.segments.note(lowestIndex, this.position);
    this.#preparer.advance(this.position);
  }

  /**
   * Goes on behind what recovery found. A torn tail is overwritten with zeros first, or it would stand behind
   * the next record as damage; and everything is synced, because what a crashed process left in the page
   * cache was read as if it were durable. If a sync had failed, the kernel takes those pages for clean, and no
   * sync would bring them to the disk: so they are written again (fsyncgate).
   */
  async resume({ segments, tail }: ResumePoint): Promise<void> {
    const { fileSystem, directory, segmentBytes, mode } = this.#options;
    for (const segment of segments) this.segments.add(segment);
    const file = await this.#open(tail.path, 'write');
    const { unsynced } = tail;
    if (unsynced.length > 0)
      await writeFile(file, unsynced, unsynced.length, tail.endBytes - unsynced.length, null);
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
    await disk('sync', directory, fileSystem.syncDirectory(directory));
    this.#file = await this.#open(tail.path, mode);
    this.segments.note(Number.POSITIVE_INFINITY, Math.max(tail.fileBytes, segmentBytes));
    this.#sequence = tail.sequence;
    this.position = this.syncedBytes = tail.endBytes;
  }

  /**
   * Changes to the next segment, or makes the first. The old one is synced whole before the new one has its
   * name, under every strategy: only so is the last segment the only one that a crash can tear. After
   * STRATA_DISK_FULL it may be called again.
   *
   * `isReset`: the log goes on behind a snapshot, not behind what the segments before hold.
   */
  async rotate(end: LogEnd, isReset: boolean): Promise<void> {
    const { fileSystem, directory, identity, mode, segmentBytes } = this.#options;
    if (this.#file !== null && this.isDirty) {
      const bytes = this.position - this.syncedBytes;
      const entries = this.unsyncedEntries;
      await syncFile(this.#file, 'fdatasync', { cause: 'rotation', entries, bytes });
      this.syncedBytes = this.position;
      this.unsyncedEntries = 0;
    }
    this.#prepared ??= await disk('preallocate', directory, this.#preparer.take());
    const prepared = this.#prepared;
    const sequence = this.#sequence + 1;
    const firstIndex = end.lastIndex + 1;
    const metadata = { ...identity, sequence, firstIndex, previousTerm: end.lastTerm, isReset };
    const head = encodeSegmentHead(metadata, end.hardState);
    await writeFile(prepared, head, head.length, 0, null);
    await syncFile(prepared, 'fsync', { cause: 'rotation', entries: 0, bytes: head.length });
    const path = join(directory, segmentFileName({ sequence, firstIndex }));
    await disk('rename', path, fileSystem.rename(prepared.path, path));
    this.#prepared = null;
    await disk('sync', directory, fileSystem.syncDirectory(directory));
    await disk('close', path, prepared.close());
    await this.#file?.close();
    this.#file = await this.#open(path, mode);
    this.#sequence = sequence;
    this.#headBytes = this.position = this.syncedBytes = head.length;
    this.unsyncedEntries = 0;
    const lowestIndex = Number.POSITIVE_INFINITY;
    this.segments.add({ path, sequence, firstIndex, lowestIndex, fileBytes: segmentBytes });
  }

  async close(): Promise<void> {
    await this.#preparer.stop();
    if (this.#prepared !== null) await discard(this.#options.fileSystem, this.#prepared);
    this.#prepared = null;
    await this.#file?.close();
    this.#file = null;
  }

  #open(path: string, mode: OpenMode): Promise<File> {
    return disk('open', path, this.#options.fileSystem.open(path, mode));
  }
}
