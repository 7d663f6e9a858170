import type { ServerResponse } from 'node:http';
import { StrataError } from '../../errors.js';
import type {
  KeyValueService,
  WatchHandle,
  WatchObserver,
  WatchRequest,
} from '../../ports/key-value-service.js';
import type { ChangeEvent } from '../../state/vocabulary.js';
import { SendStall } from '../send-stall.js';
import type { Connection } from './connection.js';
import type { HttpMetrics } from './http-metrics.js';
import { errorDocument } from './replier.js';
import { jsonField, type TextEncoding } from './text-encoding.js';

/** Milliseconds after which an EventSource connects again. */
const retryMs = 1_000;

/**
 * One watch as a stream of server-sent events.
 *
 * Events of one command share a revision, and a connection may break between two of them. Only the last of them carries the `id`, so a client
 * that resumes behind the id it saw gets all events of a revision again or none: at least once, never lost.
 *
 * What the socket does not take stays in the array that the service gave and is written when there is room; until then nothing more is
 * asked of the service, which bounds what it keeps back.
 */
export class WatchStream implements WatchObserver {
  readonly #response: ServerResponse;
  readonly #connection: Connection;
  readonly #encoding: TextEncoding;
  readonly #metrics: HttpMetrics;
  readonly #stall: SendStall;
  #handle: WatchHandle | null = null;
  /** Events from `#next` on wait for the socket. */
  #waiting: readonly ChangeEvent[] = [];
  #next = 0;
  #onEnd = (): void => {};
  /** Ends the wait for the connection's end. */
  #stay = (): boolean => true;
  #started = false;
  #ended = false;

  constructor(
    response: ServerResponse,
    connection: Connection,
    encoding: TextEncoding,
    metrics: HttpMetrics,
  ) {
    this.#response = response;
    this.#connection = connection;
    this.#encoding = encoding;
    this.#metrics = metrics;
    this.#stall = new SendStall(response, metrics.backpressure);
  }

  /** `onEnd` is called once, when the watch is over for whatever reason. @throws StrataError what the service says; nothing was answered then. */
  begin(watch: WatchRequest, service: KeyValueService, onEnd: () => void): void {
    const handle = service.watch(watch, this);
    this.#handle = handle;
    this.#onEnd = onEnd;
    if (this.#connection.isClosed) {
      this.#leave();
      return;
    }
    this.#stay = this.#connection.whenClosed(() => this.#leave());
    this.#response.on('drain', () => this.#drained());
    // Who has to connect again before the first change knows from where.
    const told = watch.fromRevision === 0 ? handle.revision : watch.fromRevision - 1;
    if (!this.#started) this.#progress(told);
  }

  onEvents(events: readonly ChangeEvent[]): boolean {
    if (this.#ended) return true;
    this.#waiting = events;
    this.#next = 0;
    return this.#writeWaiting();
  }

  onProgress(revision: number): void {
    // Before the events that wait it would be a lie, and a client that reads nothing needs no sign of life.
    if (this.#ended || this.#next < this.#waiting.length || this.#response.writableNeedDrain) return;
    this.#progress(revision);
  }

  onClose(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = [];
    const coded =
      error instanceof StrataError
        ? error
        : new StrataError('STRATA_INTERNAL', { reason: 'the watch broke' });
    this.#write(`event: error\ndata: ${JSON.stringify(errorDocument(coded))}\n\n`);
    this.#response.end();
    this.#stay();
    this.#onEnd();
  }

  /** Ends the watch from this side. */
  shut(error: Error): void {
    this.#handle?.cancel();
    this.onClose(error);
  }

  #progress(revision: number): void {
    this.#write(`event: progress\nid: ${revision}\ndata: {"revision":${revision}}\n\n`);
  }

  /** False when something is left or the socket is full. */
  #writeWaiting(): boolean {
    while (this.#next < this.#waiting.length) {
      const index = this.#next;
      this.#next += 1;
      if (!this.#write(this.#eventText(this.#waiting, index))) return false;
    }
    this.#waiting = [];
    this.#next = 0;
    return true;
  }

  #eventText(events: readonly ChangeEvent[], index: number): string {
    const { type, key, value, revision } = events[index]!;
    const isLast = events[index + 1]?.revision !== revision;
    const id = isLast ? `id: ${revision}\n` : '';
    const valueText = type === 'put' ? `,${jsonField('value', value, this.#encoding)}` : '';
    const keyText = jsonField('key', key, this.#encoding);
    return `event: change\n${id}data: {"type":"${type}","revision":${revision},${keyText}${valueText}}\n\n`;
  }

  #write(text: string): boolean {
    const response = this.#response;
    if (response.destroyed) return true;
    if (!this.#started) {
      this.#started = true;
      response.writeHead(200, [
        'Content-Type',
        'text/event-stream',
        'Cache-Control',
        'no-store',
        // A proxy that gathers would hold changes back.
        'X-Accel-Buffering',
        'no',
      ]);
      response.write(`retry: ${retryMs}\n\n`);
    }
    const bytes = Buffer.from(text);
    this.#metrics.bytesOut.add(bytes.length);
    const takesMore = response.write(bytes);
    if (!takesMore) this.#stall.note();
    return takesMore;
  }

  #drained(): void {
    if (!this.#ended && this.#writeWaiting()) this.#handle!.resume();
  }

  #leave(): void {
    this.#ended = true;
    this.#waiting = [];
    this.#handle!.cancel();
    this.#onEnd();
  }
}
