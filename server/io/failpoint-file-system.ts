import { basename, dirname } from 'node:path';
import type {
  File,
  FileLock,
  FileSystem,
  OpenMode,
  SyncCall,
  SyncDone,
  SyncLabel,
  WriteDone,
} from '../ports/file-system.js';
import type { FailpointName, Trap } from './failpoint.js';
import {
  created,
  directorySynced,
  madeDirectory,
  removed,
  renamed,
  synced,
  written,
} from './failpoint-names.js';

const SECTOR_BYTES = 512;
const IDENTITY_NAME = 'identity.json';

/** A disk that is watched by a trap: the process ends before, in or after a named step. Reads and opening change nothing and are no steps. */
export class FailpointFileSystem implements FileSystem {
  readonly #disk: FileSystem;
  readonly #trap: Trap;
  /** By directory: the last change of a name that was not synced yet. */
  readonly #changes = new Map<string, FailpointName>();
  /** The data directory has its identity. */
  #isMade = false;
  /** The log in it is ready for appends. */
  #isRecovered = false;

  constructor(disk: FileSystem, trap: Trap) {
    this.#disk = disk;
    this.#trap = trap;
  }

  makeDirectory(path: string): Promise<void> {
    return this.#step(madeDirectory(path), () => this.#disk.makeDirectory(path));
  }

  list(path: string): Promise<readonly string[]> {
    return this.#disk.list(path);
  }

  async readFile(path: string): Promise<Uint8Array> {
    const bytes = await this.#disk.readFile(path);
    if (basename(path) === IDENTITY_NAME) this.#isMade = true;
    return bytes;
  }

  size(path: string): Promise<number> {
    return this.#disk.size(path);
  }

  async open(path: string, mode: OpenMode): Promise<File> {
    const file = await this.#step(mode === 'create' ? created(path) : null, () =>
      this.#disk.open(path, mode),
    );
    return new FailpointFile(file, this.#trap, () => this.#isRecovered);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change(to, renamed(from, to), () => this.#disk.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.#change(path, removed(path, this.#isMade), () => this.#disk.remove(path));
  }

  async syncDirectory(path: string): Promise<void> {
    const name = directorySynced(path, this.#changes.get(path) ?? null);
    this.#changes.delete(path);
    await this.#step(name, () => this.#disk.syncDirectory(path));
    if (name === 'recovery-directory-sync') this.#isRecovered = true;
  }

  lock(path: string): Promise<FileLock> {
    return this.#step('lock-take', () => this.#disk.lock(path));
  }

  async #change(path: string, name: FailpointName | null, work: () => Promise<void>): Promise<void> {
    await this.#step(name, work);
    if (name !== null) this.#changes.set(dirname(path), name);
    if (basename(path) === IDENTITY_NAME) this.#isMade = true;
  }

  async #step<Result>(name: FailpointName | null, work: () => Promise<Result>): Promise<Result> {
    if (name === null) return work();
    this.#trap.before(name);
    const result = await work();
    this.#trap.after(name);
    return result;
  }
}

class FailpointFile implements File {
  readonly #file: File;
  readonly #trap: Trap;
  readonly #isRecovered: () => boolean;

  constructor(file: File, trap: Trap, isRecovered: () => boolean) {
    this.#file = file;
    this.#trap = trap;
    this.#isRecovered = isRecovered;
  }

  get path(): string {
    return this.#file.path;
  }

  write(bytes: Uint8Array, length: number, position: number, label: SyncLabel | null, done: WriteDone): void {
    const name = written(this.path, bytes, this.#isRecovered());
    if (name === null) {
      this.#file.write(bytes, length, position, label, done);
      return;
    }
    const cut = lastBorder(position, length) - position;
    if (this.#trap.before(name, cut > 0)) {
      this.#file.write(bytes, cut, position, label, () => this.#trap.strike());
      return;
    }
    this.#file.write(bytes, length, position, label, (error, bytesWritten) => {
      this.#trap.after(name);
      done(error, bytesWritten);
    });
  }

  sync(call: SyncCall, label: SyncLabel, done: SyncDone): void {
    const name = synced(this.path, label);
    if (name !== null) this.#trap.before(name);
    this.#file.sync(call, label, (error) => {
      if (name !== null) this.#trap.after(name);
      done(error);
    });
  }

  read(bytes: Uint8Array, position: number): Promise<number> {
    return this.#file.read(bytes, position);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Of the borders of sectors inside a write the last one; not above `position` when there is none. */
function lastBorder(position: number, length: number): number {
  return Math.floor((position + length - 1) / SECTOR_BYTES) * SECTOR_BYTES;
}
