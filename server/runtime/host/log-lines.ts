import { fstatSync, write } from 'node:fs';
import { Socket } from 'node:net';
import type { Counter, Metrics } from '../../ports/metrics.js';

/** Lines that wait beyond this are dropped. */
const WAITING_BYTES_MAX = 1_048_576;
const FLUSH_POLL_MS = 5;

/**
 * Where log lines leave the process. A reader that is slow, stopped or gone must never stop the node (etcd-io/etcd#22214 hung all reads behind a
 * blocked stderr): lines wait in a bounded queue, what does not fit is dropped and counted, and no error leaves this class.
 *
 * Pipes and sockets are written without blocking. Not through the thread pool: a thread that is stuck in a full pipe is one less for fsync, and
 * the process cannot even exit while it is.
 */
export class LogLines {
  readonly #dropped: Counter;
  readonly #sink: Sink;

  constructor(fd: number, metrics: Metrics) {
    this.#dropped = metrics.counter(
      'runtime_log_lines_dropped_total',
      'Log lines dropped: nobody read them, or not fast enough.',
    );
    this.#sink = isStream(fd) ? new StreamSink(fd) : new FileSink(fd);
  }

  write(line: string): void {
    if (this.#sink.waitingBytes > WAITING_BYTES_MAX || !this.#sink.write(line)) this.#dropped.add(1);
  }

  /** Before the process ends: waits for what is queued, but not long. */
  async flush(timeoutMs: number): Promise<void> {
    for (let waitedMs = 0; this.#sink.waitingBytes > 0 && waitedMs < timeoutMs; waitedMs += FLUSH_POLL_MS)
      await new Promise((resolve) => setTimeout(resolve, FLUSH_POLL_MS));
  }
}

interface Sink {
  readonly waitingBytes: number;
  /** False when the line is lost. */
  write(line: string): boolean;
}

class StreamSink implements Sink {
  readonly #socket: Socket;

  constructor(fd: number) {
    this.#socket = new Socket({ fd, readable: false, writable: true });
    // The reader is gone (EPIPE): the socket is destroyed, every line from now on is dropped.
    this.#socket.on('error', () => {});
    // Lines that wait do not keep a process alive that has nothing else to do.
    this.#socket.unref();
  }

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  write(line: string): boolean {
    if (this.#socket.destroyed) return false;
    this.#socket.write(line);
    return true;
  }
}

/** A file, a terminal, /dev/null: one write at a time, in order. */
class FileSink implements Sink {
  readonly #fd: number;
  #lines: string[] = [];
  #waitingBytes = 0;
  #isWriting = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  write(line: string): boolean {
    this.#lines.push(line);
    this.#waitingBytes += Buffer.byteLength(line);
    if (!this.#isWriting) this.#writeNext();
    return true;
  }

  #writeNext(): void {
    const chunk = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#isWriting = true;
    // An error (a full disk, a closed terminal) costs these lines; the next may find it better.
    write(this.#fd, chunk, () => {
      this.#waitingBytes -= chunk.length;
      this.#isWriting = false;
      if (this.#lines.length > 0) this.#writeNext();
    });
  }
}

function isStream(fd: number): boolean {
  try {
    const status = fstatSync(fd);
    return status.isFIFO() || status.isSocket();
  } catch {
    // Closed before the start: writes to it fail, which the file sink takes.
    return false;
  }
}
