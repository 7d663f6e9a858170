import type { Writable } from 'node:stream';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';

/** Times that the other end took nothing more though there was more to send, of all connections of a kind. */
export class Backpressure {
  readonly clock: Pick<Clock, 'nowNs'>;
  readonly stalls: Counter;
  readonly stalledNs: Counter;

  /** `kind`: the part of the network layer, as in the names of its other metrics. */
  constructor(metrics: Metrics, clock: Pick<Clock, 'nowNs'>, kind: 'peer' | 'http' | 'resp') {
    this.clock = clock;
    this.stalls = metrics.counter(
      `network_${kind}_stalls_total`,
      'Times that the kernel did not take all that there was to send, because the other end did not read.',
    );
    this.stalledNs = metrics.counter(
      `network_${kind}_stalled_ns_total`,
      'Time for which something waited for the other end to read, each connection for itself.',
    );
  }
}

/** Whether one stream waits for its other end to read. A clock is read only when one does. */
export class SendStall {
  readonly #stream: Writable;
  readonly #backpressure: Backpressure;
  /** Something waits since then, monotonic ns; 0 when nothing does. */
  sinceNs = 0;

  constructor(stream: Writable, backpressure: Backpressure) {
    this.#stream = stream;
    this.#backpressure = backpressure;
    const over = (): void => this.#over();
    stream.on('drain', over).on('finish', over).on('close', over);
  }

  /**
   * After a write that the stream calls enough. It says so of every large write; only what is left in the process afterwards has to wait.
   */
  note(): void {
    if (this.sinceNs !== 0 || this.#stream.writableLength === 0) return;
    this.sinceNs = this.#backpressure.clock.nowNs();
    this.#backpressure.stalls.add(1);
  }

  #over(): void {
    if (this.sinceNs === 0) return;
    this.#backpressure.stalledNs.add(this.#backpressure.clock.nowNs() - this.sinceNs);
    this.sinceNs = 0;
  }
}
