import type { File, SyncCall, SyncDone, SyncLabel, WriteDone } from '../ports/file-system.js';
import { overlay } from './held-bytes.js';
import type { HeldInode } from './held-inode.js';
import type { SyncRecord } from './sync-record.js';

export interface HeldFileOptions {
  readonly path: string;
  readonly inode: HeldInode;
  /** The real file. */
  readonly real: File;
  readonly isDsync: boolean;
  readonly nowNs: () => number;
  readonly syncs: SyncRecord;
  /** Called after each write that is held: null when there is room, or the wait for it. */
  readonly onHeld: (inode: HeldInode) => Promise<void> | null;
}

/** A handle on a file whose writes stay in memory until they are synced. */
export class HeldFile implements File {
  readonly path: string;
  readonly #options: HeldFileOptions;
  readonly #inode: HeldInode;
  readonly #real: File;

  constructor(options: HeldFileOptions) {
    this.path = options.path;
    this.#options = options;
    this.#inode = options.inode;
    this.#real = options.real;
  }

  write(bytes: Uint8Array, length: number, position: number, label: SyncLabel | null, done: WriteDone): void {
    const inode = this.#inode;
    if (this.#options.isDsync) {
      void inode.serially(() => this.#writeThrough(bytes, length, position, label, done));
      return;
    }
    inode.write(bytes.subarray(0, length), position, this.#options.nowNs());
    const room = this.#options.onHeld(inode);
    if (room === null) setImmediate(done, null, length);
    else void room.then(() => done(null, length));
  }

  /** What is held when it is called goes to the real file, then the real sync. */
  sync(call: SyncCall, label: SyncLabel, done: SyncDone): void {
    const { syncs, nowNs } = this.#options;
    const end = syncs.begin(label.cause, nowNs);
    this.#inode.drain(this.#real).then(
      () =>
        this.#real.sync(call, label, (error) => {
          end();
          done(error);
        }),
      (error: Error) => done(error),
    );
  }

  /** What the real file has, and over it what is held; a hole is zeros. */
  async read(bytes: Uint8Array, position: number): Promise<number> {
    const pieces = this.#inode.held.pieces();
    const length = Math.max(0, Math.min(bytes.length, this.#inode.length - position));
    const shown = bytes.subarray(0, length);
    const taken = await this.#real.read(shown, position);
    shown.fill(0, taken);
    overlay(shown, position, pieces);
    return length;
  }

  close(): Promise<void> {
    return this.#inode.closed(this.#real);
  }

  /** O_DSYNC: these bytes, and no others, are on the disk when it returns. */
  #writeThrough(
    bytes: Uint8Array,
    length: number,
    position: number,
    label: SyncLabel | null,
    done: WriteDone,
  ): Promise<void> {
    return new Promise((resolve) => {
      this.#real.write(bytes, length, position, label, (error, bytesWritten) => {
        if (error === null) {
          this.#inode.held.cut(position, position + length);
          this.#inode.grow(position + length);
        }
        resolve();
        done(error, bytesWritten);
      });
    });
  }
}
