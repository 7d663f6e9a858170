import { Client, type Dispatcher } from 'undici';

export interface LoopRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: string;
}

export interface LoopOptions {
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  /** The loop ends when it has so many answers, if that is before its time. */
  readonly answers?: number;
  readonly signal: AbortSignal;
  /** The next request of whoever asks. */
  readonly next: () => LoopRequest;
}

export interface LoopResult {
  readonly perSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly answered: number;
  /** Answers that are no 2xx, and requests without one. */
  readonly failed: number;
}

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const KEEP_ALIVE_MS = 600_000;
/** A quantile with fewer values beyond it is a single value's luck. */
const BEYOND_MIN = 10;

/**
 * A closed loop of requests that the load generator does not know, such as ranges and reads with another consistency: each client has one connection and sends its next
 * request when it has the answer to the last one. Runs on this thread, so it can become the limit itself; then arms look more alike than they are.
 */
export async function requestLoop(options: LoopOptions): Promise<LoopResult> {
  const { url, clients, seconds, signal } = options;
  signal.throwIfAborted();
  const latenciesMs: number[] = [];
  const state: LoopState = { options, endMs: performance.now() + 1e3 * seconds, latenciesMs, failed: 0 };
  const startMs = performance.now();
  const connections = Array.from({ length: clients }, () => new LoopClient(url, state));
  try {
    await Promise.all(connections.map((connection) => connection.run()));
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
  signal.throwIfAborted();
  const elapsedSeconds = (performance.now() - startMs) / 1e3;
  latenciesMs.sort((a, b) => a - b);
  return {
    perSecond: latenciesMs.length / elapsedSeconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    answered: latenciesMs.length,
    failed: state.failed,
  };
}

interface LoopState {
  readonly options: LoopOptions;
  readonly endMs: number;
  readonly latenciesMs: number[];
  failed: number;
}

class LoopClient implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #state: LoopState;
  #done: () => void = () => {};
  #sentMs = 0;
  #status = 0;

  constructor(url: string, state: LoopState) {
    this.#client = new Client(url, {
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxResponseSize: ANSWER_BYTES_MAX,
    });
    this.#state = state;
  }

  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#send();
    });
  }

  async close(): Promise<void> {
    await this.#client.destroy();
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  /** Must exist: a body that nobody takes keeps the connection busy. */
  onResponseData(): void {}

  onResponseEnd(): void {
    if (this.#status >= 200 && this.#status < 300)
      this.#state.latenciesMs.push(performance.now() - this.#sentMs);
    else this.#state.failed++;
    this.#send();
  }

  onResponseError(): void {
    this.#state.failed++;
    // Not at once: against a node that is gone this would be a loop without an end to its speed.
    setTimeout(() => this.#send(), 10);
  }

  #send(): void {
    const { options, endMs } = this.#state;
    const hasEnough = this.#state.latenciesMs.length >= (options.answers ?? Number.POSITIVE_INFINITY);
    if (hasEnough || performance.now() >= endMs || options.signal.aborted) {
      this.#done();
      return;
    }
    const { method, path, body } = options.next();
    this.#status = 0;
    this.#sentMs = performance.now();
    const headers = body === undefined ? null : ['Content-Type', 'application/json'];
    this.#client.dispatch({ path, method, body: body ?? null, headers, blocking: false }, this);
  }
}

/** Of ascending values; null when too few lie beyond it. */
export function quantile(ascending: readonly number[], share: number): number | null {
  if (ascending.length * (1 - share) < BEYOND_MIN) return null;
  return ascending[Math.ceil(share * ascending.length) - 1]!;
}
