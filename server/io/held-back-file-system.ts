import { dirname, join } from 'node:path';
import { InvariantError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { File, FileLock, FileSystem, OpenMode } from '../ports/file-system.js';
import { HeldFile } from './held-file.js';
import { HeldInode } from './held-inode.js';
import { HeldNames, type NameChange } from './held-names.js';
import { SyncRecord } from './sync-record.js';
import { WriteBack } from './write-back.js';

/** Bytes held before the oldest go to the real disk: a kernel has such a limit too (vm.dirty_bytes). */
const HELD_BYTES_MAX = 256 * 1024 * 1024;
/** As Linux has it: what is older is written back (vm.dirty_expire_centisecs), looked at this often (vm.dirty_writeback_centisecs). */
const EXPIRE_MS = 30_000;
const WAKE_MS = 5_000;

export interface HeldBackOptions {
  /** The real disk. */
  readonly disk: FileSystem;
  readonly clock: Pick<Clock, 'nowNs' | 'every'>;
  /**
   * On the same file system as all that is written; belongs to this object alone. Files live here whose name is not durable yet: what is found
   * here at the start is what a power cut took, and is removed.
   */
  readonly stagingDirectory: string;
  readonly heldBytesMax?: number;
}

/**
 * A disk for tests that makes kill -9 do what a power cut does in the worst case: whatever was not synced is in the memory of this process, so
 * it is gone with it. That holds for bytes (until fdatasync, fsync or O_DSYNC) and for names: a file that was made, renamed or removed is
 * so after the kill only if its directory was synced. Reads see everything.
 *
 * What it cannot do: sectors never tear within what is held, and what a sync has under way at the kill may survive in part, as it may on
 * a real disk. As a kernel does it writes back without being asked, the oldest first, beyond `heldBytesMax` and after 30 s; names never.
 *
 * It is as fast as its tricks allow: nothing measured on it says how fast the server is.
 */
export class HeldBackFileSystem implements FileSystem {
  readonly #disk: FileSystem;
  readonly #clock: Pick<Clock, 'nowNs' | 'every'>;
  readonly #stagingDirectory: string;
  readonly #names = new HeldNames();
  readonly #writeBack: WriteBack;
  readonly #syncs: SyncRecord;
  #staged = 0;
  /** Names change one behind the other: bringing them to the real disk takes several calls. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor({ disk, clock, stagingDirectory, heldBytesMax = HELD_BYTES_MAX }: HeldBackOptions) {
    this.#disk = disk;
    this.#clock = clock;
    this.#stagingDirectory = stagingDirectory;
    this.#writeBack = new WriteBack(clock, { heldBytesMax, expireMs: EXPIRE_MS });
    this.#syncs = new SyncRecord(stagingDirectory);
    clock.every(WAKE_MS, () => this.#writeBack.expire());
  }

  /** Removes what a former life left without a durable name. */
  static async start(options: HeldBackOptions): Promise<HeldBackFileSystem> {
    const { disk, stagingDirectory } = options;
    await disk.makeDirectory(stagingDirectory);
    for (const name of await disk.list(stagingDirectory)) await disk.remove(join(stagingDirectory, name));
    return new HeldBackFileSystem(options);
  }

  /** Bytes that a kill would take now. */
  get heldBytes(): number {
    return this.#writeBack.heldBytes;
  }

  makeDirectory(path: string): Promise<void> {
    return this.#disk.makeDirectory(path);
  }

  list(path: string): Promise<readonly string[]> {
    return this.#serially(async () => this.#names.list(path, await this.#disk.list(path)));
  }

  async readFile(path: string): Promise<Uint8Array> {
    const file = await this.open(path, 'read');
    try {
      const bytes = new Uint8Array(await this.size(path));
      return bytes.subarray(0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  }

  size(path: string): Promise<number> {
    return this.#serially(async () => (await this.#find(path)).length);
  }

  open(path: string, mode: OpenMode): Promise<File> {
    return this.#serially(async () => {
      const inode = mode === 'create' ? this.#newInode() : await this.#find(path);
      const real = await this.#disk.open(inode.realPath, mode);
      inode.opened(real, mode !== 'read');
      if (mode === 'create') this.#names.change({ kind: 'link', path, inode });
      return new HeldFile({
        path,
        inode,
        real,
        isDsync: mode === 'write-dsync',
        nowNs: () => this.#clock.nowNs(),
        syncs: this.#syncs,
        onHeld: (written) => this.#writeBack.noted(written),
      });
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#serially(async () => {
      if (dirname(from) !== dirname(to))
        throw new InvariantError(`rename from ${from} to ${to}: another directory`);
      this.#names.change({ kind: 'rename', path: to, from, inode: await this.#find(from) });
    });
  }

  remove(path: string): Promise<void> {
    return this.#serially(async () => {
      this.#names.change({ kind: 'unlink', path, inode: await this.#find(path) });
    });
  }

  /** The changes of names go to the real disk in their order: killed on the way it has some of the first, as a journal would. */
  syncDirectory(path: string): Promise<void> {
    return this.#serially(async () => {
      for (let change = this.#names.next(path); change !== null; change = this.#names.next(path)) {
        await this.#bring(change);
        this.#names.done(change);
      }
      this.#names.settle(path);
      await this.#disk.syncDirectory(path);
    });
  }

  /** The lock is no part of what a power cut takes: it names a process that is gone. */
  lock(path: string): Promise<FileLock> {
    return this.#disk.lock(path);
  }

  async #bring(change: NameChange): Promise<void> {
    const { kind, path, inode } = change;
    if (kind === 'unlink') {
      await this.#disk.remove(path);
      await inode.forget();
      return;
    }
    await this.#disk.rename(kind === 'link' ? inode.realPath : change.from, path);
    inode.realPath = path;
  }

  #newInode(): HeldInode {
    this.#staged++;
    return new HeldInode(join(this.#stagingDirectory, String(this.#staged)), 0);
  }

  async #find(path: string): Promise<HeldInode> {
    const known = this.#names.get(path);
    if (known === null) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    if (known !== undefined) return known;
    const inode = new HeldInode(path, await this.#disk.size(path));
    this.#names.learn(path, inode);
    return inode;
  }

  #serially<Result>(work: () => Promise<Result>): Promise<Result> {
    const ran = this.#last.then(work);
    this.#last = ran.catch(() => {});
    return ran;
  }
}
