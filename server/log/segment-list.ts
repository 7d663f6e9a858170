import type { FileSystem } from '../ports/file-system.js';
import { disk } from './disk-error.js';
import type { SegmentName } from './segment.js';

/** A segment on disk. */
export interface StoredSegment extends SegmentName {
  readonly path: string;
  /** Lowest index of an entry in it: below `firstIndex` when it replaced a suffix that the segments before it hold. */
  readonly lowestIndex: number;
  readonly fileBytes: number;
}

/**
 * The segments of the log, oldest first, and the removal of those that nobody needs. They go one by one from the oldest, the directory synced
 * after each: a crash on the way leaves the rest without a gap. The last one always stays.
 */
export class SegmentList {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;
  readonly #segments: StoredSegment[] = [];
  #fileBytes = 0;
  /** Segments below this number go. */
  #keepFrom = 0;
  #work: Promise<void> | null = null;

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
  }

  get fileBytes(): number {
    return this.#fileBytes;
  }

  add(segment: StoredSegment): void {
    this.#segments.push(segment);
    this.#fileBytes += segment.fileBytes;
  }

  /** An entry with this index went into the last segment, which is at least this long now. */
  note(lowestIndex: number, fileBytes: number): void {
    const last = this.#segments[this.#segments.length - 1]!;
    if (lowestIndex >= last.lowestIndex && fileBytes <= last.fileBytes) return;
    const grown = Math.max(fileBytes, last.fileBytes);
    this.#fileBytes += grown - last.fileBytes;
    this.#segments[this.#segments.length - 1] = {
      ...last,
      lowestIndex: Math.min(lowestIndex, last.lowestIndex),
      fileBytes: grown,
    };
  }

  /** Entries up to `index` are needed no more. Resolves when the segments below are gone. */
  dropTo(index: number): Promise<void> {
    let lowest = Number.POSITIVE_INFINITY;
    for (let at = this.#segments.length - 1; at > 0; at--) {
      const segment = this.#segments[at]!;
      lowest = Math.min(lowest, segment.lowestIndex);
      // A log may begin with a segment only if nothing in it or behind it replaces what was before it.
      if (segment.firstIndex <= index + 1 && lowest >= segment.firstIndex)
        return this.dropBefore(segment.sequence);
    }
    return this.#work ?? Promise.resolve();
  }

  /** Segments with a lower number are needed no more. Resolves when they are gone. */
  dropBefore(sequence: number): Promise<void> {
    this.#keepFrom = Math.max(this.#keepFrom, sequence);
    if (this.#isDue) this.#work ??= this.#drop();
    return this.#work ?? Promise.resolve();
  }

  get #isDue(): boolean {
    return this.#segments.length > 1 && this.#segments[0]!.sequence < this.#keepFrom;
  }

  async #drop(): Promise<void> {
    try {
      while (this.#isDue) await this.#dropOldest();
    } finally {
      this.#work = null;
    }
  }

  async #dropOldest(): Promise<void> {
    const { path, fileBytes } = this.#segments[0]!;
    await disk('remove', path, this.#fileSystem.remove(path));
    this.#segments.shift();
    this.#fileBytes -= fileBytes;
    await disk('sync', this.#directory, this.#fileSystem.syncDirectory(this.#directory));
  }
}
