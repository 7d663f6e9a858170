import type {
  File,
  FileLock,
  FileSystem,
  OpenMode,
  SyncCall,
  SyncDone,
  SyncLabel,
  WriteDone,
} from '../../ports/file-system.js';

/** Over a disk that is done before its calls return: whoever called hears of it right afterwards, as the port promises, and before anything else happens. */
export class LateFileSystem implements FileSystem {
  readonly #disk: FileSystem;

  constructor(disk: FileSystem) {
    this.#disk = disk;
  }

  async open(path: string, mode: OpenMode): Promise<File> {
    return new LateFile(await this.#disk.open(path, mode));
  }

  makeDirectory(path: string): Promise<void> {
    return this.#disk.makeDirectory(path);
  }

  list(path: string): Promise<readonly string[]> {
    return this.#disk.list(path);
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#disk.readFile(path);
  }

  size(path: string): Promise<number> {
    return this.#disk.size(path);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to);
  }

  remove(path: string): Promise<void> {
    return this.#disk.remove(path);
  }

  syncDirectory(path: string): Promise<void> {
    return this.#disk.syncDirectory(path);
  }

  lock(path: string): Promise<FileLock> {
    return this.#disk.lock(path);
  }
}

class LateFile implements File {
  readonly path: string;
  readonly #file: File;

  constructor(file: File) {
    this.path = file.path;
    this.#file = file;
  }

  write(bytes: Uint8Array, length: number, position: number, label: SyncLabel | null, done: WriteDone): void {
    this.#file.write(bytes, length, position, label, (error, bytesWritten) =>
      process.nextTick(done, error, bytesWritten),
    );
  }

  sync(call: SyncCall, label: SyncLabel, done: SyncDone): void {
    this.#file.sync(call, label, (error) => process.nextTick(done, error));
  }

  read(bytes: Uint8Array, position: number): Promise<number> {
    return this.#file.read(bytes, position);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
