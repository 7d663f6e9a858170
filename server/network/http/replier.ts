import type { ServerResponse } from 'node:http';
import { InvariantError, StrataError } from '../../errors.js';
import type { Logger } from '../../ports/logger.js';
import type { HttpMetrics } from './http-metrics.js';

const jsonType = 'application/json';

/** Writes answers. Whatever goes wrong, a client sees a code, a sentence and never a stack. */
export class Replier {
  /** While the node drains, every answer is the last one of its connection. */
  draining = false;
  readonly #metrics: HttpMetrics;
  readonly #logger: Logger;

  constructor(metrics: HttpMetrics, logger: Logger) {
    this.#metrics = metrics;
    this.#logger = logger;
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
    response.writeHead(status, headers);
    response.end(body, 'latin1');
  }

  json(response: ServerResponse, status: number, document: unknown): void {
    this.send(response, status, ['Content-Type', jsonType], Buffer.from(JSON.stringify(document)));
  }

  error(response: ServerResponse, error: StrataError, headers: readonly string[] = []): void {
    if (error.code !== 'STRATA_KEY_NOT_FOUND') this.#metrics.errors.add(1);
    this.send(response, error.status, [...errorHeaders(error), ...headers], errorBody(error));
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
}

/** Flat list of the headers that an error brings with it. */
export function errorHeaders(error: StrataError): string[] {
  const headers = ['Content-Type', jsonType];
  if (error.retryAfterSeconds !== undefined) headers.push('Retry-After', String(error.retryAfterSeconds));
  if (error.code === 'STRATA_METHOD_NOT_ALLOWED') headers.push('Allow', String(error.details.allowed));
  return headers;
}

export function errorBody(error: StrataError): Buffer {
  const { code, message, details } = error;
  // A client that was told to go elsewhere gets the address as a value, not only inside a sentence.
  const leader =
    code === 'STRATA_NOT_LEADER' && details.leader !== undefined ? { leader: details.leader } : {};
  return Buffer.from(JSON.stringify({ error: { code, message, ...leader } }));
}
