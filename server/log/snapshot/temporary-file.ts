import { dirname } from 'node:path';
import { InvariantError } from '../../errors.js';
import type { File, FileSystem, OpenMode } from '../../ports/file-system.js';
import { disk, isFull } from '../disk-error.js';
import { syncFile, writeFile } from '../file-calls.js';

/**
 * Synced as it grows: one sync of a whole snapshot would hold up the syncs of the log, which share the disk's queue and the file system's
 * journal, for as long as it takes.
 */
const DIRTY_BYTES_MAX = 8 * 1024 * 1024;

/**
 * A file that is written from front to back under a temporary name and gets its real one when it is whole and durable. Calls are carried out one
 * behind the other. A disk without room: the file is removed, the call and all behind it reject with STRATA_DISK_FULL. Any other failure:
 * STRATA_DISK_FAILED, the file is left.
 */
export class TemporaryFile {
  readonly path: string;
  readonly #fileSystem: FileSystem;
  readonly #file: File;
  /** Where the next byte goes. Invariant: 0 <= syncedBytes <= position. */
  #position: number;
  #syncedBytes: number;
  #last: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  #isOpen = true;

  private constructor(fileSystem: FileSystem, file: File, position: number) {
    this.path = file.path;
    this.#fileSystem = fileSystem;
    this.#file = file;
    this.#position = this.#syncedBytes = position;
  }

  /** `position`: where an unfinished file goes on; 0 makes a new one. */
  static async open(fileSystem: FileSystem, path: string, position = 0): Promise<TemporaryFile> {
    const mode: OpenMode = position === 0 ? 'create' : 'extend';
    return new TemporaryFile(fileSystem, await disk('open', path, fileSystem.open(path, mode)), position);
  }

  get position(): number {
    return this.#position;
  }

  /** False after a failure and after the end. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  write(bytes: Uint8Array, length: number): Promise<void> {
    return this.#run(async () => {
      await writeFile(this.#file, bytes, length, this.#position, null);
      this.#position += length;
      if (this.#position - this.#syncedBytes >= DIRTY_BYTES_MAX) await this.#sync('fdatasync');
    });
  }

  /** Makes the file durable and gives it its name; a file of that name is replaced. */
  finish(path: string): Promise<void> {
    return this.#run(async () => {
      await this.#sync('fsync');
      await disk('rename', path, this.#fileSystem.rename(this.path, path));
      await disk('sync', dirname(path), this.#fileSystem.syncDirectory(dirname(path)));
      this.#isOpen = false;
      await disk('close', path, this.#file.close());
    });
  }

  /** Closes the file and leaves it; after a call that is under way. */
  async suspend(): Promise<void> {
    await this.#last;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await disk('close', this.path, this.#file.close());
  }

  /** Closes and removes the file; after a call that is under way. */
  async discard(): Promise<void> {
    await this.#last;
    if (this.#isOpen) await this.#remove();
  }

  async #remove(): Promise<void> {
    this.#isOpen = false;
    await disk('close', this.path, this.#file.close());
    await disk('remove', this.path, this.#fileSystem.remove(this.path));
  }

  async #sync(call: 'fdatasync' | 'fsync'): Promise<void> {
    const bytes = this.#position - this.#syncedBytes;
    await syncFile(this.#file, call, { cause: 'snapshot', entries: 0, bytes });
    this.#syncedBytes = this.#position;
  }

  #run(work: () => Promise<void>): Promise<void> {
    const ran = this.#last.then(() => this.#attempt(work));
    this.#last = ran.catch(() => {});
    return ran;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (!this.#isOpen) throw new InvariantError(`a call on ${this.path}, which is closed`);
    try {
      await work();
    } catch (error) {
      this.#failure = error;
      if (isFull(error)) await this.#remove();
      else await this.#abandon();
      throw error;
    }
  }

  /** The disk failed: nothing more is asked of it than to let go of the descriptor. */
  async #abandon(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#file.close().catch(() => {});
  }
}
