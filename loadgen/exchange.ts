import type { Dispatcher } from 'undici';
import { monotonicNs } from './clock.js';
import type { RecordedOperation } from './recorded-operation.js';
import type { Timed } from './timeout-queue.js';

export interface ExchangeOwner {
  /** The exchange is over; it may be started again from inside this call. */
  exchangeEnded(exchange: Exchange): void;
  /** The HTTP client wrote the request a second time by itself. */
  exchangeResent(exchange: Exchange): void;
  /** A defect of ours. undici would swallow it or turn it into an error of the request. */
  exchangeBroke(error: unknown): void;
}

/**
 * One request and its answer, over and over: the handler that undici calls back and the record of what happened. One object
 * for each request that can be under way, so that a request allocates nothing of ours. All times are monotonic ns.
 */
export class Exchange implements Dispatcher.DispatchHandler, Timed {
  readonly #owner: ExchangeOwner;
  #controller: Dispatcher.DispatchController | null = null;

  isRead = false;
  key = 0;
  sequence = 0;
  traceId: string | null = null;
  /** Set while the operation under way is one of a history: then its answer is kept. */
  recorded: RecordedOperation | null = null;
  intendedNs = 0;
  /** First write to the socket, 0 while there was none. A resend does not move it. */
  sentNs = 0;
  doneNs = 0;
  /** 0 while no answer has begun. */
  status = 0;
  error: Error | null = null;
  underWay = false;

  addedNs = 0;
  older: Timed | null = null;
  newer: Timed | null = null;
  waiting = false;

  constructor(owner: ExchangeOwner) {
    this.#owner = owner;
  }

  begin(intendedNs: number): void {
    this.intendedNs = intendedNs;
    this.sentNs = 0;
    this.doneNs = 0;
    this.status = 0;
    this.error = null;
    this.underWay = true;
    this.#controller = null;
  }

  /**
   * Ends the request now with `reason`, and its connection with it: the answer may still come, and would be taken for the
   * next one's. False when it was never written, so that only its whole client can be given up.
   */
  abort(reason: Error): boolean {
    if (this.#controller === null) return false;
    this.#controller.abort(reason);
    return true;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.sentNs !== 0) this.#owner.exchangeResent(this);
    else this.sentNs = monotonicNs();
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status;
  }

  /** Must exist: a body that nobody takes keeps the connection busy. */
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.recorded !== null) this.recorded.keep(chunk);
  }

  onResponseEnd(): void {
    this.#end(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(error);
  }

  #end(error: Error | null): void {
    this.doneNs = monotonicNs();
    this.error = error;
    this.underWay = false;
    this.#controller = null;
    try {
      this.#owner.exchangeEnded(this);
    } catch (defect) {
      this.#owner.exchangeBroke(defect);
    }
  }
}
