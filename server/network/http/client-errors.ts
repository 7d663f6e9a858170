import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import { type Limits, refusedBodyDrainMs } from '../limits.js';
import { errorBody, errorHeaders } from './replier.js';

interface HttpSocket extends Duplex {
  /** The response that node:http has assigned to the socket. */
  readonly _httpMessage?: { readonly headersSent: boolean; readonly req: IncomingMessage } | null;
}

/** Answers what never became a request, on the bare socket, with the same coded document. */
export class ClientErrors {
  readonly #limits: Limits;
  readonly #clock: Clock;
  /** More bytes on a broken connection raise the error again: it is answered once. */
  readonly #answered = new WeakSet<Duplex>();

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Gives whether an answer was sent. */
  onClientError(error: NodeJS.ErrnoException, socket: HttpSocket): boolean {
    if (this.#answered.has(socket)) return false;
    const current = socket._httpMessage;
    // A whole request that waits for its outcome: an error here would be read as that outcome, and it is not known.
    const waiting =
      current !== undefined && current !== null && (current.headersSent || current.req.complete);
    if (!isHttp(error.code) || !socket.writable || waiting) {
      socket.destroy();
      return false;
    }
    this.answer(socket, this.#coded(error));
    return true;
  }

  /** Writes the error and closes; what still comes in is thrown away meanwhile, so that the answer arrives. */
  answer(socket: Duplex, error: StrataError): void {
    this.#answered.add(socket);
    const body = errorBody(error);
    const headers = [...errorHeaders(error), 'Content-Length', String(body.length), 'Connection', 'close'];
    let head = `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n`;
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    socket.on('error', () => socket.destroy());
    socket.end(Buffer.concat([Buffer.from(`${head}\r\n`), body]));
    const timer = this.#clock.after(refusedBodyDrainMs, () => socket.destroy());
    socket.once('close', () => timer.cancel());
  }

  #coded(error: NodeJS.ErrnoException): StrataError {
    const limits = this.#limits;
    switch (error.code) {
      case 'HPE_HEADER_OVERFLOW':
        return new StrataError('STRATA_HEADERS_TOO_LARGE', { limit: limits.headerBytesMax });
      case 'ERR_HTTP_REQUEST_TIMEOUT':
        return new StrataError('STRATA_REQUEST_TIMEOUT', {
          limitMs: `${limits.headersTimeoutMs} ms (headers) or ${limits.requestTimeoutMs}`,
        });
      default:
        return new StrataError('STRATA_REQUEST_MALFORMED', { reason: malformation(error) });
    }
  }
}

/** Errors of the parser and of its time limits. Those of TLS and of the socket leave nobody who would understand an answer. */
function isHttp(code: string | undefined): boolean {
  return code !== undefined && (code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT');
}

/** The parser's own words, without what might stand in them of the process. */
function malformation(error: NodeJS.ErrnoException & { reason?: unknown }): string {
  return typeof error.reason === 'string' ? error.reason : (error.code ?? 'it cannot be parsed');
}
