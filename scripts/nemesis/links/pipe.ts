import type { Socket } from 'node:net';
import type { Random } from '../../../loadgen/random.js';
import type { Carrier, LinkTable } from './link-table.js';

/** Bytes that wait here before the sender is not read any more; what follows waits in the kernel and then in the sender. */
const QUEUE_BYTES_MAX = 1_048_576;

interface Piece {
  /** Null: the sender closed. */
  readonly bytes: Buffer | null;
  readonly dueMs: number;
}

export interface PipeOptions {
  readonly links: LinkTable;
  readonly random: Random;
  readonly from: number;
  readonly to: number;
  readonly source: Socket;
  /** Who reads, once it is there. */
  readonly target: () => Socket | null;
  /** The stream lost bytes, or a fault wants it broken: both directions have to go. */
  readonly onBroken: () => void;
  /** Everything was handed over, and then the sender closed. */
  readonly onClosed: () => void;
}

/**
 * One direction of one connection: carries bytes from `source` to `target` under the conditions of the link. That the sender closed travels
 * like a byte: behind a cut nobody learns that a process is gone.
 */
export class Pipe implements Carrier {
  readonly #options: PipeOptions;
  readonly #queue: Piece[] = [];
  /** Invariant: the sum of the lengths in `#queue`. */
  #queuedBytes = 0;
  #lastDueMs = 0;
  /** When the last piece was handed over: the next one begins to travel then. */
  #freeAtMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #lossy = false;
  #ended = false;
  #draining = false;
  readonly #unsubscribe: () => void;

  constructor(options: PipeOptions) {
    this.#options = options;
    const { source, links, from, to } = options;
    source.on('data', (bytes: Buffer) => this.push(bytes));
    source.on('close', () => this.#add(null));
    this.#unsubscribe = links.subscribe(from, to, this);
  }

  push(bytes: Buffer): void {
    if (this.#condition.blocked === 'drop') {
      this.#lossy = true;
      return;
    }
    this.#add(bytes);
    if (this.#queuedBytes > QUEUE_BYTES_MAX) this.#options.source.pause();
  }

  conditionChanged(): void {
    // A stream with a hole in it means nothing; the connection may go only when the link lets the reset through.
    if (this.#condition.blocked === null && this.#lossy) this.#options.onBroken();
    else this.#pump();
  }

  reset(): void {
    this.#options.onBroken();
  }

  end(): void {
    this.#ended = true;
    this.#unsubscribe();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  get #condition() {
    const { links, from, to } = this.#options;
    return links.condition(from, to);
  }

  #add(bytes: Buffer | null): void {
    if (this.#ended) return;
    const { delayMs, jitterMs } = this.#condition;
    const delay = delayMs + jitterMs * this.#options.random.nextFloat();
    this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + delay);
    this.#queue.push({ bytes, dueMs: this.#lastDueMs });
    this.#queuedBytes += bytes?.length ?? 0;
    this.#pump();
  }

  /** Hands over what may go now and sees to it that it is called again when more may. */
  #pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (;;) {
      const [head] = this.#queue;
      const target = this.#options.target();
      if (this.#ended || head === undefined || target === null) return;
      if (this.#draining || this.#condition.blocked !== null) return;
      const nowMs = performance.now();
      const { bytesPerSecond } = this.#condition;
      const travelMs = bytesPerSecond === null ? 0 : ((head.bytes?.length ?? 0) / bytesPerSecond) * 1000;
      const dueMs = Math.max(head.dueMs, this.#freeAtMs) + travelMs;
      if (dueMs > nowMs) {
        this.#timer = setTimeout(() => this.#pump(), dueMs - nowMs);
        return;
      }
      this.#queue.shift();
      if (head.bytes === null) {
        this.#options.onClosed();
        return;
      }
      this.#write(target, head.bytes, nowMs);
    }
  }

  #write(target: Socket, bytes: Buffer, nowMs: number): void {
    this.#freeAtMs = nowMs;
    this.#queuedBytes -= bytes.length;
    if (this.#queuedBytes <= QUEUE_BYTES_MAX / 2) this.#options.source.resume();
    if (target.destroyed || target.write(bytes)) return;
    this.#draining = true;
    target.once('drain', () => {
      this.#draining = false;
      this.#pump();
    });
  }
}
