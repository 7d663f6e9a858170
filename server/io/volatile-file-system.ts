import { basename, dirname } from 'node:path';
import { StrataError } from '../errors.js';
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
import { Inode } from './volatile-inode.js';

/** One call on the disk, as an observer sees it. */
export interface DiskCall {
  readonly kind:
    | 'create'
    | 'open'
    | 'read'
    | 'write'
    | SyncCall
    | 'rename'
    | 'remove'
    | 'sync-directory'
    | 'close';
  readonly path: string;
  readonly bytes: number;
  readonly position: number;
  readonly label: SyncLabel | null;
}

/** What the disk answers instead of doing the call: a system error, or fewer bytes than it was given. */
export type DiskFault = { readonly code: string } | { readonly shortBytes: number };

export interface VolatileOptions {
  /** Runs a task later: each call on the disk returns through it. */
  readonly defer: (task: () => void) => void;
  /** Sees every call when it is submitted and may make it fail. */
  readonly onCall?: (call: DiskCall) => DiskFault | null;
  /** Sees every call that succeeded when it returns. */
  readonly onReturn?: (call: DiskCall) => void;
}

type NameChange =
  | { readonly kind: 'link'; readonly path: string; readonly inode: Inode }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

/**
 * A disk in memory that forgets what was not synced. Fault model of `powerCut`: a sector (512 bytes) written
 * since the last sync of its file is on the disk or not, each on its own; changes of names since the last
 * sync of their directory survive up to some point in their order, as on a journaling file system. A write
 * under way may have reached any of its sectors. What a failed sync covered stays readable and counts as not
 * written, whatever later syncs say, until it is written again.
 *
 * Bytes are taken from the caller's buffer when the write returns, not when it is submitted: whoever reuses
 * the buffer too early writes garbage here, as on a real disk.
 */
export class VolatileFileSystem implements FileSystem {
  readonly #options: VolatileOptions;
  readonly #directories = new Set<string>(['/']);
  /** What processes see, and what a power cut leaves at least. */
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #unsyncedNames: NameChange[] = [];
  readonly #locked = new Set<string>();
  readonly #underWay = new Set<() => void>();
  #isOff = false;

  constructor(options: VolatileOptions) {
    this.#options = options;
  }

  /**
   * Takes the power: nothing returns any more on this object. The result is the disk as the next start finds
   * it; `keep` is asked for each sector and name change that was not synced whether it survived.
   */
  powerCut(keep: () => boolean, options: VolatileOptions = this.#options): VolatileFileSystem {
    this.#isOff = true;
    for (const apply of this.#underWay) apply();
    const names = new Map(this.#durableNames);
    for (const change of this.#unsyncedNames) {
      if (!keep()) break;
      applyChange(names, change);
    }
    const next = new VolatileFileSystem(options);
    for (const directory of this.#directories) next.#directories.add(directory);
    for (const [path, inode] of names) next.put(path, inode.afterPowerCut(keep));
    return next;
  }

  /**
   * Kills the process that uses the disk: nothing returns any more on this object, the page cache stays as it
   * is.
   */
  processCrash(options: VolatileOptions = this.#options): VolatileFileSystem {
    this.#isOff = true;
    for (const apply of this.#underWay) apply();
    const next = new VolatileFileSystem(options);
    for (const directory of this.#directories) next.#directories.add(directory);
    for (const [path, inode] of this.#names) next.#names.set(path, inode);
    for (const [path, inode] of this.#durableNames) next.#durableNames.set(path, inode);
    next.#unsyncedNames = [...this.#unsyncedNames];
    return next;
  }

  /** Puts a file on the disk as if it had always been there. */
  put(path: string, bytes: Uint8Array): void {
    const inode = Inode.durable(bytes);
    for (let directory = dirname(path); directory !== '/'; directory = dirname(directory))
      this.#directories.add(directory);
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  /** All files as processes see them. */
  snapshot(): Map<string, Uint8Array> {
    return new Map([...this.#names].map(([path, inode]) => [path, inode.read()]));
  }

  async makeDirectory(path: string): Promise<void> {
    for (let made = path; made !== '/'; made = dirname(made)) this.#directories.add(made);
  }

  async list(path: string): Promise<readonly string[]> {
    if (!this.#directories.has(path)) throw systemError('ENOENT', path);
    const children = [...this.#names.keys(), ...this.#directories].filter((name) => name !== '/');
    return children.filter((name) => dirname(name) === path).map((name) => basename(name));
  }

  async readFile(path: string): Promise<Uint8Array> {
    return this.#inode(path).read();
  }

  async size(path: string): Promise<number> {
    return this.#inode(path).length;
  }

  async open(path: string, mode: OpenMode): Promise<File> {
    const call = describe(mode === 'create' ? 'create' : 'open', path);
    await this.#perform(call, () => {
      if (mode === 'create') this.#change({ kind: 'link', path, inode: new Inode() });
    });
    return new VolatileFile(path, this.#inode(path), mode === 'write-dsync', this);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#perform(describe('rename', to), () => this.#change({ kind: 'rename', from, to }));
  }

  remove(path: string): Promise<void> {
    return this.#perform(describe('remove', path), () => this.#change({ kind: 'unlink', path }));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#perform(describe('sync-directory', path), () => {
      const inside = (change: NameChange) =>
        dirname(change.kind === 'rename' ? change.to : change.path) === path;
      for (const change of this.#unsyncedNames) if (inside(change)) applyChange(this.#durableNames, change);
      this.#unsyncedNames = this.#unsyncedNames.filter((change) => !inside(change));
    });
  }

  async lock(path: string): Promise<FileLock> {
    if (this.#locked.has(path))
      throw new StrataError('STRATA_DATA_DIR_LOCKED', { path, pid: 'of this machine' });
    this.#locked.add(path);
    return { release: async () => void this.#locked.delete(path) };
  }

  /** Submits a call: observed now, carried out and answered later. For the files of this disk. */
  submit(
    call: DiskCall,
    apply: (bytes: number) => void,
    done: (error: Error | null, bytes: number) => void,
  ): void {
    const fault = this.#options.onCall?.(call) ?? null;
    const failed = fault !== null && 'code' in fault;
    const bytes = fault !== null && 'shortBytes' in fault ? fault.shortBytes : call.bytes;
    const carryOut = () => apply(bytes);
    if (!failed) this.#underWay.add(carryOut);
    this.#options.defer(() => {
      if (this.#isOff) return;
      this.#underWay.delete(carryOut);
      if (failed) {
        done(systemError(fault.code, `${call.kind} ${call.path}`), 0);
        return;
      }
      carryOut();
      if (fault === null) this.#options.onReturn?.(call);
      done(null, bytes);
    });
  }

  #perform(call: DiskCall, apply: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.submit(call, apply, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  #change(change: NameChange): void {
    applyChange(this.#names, change);
    this.#unsyncedNames.push(change);
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw systemError('ENOENT', path);
    return inode;
  }
}

class VolatileFile implements File {
  readonly path: string;
  readonly #inode: Inode;
  readonly #dsync: boolean;
  readonly #disk: VolatileFileSystem;

  constructor(path: string, inode: Inode, dsync: boolean, disk: VolatileFileSystem) {
    this.path = path;
    this.#inode = inode;
    this.#dsync = dsync;
    this.#disk = disk;
  }

  write(bytes: Uint8Array, length: number, position: number, label: SyncLabel | null, done: WriteDone): void {
    const call: DiskCall = { kind: 'write', path: this.path, bytes: length, position, label };
    const apply = (taken: number) => this.#inode.write(bytes.subarray(0, taken), position);
    this.#disk.submit(call, apply, (error, taken) => {
      if (error === null && this.#dsync) this.#inode.syncRange(position, taken);
      done(error, taken);
    });
  }

  sync(kind: SyncCall, label: SyncLabel, done: SyncDone): void {
    const call: DiskCall = { kind, path: this.path, bytes: 0, position: 0, label };
    // Covers what was written when it was submitted; what comes while it runs may or may not be on the disk.
    const covered = this.#inode.beginSync();
    this.#disk.submit(
      call,
      () => {},
      (error) => {
        if (error === null) covered.succeed();
        else covered.fail();
        done(error);
      },
    );
  }

  read(bytes: Uint8Array, position: number): Promise<number> {
    const call: DiskCall = { kind: 'read', path: this.path, bytes: bytes.length, position, label: null };
    let taken = 0;
    const apply = () => {
      taken = this.#inode.readInto(bytes, position);
    };
    return new Promise((resolve, reject) => {
      this.#disk.submit(call, apply, (error) => (error ? reject(error) : resolve(taken)));
    });
  }

  async close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#disk.submit(
        describe('close', this.path),
        () => {},
        (error) => (error ? reject(error) : resolve()),
      );
    });
  }
}

function applyChange(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === 'link') names.set(change.path, change.inode);
  else if (change.kind === 'unlink') names.delete(change.path);
  else {
    const inode = names.get(change.from);
    if (inode === undefined) throw systemError('ENOENT', change.from);
    names.delete(change.from);
    names.set(change.to, inode);
  }
}

function describe(kind: DiskCall['kind'], path: string): DiskCall {
  return { kind, path, bytes: 0, position: 0, label: null };
}

function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
