import type { Connection, Headers } from './connection.js';
import type { HistoryRecorder } from './history-recorder.js';
import { KeyChooser, parseDistribution } from './key-chooser.js';
import { KeyPaths } from './key-names.js';
import type { LedgerRecorder } from './ledger-recorder.js';
import type { WorkerSetup } from './messages.js';
import { Random } from './random.js';
import { fillerValue, writeLedgerHeader } from './values.js';

/** Chooses what a client sends next, and sends it. */
export class RequestFactory {
  readonly #reads: number;
  readonly #traceEvery: number;
  readonly #tracePrefix: string;
  readonly #runId: string;
  readonly #ledger: LedgerRecorder | null;
  readonly #history: HistoryRecorder | null;
  readonly #random: Random;
  readonly #keys: KeyChooser;
  readonly #paths: KeyPaths;
  readonly #filler: Buffer | null;
  /** With a ledger each client has a value of its own to write its sequence into. */
  readonly #values = new Map<number, Buffer>();
  #requests = 0;

  constructor(setup: WorkerSetup, ledger: LedgerRecorder | null, history: HistoryRecorder | null) {
    const { options } = setup;
    this.#reads = options.reads;
    this.#traceEvery = options.traceEvery;
    this.#runId = setup.runId;
    this.#tracePrefix = setup.runId + setup.index.toString(16).padStart(4, '0');
    this.#ledger = ledger;
    this.#history = history;
    this.#random = new Random(options.seed, 0x20000 + setup.index);
    this.#keys = new KeyChooser(parseDistribution(options.distribution), options.keys, options.seed, setup);
    this.#paths = new KeyPaths(options.keyPrefix, options.keys);
    this.#filler = options.valueBytes === 0 ? null : fillerValue(options.valueBytes, options.seed);
  }

  send(connection: Connection): void {
    const { exchange } = connection;
    const recorded = this.#history?.begin(exchange, connection.number) ?? null;
    if (recorded !== null) {
      exchange.traceId = null;
      connection.send(recorded.path, recorded.body, null);
      return;
    }
    exchange.isRead = this.#random.nextFloat() < this.#reads;
    const chosen = this.#keys.next();
    let body: Buffer | null = null;
    if (exchange.isRead) {
      exchange.key = chosen;
      exchange.sequence = 0;
    } else if (this.#ledger === null) {
      exchange.key = chosen;
      body = this.#filler;
    } else {
      exchange.key = this.#ledger.ownKey(chosen, connection.number);
      exchange.sequence = this.#ledger.nextSequence(exchange.key);
      body = this.#valueOf(connection.number);
      writeLedgerHeader(body, this.#runId, exchange.key, exchange.sequence);
    }
    exchange.traceId = this.#nextTraceId();
    connection.send(this.#paths.path(exchange.key), body, traceHeaders(exchange.traceId));
  }

  #valueOf(client: number): Buffer {
    let value = this.#values.get(client);
    if (value === undefined) {
      value = Buffer.from(this.#filler!);
      this.#values.set(client, value);
    }
    return value;
  }

  /** Run id, worker, request: no two requests of any run share one. */
  #nextTraceId(): string | null {
    this.#requests++;
    if (this.#traceEvery === 0 || this.#requests % this.#traceEvery !== 0) return null;
    return this.#tracePrefix + this.#requests.toString(16).padStart(12, '0');
  }
}

function traceHeaders(traceId: string | null): Headers {
  if (traceId === null) return null;
  return ['traceparent', `00-${traceId}-${traceId.slice(-16)}-01`];
}
