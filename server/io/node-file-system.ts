import * as fs from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../ports/clock.js';
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
import type { Metrics } from '../ports/metrics.js';
import { FsyncLedger } from './fsync-ledger.js';
import { acquireLock } from './lock-file.js';

/** The three calls of the hot path, so that a test can make them fail. */
export type DiskCalls = Pick<typeof fs, 'write' | 'fsync' | 'fdatasync'>;

const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  create: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_TRUNC,
  extend: fs.constants.O_WRONLY,
  write: fs.constants.O_WRONLY,
  'write-dsync': fs.constants.O_WRONLY | fs.constants.O_DSYNC,
  read: fs.constants.O_RDONLY,
};

/**
 * The real disk. The hot path (`write`, `sync`) is libuv's callback calls on raw descriptors: a promise would
 * add a microtask and an object per call, a FileHandle a second round of checks. All else runs at start and
 * rotation only.
 */
export class NodeFileSystem implements FileSystem {
  readonly #clock: Pick<Clock, 'nowNs'>;
  readonly #ledger: FsyncLedger;
  readonly #calls: DiskCalls;

  constructor(options: { clock: Pick<Clock, 'nowNs'>; metrics: Metrics; calls?: DiskCalls }) {
    this.#clock = options.clock;
    this.#ledger = new FsyncLedger(options.metrics);
    this.#calls = options.calls ?? fs;
  }

  async makeDirectory(path: string): Promise<void> {
    const first = await fs.promises.mkdir(path, { recursive: true });
    if (first === undefined) return;
    // Every directory on the way that is new must be synced in its parent, or a crash takes the whole branch.
    for (let made = path; ; made = dirname(made)) {
      await this.syncDirectory(dirname(made));
      if (made === first || made === dirname(made)) return;
    }
  }

  async list(path: string): Promise<readonly string[]> {
    return fs.promises.readdir(path);
  }

  async readFile(path: string): Promise<Uint8Array> {
    return fs.promises.readFile(path);
  }

  async size(path: string): Promise<number> {
    return (await fs.promises.stat(path)).size;
  }

  async open(path: string, mode: OpenMode): Promise<File> {
    const descriptor = await new Promise<number>((resolve, reject) => {
      fs.open(path, OPEN_FLAGS[mode], 0o640, (error, fd) => (error ? reject(error) : resolve(fd)));
    });
    const isNew = mode === 'create' || mode === 'extend';
    return new NodeFile({
      path,
      descriptor,
      isNew,
      clock: this.#clock,
      ledger: this.#ledger,
      calls: this.#calls,
    });
  }

  rename(from: string, to: string): Promise<void> {
    return fs.promises.rename(from, to);
  }

  remove(path: string): Promise<void> {
    return fs.promises.rm(path);
  }

  async syncDirectory(path: string): Promise<void> {
    const handle = await fs.promises.open(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    try {
      const startedNs = this.#clock.nowNs();
      await handle.sync();
      const label: SyncLabel = { cause: 'directory', entries: 0, bytes: 0 };
      this.#ledger.synced(label, this.#clock.nowNs() - startedNs);
    } finally {
      await handle.close();
    }
  }

  async lock(path: string): Promise<FileLock> {
    return acquireLock(path);
  }
}

interface NodeFileOptions {
  readonly path: string;
  readonly descriptor: number;
  /** Opened with `create` or `extend`: nobody waits for what is written here before it is renamed into use. */
  readonly isNew: boolean;
  readonly clock: Pick<Clock, 'nowNs'>;
  readonly ledger: FsyncLedger;
  readonly calls: DiskCalls;
}

class NodeFile implements File {
  readonly path: string;
  readonly #descriptor: number;
  readonly #isNew: boolean;
  readonly #clock: Pick<Clock, 'nowNs'>;
  readonly #ledger: FsyncLedger;
  readonly #calls: DiskCalls;

  constructor(options: NodeFileOptions) {
    this.path = options.path;
    this.#descriptor = options.descriptor;
    this.#isNew = options.isNew;
    this.#clock = options.clock;
    this.#ledger = options.ledger;
    this.#calls = options.calls;
  }

  write(bytes: Uint8Array, length: number, position: number, label: SyncLabel | null, done: WriteDone): void {
    const startedNs = this.#clock.nowNs();
    this.#calls.write(this.#descriptor, bytes, 0, length, position, (error, bytesWritten) => {
      // The write at the boundary of a full disk succeeds with fewer bytes; only the one after it says
      // ENOSPC.
      const failure = error ?? (bytesWritten === length ? null : new ShortWriteError(bytesWritten, length));
      if (failure !== null) {
        done(failure, bytesWritten);
        return;
      }
      const durationNs = this.#clock.nowNs() - startedNs;
      if (label !== null) this.#ledger.wroteSynced(length, label, durationNs);
      else if (this.#isNew) this.#ledger.wroteInBackground(length, durationNs);
      else this.#ledger.wrote(length, durationNs);
      done(null, bytesWritten);
    });
  }

  sync(call: SyncCall, label: SyncLabel, done: SyncDone): void {
    const startedNs = this.#clock.nowNs();
    this.#calls[call](this.#descriptor, (error) => {
      if (error === null) this.#ledger.synced(label, this.#clock.nowNs() - startedNs);
      done(error);
    });
  }

  async read(bytes: Uint8Array, position: number): Promise<number> {
    let total = 0;
    while (total < bytes.length) {
      const taken = await this.#readOnce(bytes, total, position + total);
      if (taken === 0) break;
      total += taken;
    }
    return total;
  }

  #readOnce(bytes: Uint8Array, offset: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, bytes, offset, bytes.length - offset, position, (error, bytesRead) =>
        error ? reject(error) : resolve(bytesRead),
      );
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.close(this.#descriptor, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/**
 * The kernel took fewer bytes than it was given. Never continued: the rest may fail for the reason that cut
 * it.
 */
export class ShortWriteError extends Error {
  readonly code = 'ESHORT';

  constructor(actual: number, expected: number) {
    super(`wrote ${actual} of ${expected} bytes; the disk or a quota may be full`);
    this.name = 'ShortWriteError';
  }
}
