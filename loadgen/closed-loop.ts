import { monotonicNs } from './clock.js';
import type { Connection } from './connection.js';
import type { Pacing, Send } from './pacing.js';

/**
 * Every client has one request under way and means to start the next at the moment the last one is over. What lies between that moment
 * and the write to the socket is the generator's own time: it stands in the queue latency.
 */
export class ClosedLoop implements Pacing {
  readonly #send: Send;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(send: Send) {
    this.#send = send;
  }

  start(startNs: number, connections: readonly Connection[]): void {
    this.#timer = setTimeout(
      () => {
        for (const connection of connections) this.connectionFree(connection, monotonicNs());
      },
      Math.max(0, (startNs - monotonicNs()) / 1e6),
    );
  }

  connectionFree(connection: Connection, nowNs: number): void {
    if (!this.#stopped) this.#send(connection, nowNs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** In a closed loop nothing waits: there is no request without its connection. */
  visitWaiting(): void {}
}
