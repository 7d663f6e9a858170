import { Worker } from 'node:worker_threads';
import type { DiskCalls } from '../../../../server/io/node-file-system.js';

export type DiskOrder = { readonly id: number; readonly descriptor: number } & (
  | { readonly call: 'write'; readonly bytes: Uint8Array; readonly position: number }
  | { readonly call: 'fsync' | 'fdatasync' }
);

export interface DiskAnswer {
  readonly id: number;
  readonly written: number;
  readonly code: string | null;
}

type Done = (error: NodeJS.ErrnoException | null, written: number) => void;
type Unnumbered<Order> = Order extends DiskOrder ? Omit<Order, 'id'> : never;

/** Writes and syncs on a thread of our own instead of libuv's pool. What is written is copied, because the buffer stays with its owner. */
export class ThreadedCalls implements DiskCalls {
  readonly usesPool = false;
  readonly #worker = new Worker(new URL('./disk-thread.js', import.meta.url));
  readonly #waiting = new Map<number, Done>();
  #lastId = 0;

  constructor() {
    this.#worker.on('message', ({ id, written, code }: DiskAnswer) => {
      const done = this.#waiting.get(id)!;
      this.#waiting.delete(id);
      done(code === null ? null : Object.assign(new Error(code), { code }), written);
    });
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
    this.#order({ call: 'write', descriptor, bytes: copy, position }, done, [copy.buffer]);
  }

  fsync(descriptor: number, done: (error: NodeJS.ErrnoException | null) => void): void {
    this.#order({ call: 'fsync', descriptor }, done);
  }

  fdatasync(descriptor: number, done: (error: NodeJS.ErrnoException | null) => void): void {
    this.#order({ call: 'fdatasync', descriptor }, done);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #order(order: Unnumbered<DiskOrder>, done: Done, transfer: readonly ArrayBuffer[] = []): void {
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, done);
    this.#worker.postMessage({ ...order, id: this.#lastId }, transfer);
  }
}
