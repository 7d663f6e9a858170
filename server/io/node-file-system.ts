import * as fs from 'node:fs';
import { dirname } from 'node:path';
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
import type { Metrics, Stamps } from '../ports/metrics.js';
import { FsyncLedger } from './fsync-ledger.js';
import { acquireLock } from './lock-file.js';
import { PoolUse } from './pool-use.js';
import { NO_SYNCS, type SyncLog } from './sync-ring.js';

type CallDone = (error: NodeJS.ErrnoException | null) => void;

/** The three calls of the hot path as `node:fs` has them, so that a test can make them fail and an experiment make them elsewhere. */
export interface DiskCalls {
  /** False: libuv's pool has no part in them. */
  readonly usesPool?: boolean;
  write(
    descriptor: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: (error: NodeJS.ErrnoException | null, bytesWritten: number) => void,
  ): void;
  fsync(descriptor: number, done: CallDone): void;
  fdatasync(descriptor: number, done: CallDone): void;
}

/** For calls that are not the pool's. */
const NO_POOL: Pick<PoolUse, 'begin' | 'end'> = { begin: () => {}, end: () => {} };

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
  readonly #stamps: Stamps;
  readonly #ledger: FsyncLedger;
  readonly #pool: PoolUse;
  readonly #calls: DiskCalls;

  /** `syncs`: where each sync is noted, nowhere by default. */
  constructor(options: { clock: Stamps; metrics: Metrics; syncs?: SyncLog; calls?: DiskCalls }) {
    this.#stamps = options.metrics.stampsOf(options.clock);
    this.#ledger = new FsyncLedger(options.metrics, options.syncs ?? NO_SYNCS);
    this.#pool = new PoolUse(options.metrics);
    this.#calls = options.calls ?? fs;
  }

  async makeDirectory(path: string): Promise<void> {
    const first = await this.#pool.during(() => fs.promises.mkdir(path, { recursive: true }));
    if (first === undefined) return;
    // Every directory on the way that is new must be synced in its parent, or a crash takes the whole branch.
    for (let made = path; ; made = dirname(made)) {
      await this.syncDirectory(dirname(made));
      if (made === first || made === dirname(made)) return;
    }
  }

  async list(path: string): Promise<readonly string[]> {
    return this.#pool.during(() => fs.promises.readdir(path));
  }

  async readFile(path: string): Promise<Uint8Array> {
    return this.#pool.during(() => fs.promises.readFile(path));
  }

  async size(path: string): Promise<number> {
    return (await this.#pool.during(() => fs.promises.stat(path))).size;
  }

  async open(path: string, mode: OpenMode): Promise<File> {
    const opening = (): Promise<number> =>
      new Promise((resolve, reject) => {
        fs.open(path, OPEN_FLAGS[mode], 0o640, (error, fd) => (error ? reject(error) : resolve(fd)));
      });
    const descriptor = await this.#pool.during(opening);
    const isNew = mode === 'create' || mode === 'extend';
    return new NodeFile({
      path,
      descriptor,
      isNew,
      stamps: this.#stamps,
      ledger: this.#ledger,
      pool: this.#pool,
      calls: this.#calls,
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#pool.during(() => fs.promises.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.#pool.during(() => fs.promises.rm(path));
  }

  async syncDirectory(path: string): Promise<void> {
    const flags = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY;
    const handle = await this.#pool.during(() => fs.promises.open(path, flags));
    try {
      const startedNs = this.#stamps.nowNs();
      await this.#pool.during(() => handle.sync());
      const label: SyncLabel = { cause: 'directory', entries: 0, bytes: 0 };
      this.#ledger.synced('fsync', label, startedNs, this.#stamps.nowNs());
    } finally {
      await this.#pool.during(() => handle.close());
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
  readonly stamps: Stamps;
  readonly ledger: FsyncLedger;
  readonly pool: PoolUse;
  readonly calls: DiskCalls;
}

class NodeFile implements File {
  readonly path: string;
  readonly #descriptor: number;
  readonly #isNew: boolean;
  readonly #stamps: Stamps;
  readonly #ledger: FsyncLedger;
  readonly #pool: PoolUse;
  /** Of writes and syncs. */
  readonly #hotPool: Pick<PoolUse, 'begin' | 'end'>;
  readonly #calls: DiskCalls;

  constructor(options: NodeFileOptions) {
    this.path = options.path;
    this.#descriptor = options.descriptor;
    this.#isNew = options.isNew;
    this.#stamps = options.stamps;
    this.#ledger = options.ledger;
    this.#pool = options.pool;
    this.#hotPool = options.calls.usesPool === false ? NO_POOL : options.pool;
    this.#calls = options.calls;
  }

  write(bytes: Uint8Array, length: number, position: number, label: SyncLabel | null, done: WriteDone): void {
    const startedNs = this.#stamps.nowNs();
    this.#hotPool.begin();
    this.#calls.write(this.#descriptor, bytes, 0, length, position, (error, bytesWritten) => {
      this.#hotPool.end();
      // The write at the boundary of a full disk succeeds with fewer bytes; only the one after it says
      // ENOSPC.
      const failure = error ?? (bytesWritten === length ? null : new ShortWriteError(bytesWritten, length));
      if (failure !== null) {
        done(failure, bytesWritten);
        return;
      }
      const doneNs = this.#stamps.nowNs();
      if (label !== null) this.#ledger.wroteSynced(length, label, startedNs, doneNs);
      else if (this.#isNew) this.#ledger.wroteInBackground(length, doneNs - startedNs);
      else this.#ledger.wrote(length, doneNs - startedNs);
      done(null, bytesWritten);
    });
  }

  sync(call: SyncCall, label: SyncLabel, done: SyncDone): void {
    const startedNs = this.#stamps.nowNs();
    this.#hotPool.begin();
    this.#calls[call](this.#descriptor, (error) => {
      this.#hotPool.end();
      if (error === null) this.#ledger.synced(call, label, startedNs, this.#stamps.nowNs());
      done(error);
    });
  }

  async read(bytes: Uint8Array, position: number): Promise<number> {
    let total = 0;
    while (total < bytes.length) {
      const taken = await this.#pool.during(() => this.#readOnce(bytes, total, position + total));
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
    const closing = (): Promise<void> =>
      new Promise((resolve, reject) => {
        fs.close(this.#descriptor, (error) => (error ? reject(error) : resolve()));
      });
    return this.#pool.during(closing);
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
