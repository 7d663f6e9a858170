import { Worker } from 'node:worker_threads';
import type { DiskCalls } from '../node-file-system.js';

export interface DiskOrder {
  readonly id: number;
  readonly call: 'write' | 'fsync' | 'fdatasync';
  readonly descriptor: number;
  /** Of a write, null otherwise. */
  readonly bytes: Uint8Array | null;
  readonly position: number;
}

export interface DiskAnswer {
  readonly id: number;
  readonly written: number;
  /** The system's name of the error, null for none. */
  readonly code: string | null;
  readonly message: string;
}

type Done = (error: NodeJS.ErrnoException | null, written: number) => void;

/**
 * Writes and syncs on one thread of their own, one after the other, instead of libuv's pool. What is written is copied to the thread, which is the price of not
 * sharing memory with it. The thread keeps the process alive only while something is under way; were it to end, every call fails from then on, and the node with it.
 */
export class WorkerCalls implements DiskCalls {
  readonly usesPool = false;
  readonly #worker = new Worker(new URL('./disk-thread.js', import.meta.url), {
    // Of the parent's own arguments some, such as a profiler's, would start a second one.
    execArgv: [],
    name: 'disk',
  });
  readonly #pending = new Map<number, Done>();
  #lastId = 0;
  #failure: NodeJS.ErrnoException | null = null;

  constructor() {
    this.#worker.on('message', (answer: DiskAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#fail(`the disk thread failed: ${error.message}`));
    this.#worker.on('exit', (code) => this.#fail(`the disk thread ended with ${code}`));
    this.#worker.unref();
  }

  write(
    descriptor: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: Done,
  ): void {
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(offset, offset + length));
    this.#order('write', descriptor, copy, position, done);
  }

  fsync(descriptor: number, done: (error: NodeJS.ErrnoException | null) => void): void {
    this.#order('fsync', descriptor, null, 0, done);
  }

  fdatasync(descriptor: number, done: (error: NodeJS.ErrnoException | null) => void): void {
    this.#order('fdatasync', descriptor, null, 0, done);
  }

  /** For tests: the thread ends at once. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #order(
    call: DiskOrder['call'],
    descriptor: number,
    bytes: Uint8Array<ArrayBuffer> | null,
    position: number,
    done: Done,
  ): void {
    if (this.#failure !== null) {
      process.nextTick(done, this.#failure, 0);
      return;
    }
    this.#lastId += 1;
    if (this.#pending.size === 0) this.#worker.ref();
    this.#pending.set(this.#lastId, done);
    const order: DiskOrder = { id: this.#lastId, call, descriptor, bytes, position };
    this.#worker.postMessage(order, bytes === null ? [] : [bytes.buffer]);
  }

  #settle({ id, code, message, written }: DiskAnswer): void {
    const done = this.#pending.get(id);
    if (done === undefined) return;
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    done(code === null ? null : Object.assign(new Error(message), { code }), written);
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = Object.assign(new Error(reason), { code: 'EIO' });
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const done of pending) done(this.#failure, 0);
  }
}
