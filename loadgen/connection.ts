import { Client, type Dispatcher } from 'undici';
import { Exchange, type ExchangeOwner } from './exchange.js';

/** Most bytes of an answer; more is an error of that request. */
const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;
const KEEP_ALIVE_MS = 600_000;

export type Headers = readonly string[] | null;

/** What `dispatch` reads at the call; one object for all requests of a connection. */
interface RequestOptions {
  path: string;
  method: 'GET' | 'PUT';
  body: Buffer | null;
  headers: string[] | null;
  readonly blocking: false;
}

/**
 * One client of the load: one TCP connection with at most one request under way. A pool would be simpler and wrong: it
 * fills the first connection first and queues inside, where the wait cannot be measured.
 */
export class Connection {
  /** Number of this client in the whole generator. */
  readonly number: number;
  readonly exchange: Exchange;
  /** Errors since the last answer that was in order. */
  errorsInARow = 0;
  readonly #targets: readonly string[];
  #target: number;
  #client: Client;
  // Without `blocking: false` the client marks the socket as blocked and resumes once more for each answer.
  readonly #options: RequestOptions = {
    path: '/',
    method: 'GET',
    body: null,
    headers: null,
    blocking: false,
  };

  constructor(number: number, targets: readonly string[], owner: ExchangeOwner) {
    this.number = number;
    this.#targets = targets;
    this.#target = number % targets.length;
    this.exchange = new Exchange(owner);
    this.#client = openClient(targets[this.#target]!);
  }

  /** The caller has called `exchange.begin`. An answer or error comes through the owner, perhaps before this returns. */
  send(path: string, body: Buffer | null, headers: Headers): void {
    const options = this.#options;
    options.path = path;
    options.method = this.exchange.isRead ? 'GET' : 'PUT';
    options.body = body;
    options.headers = headers as string[] | null;
    this.#client.dispatch(options as Dispatcher.DispatchOptions, this.exchange);
  }

  /** Ends what is under way with `reason` and the connection with it; the next request makes a new one. */
  abandon(reason: Error): void {
    if (!this.exchange.underWay || this.exchange.abort(reason)) return;
    const client = this.#client;
    this.#client = openClient(this.#targets[this.#target]!);
    client.destroy(reason, ignore);
  }

  moveToNextTarget(): void {
    if (this.#targets.length === 1) return;
    this.#target = (this.#target + 1) % this.#targets.length;
    this.#client.destroy(null, ignore);
    this.#client = openClient(this.#targets[this.#target]!);
  }

  async close(): Promise<void> {
    await this.#client.destroy();
  }
}

function ignore(): void {}

/** No time-out of undici's is on: they run on a coarse clock; ours is `TimeoutQueue`. */
function openClient(target: string): Client {
  return new Client(target, {
    pipelining: 1,
    connectTimeout: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    maxResponseSize: RESPONSE_BYTES_MAX,
    allowH2: false,
  });
}
