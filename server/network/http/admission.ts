import { StrataError } from '../../errors.js';
import { httpPipelineMax, type Limits } from '../limits.js';
import type { Connection } from './connection.js';

const what = 'The HTTP server';

/**
 * Counts operations under way and the bytes that they hold: in all, and on each connection. What is over a limit is refused before it costs
 * anything; `enter` and `leave` come in pairs whatever happens in between.
 */
export class Admission {
  readonly #limits: Limits;
  /** Called whenever the number of operations under way has become 0. */
  readonly #onIdle: () => void;
  /** Invariant: the sum of `inFlight` of all connections. */
  #inFlight = 0;
  #bodyBytes = 0;

  constructor(limits: Limits, onIdle: () => void) {
    this.#limits = limits;
    this.#onIdle = onIdle;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Bytes of bodies that came or were announced, of operations under way. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  enter(connection: Connection): void {
    this.#inFlight += 1;
    connection.inFlight += 1;
  }

  /** @throws StrataError STRATA_OVERLOADED */
  check(connection: Connection): void {
    if (this.#inFlight > this.#limits.requestsInFlightMax) {
      throw overloaded(what, this.#inFlight, this.#limits.requestsInFlightMax);
    }
    if (connection.inFlight > httpPipelineMax) {
      throw overloaded('This connection', connection.inFlight, httpPipelineMax);
    }
  }

  leave(connection: Connection, bodyBytes: number): void {
    this.#inFlight -= 1;
    connection.inFlight -= 1;
    this.#bodyBytes -= bodyBytes;
    if (this.#inFlight === 0) this.#onIdle();
  }

  /** Room for a body, until `leave`. @throws StrataError STRATA_OVERLOADED_BYTES */
  hold(bytes: number): void {
    const actual = this.#bodyBytes + bytes;
    const limit = this.#limits.waitingBytesMax;
    if (actual > limit) throw new StrataError('STRATA_OVERLOADED_BYTES', { what, actual, limit });
    this.#bodyBytes = actual;
  }
}

function overloaded(who: string, actual: number, limit: number): StrataError {
  return new StrataError('STRATA_OVERLOADED', { what: who, actual, limit });
}
