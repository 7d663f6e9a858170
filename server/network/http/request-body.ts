import type { IncomingMessage, ServerResponse } from 'node:http';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import { refusedBodyDrainBytesMax, refusedBodyDrainMs } from '../limits.js';
import { errorBody, errorHeaders } from './replier.js';

const noBytes = Buffer.alloc(0);

export interface BodyReader {
  /** Before a chunk is kept; it may throw a `StrataError`, and the request is refused. Null when nobody counts. */
  readonly onChunk: ((bytes: number) => void) | null;
  onBody(body: Buffer): void;
  /** More than the limit came, or a chunk was refused; what follows has not been read. */
  onRefused(error: unknown): void;
  /** The client went away before the body was whole. */
  onAborted(): void;
}

/** Bytes that the request announces, 0 for none, null when it does not say (chunked). */
export function announcedBytes(request: IncomingMessage): number | null {
  if (request.headers['transfer-encoding'] !== undefined) return null;
  const length = request.headers['content-length'];
  return length === undefined ? 0 : Number(length);
}

/** Collects a body of at most `bytesMax`. Exactly one of the three calls is made. */
export function readBody(request: IncomingMessage, bytesMax: number, reader: BodyReader): void {
  // Nearly every body is one chunk: it is passed on as it came.
  let only: Buffer | null = null;
  let chunks: Buffer[] | null = null;
  let bytes = 0;
  let over = false;
  request.on('data', (chunk: Buffer) => {
    if (over) return;
    bytes += chunk.length;
    try {
      if (bytes > bytesMax)
        throw new StrataError('STRATA_BODY_TOO_LARGE', { actual: bytes, limit: bytesMax });
      reader.onChunk?.(chunk.length);
    } catch (error) {
      over = true;
      only = chunks = null;
      reader.onRefused(error);
      return;
    }
    if (only === null) only = chunk;
    else {
      chunks ??= [only];
      chunks.push(chunk);
    }
  });
  request.on('end', () => {
    if (over) return;
    over = true;
    reader.onBody(chunks === null ? (only ?? noBytes) : Buffer.concat(chunks, bytes));
  });
  request.on('error', () => {
    if (over) return;
    over = true;
    reader.onAborted();
  });
}

/**
 * Answers a request whose body will not be used, and closes the connection. A socket that is closed with unread bytes resets, and the
 * client may lose the answer that tells it why; so the answer goes out whole at once, and the rest is thrown away
 * for a while before the socket closes.
 */
export function refuseBody(
  request: IncomingMessage,
  response: ServerResponse,
  error: StrataError,
  clock: Clock,
): void {
  if (response.destroyed || response.headersSent) return;
  const body = errorBody(error);
  response.writeHead(error.status, [
    ...errorHeaders(error),
    'Content-Length',
    String(body.length),
    'Connection',
    'close',
  ]);
  response.write(body);
  let drained = 0;
  const finish = (): void => {
    timer.cancel();
    response.end();
  };
  const timer = clock.after(refusedBodyDrainMs, finish);
  request.on('error', finish);
  request.on('end', finish);
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > refusedBodyDrainBytesMax) finish();
  });
}
