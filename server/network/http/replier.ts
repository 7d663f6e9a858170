import type { ServerResponse } from 'node:http';
import { InvariantError, StrataError } from '../../errors.js';
import type { Logger } from '../../ports/logger.js';
import { answerBytesMax } from '../limits.js';
import { SendStall } from '../send-stall.js';
import { connectionOf } from './connection-gate.js';
import type { HttpMetrics } from './http-metrics.js';

const jsonType = 'application/json';
/** Answers above this are counted while they wait in a socket's buffer. */
const longAnswerBytes = 65_536;

/** Writes answers. Whatever goes wrong, a client sees a code, a sentence and never a stack. */
export class Replier {
  /** While the node drains, every answer is the last one of its connection. */
  draining = false;
  readonly #metrics: HttpMetrics;
  readonly #logger: Logger;
  #waitingBytes = 0;

  constructor(metrics: HttpMetrics, logger: Logger) {
    this.#metrics = metrics;
    this.#logger = logger;
  }

  /** Bytes of long answers that clients have not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Before an answer is made that is a copy and may be long. @throws StrataError STRATA_OVERLOADED_BYTES */
  checkRoom(): void {
    if (this.#waitingBytes <= answerBytesMax) return;
    const what = 'Answers that clients have not read yet: the HTTP server';
    throw new StrataError('STRATA_OVERLOADED_BYTES', {
      what,
      actual: this.#waitingBytes,
      limit: answerBytesMax,
    });
  }

  /**
   * One head, one body, handed to the socket together. `headers` is a flat list of names and values and is taken over.
   * A `body` that is text must be Latin-1: then head and body are one string and one write.
   */
  send(response: ServerResponse, status: number, headers: string[], body: string | Uint8Array): void {
    // The client may be gone by the time the outcome is known.
    if (response.destroyed || response.writableEnded) return;
    headers.push('Content-Length', String(body.length));
    if (this.draining) headers.push('Connection', 'close');
    this.#metrics.bytesOut.add(body.length);
    const isLong = body.length > longAnswerBytes;
    if (isLong) this.#count(response, body.length);
    response.writeHead(status, headers);
    response.end(body, 'latin1');
    if (isLong) new SendStall(response, this.#metrics.backpressure).note();
  }

  json(response: ServerResponse, status: number, document: unknown): void {
    this.send(response, status, ['Content-Type', jsonType], Buffer.from(JSON.stringify(document)));
  }

  error(response: ServerResponse, error: StrataError, headers: readonly string[] = []): void {
    this.#metrics.errors.add(1);
    this.send(response, error.status, [...errorHeaders(error), ...headers], errorBody(error));
  }

  /** A key that does not exist is an answer, not a fault: it is as frequent as any other and made beforehand. */
  notFound(response: ServerResponse, headers: readonly string[]): void {
    this.send(response, 404, ['Content-Type', jsonType, ...headers], notFoundBody);
  }

  /** The client has it already (RFC 9110 §15.4.5): no body, nor its length. */
  notModified(response: ServerResponse, headers: string[]): void {
    if (response.destroyed || response.writableEnded) return;
    if (this.draining) headers.push('Connection', 'close');
    response.writeHead(304, headers);
    response.end();
  }

  /** What a client is told of an error of any kind. An unexpected one is logged, and only its kind is told. */
  coded(error: unknown): StrataError {
    if (error instanceof StrataError) return error;
    // The process must not go on: this is not the network's to turn into an answer.
    if (error instanceof InvariantError) throw error;
    this.#logger.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'unexpected error in a request',
    );
    return new StrataError('STRATA_INTERNAL', { reason: 'the log of the node has the details' });
  }

  #count(response: ServerResponse, bytes: number): void {
    const forget = (): void => {
      this.#waitingBytes -= bytes;
    };
    const stay = connectionOf(response.req).whenClosed(forget);
    this.#waitingBytes += bytes;
    response.once('finish', () => {
      if (stay()) forget();
    });
  }
}

/** Flat list of the headers that an error brings with it. */
export function errorHeaders(error: StrataError): string[] {
  const headers = ['Content-Type', jsonType];
  if (error.retryAfterSeconds !== undefined) headers.push('Retry-After', String(error.retryAfterSeconds));
  if (error.code === 'STRATA_METHOD_NOT_ALLOWED') headers.push('Allow', String(error.details.allowed));
  if (error.code === 'STRATA_UNAUTHENTICATED') headers.push('WWW-Authenticate', 'Bearer realm="strata"');
  return headers;
}

export function errorBody(error: StrataError): Buffer {
  return Buffer.from(JSON.stringify({ error: errorDocument(error) }));
}

/** `details` has the values of the sentence, so that no client need take it apart; left out when there are none. */
export function errorDocument({ code, message, details }: StrataError): object {
  return Object.keys(details).length === 0 ? { code, message } : { code, message, details };
}

const notFoundBody = errorBody(new StrataError('STRATA_KEY_NOT_FOUND')).toString('latin1');
