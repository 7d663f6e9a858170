import type { Histogram, Metrics } from '../ports/metrics.js';

/**
 * How many of the disk calls of this process are with libuv's pool at a time, those under way and those that wait for one of its threads
 * (`UV_THREADPOOL_SIZE`, 4 by default). What else the process gives the pool, DNS and compression, is not seen here.
 */
export class PoolUse {
  readonly #atSubmission: Histogram;
  #inFlight = 0;

  constructor(metrics: Metrics) {
    metrics.gauge(
      'io_pool_in_flight',
      "Disk calls that libuv's pool has not given back.",
      () => this.#inFlight,
    );
    this.#atSubmission = metrics.histogram(
      'io_pool_calls',
      "Disk calls with libuv's pool when one is submitted, that one among them: beyond its threads they wait for each other.",
    );
  }

  begin(): void {
    this.#inFlight += 1;
    this.#atSubmission.record(this.#inFlight);
  }

  end(): void {
    this.#inFlight -= 1;
  }

  /** For calls that come back as a promise. */
  async during<Result>(call: () => Promise<Result>): Promise<Result> {
    this.begin();
    try {
      return await call();
    } finally {
      this.end();
    }
  }
}
