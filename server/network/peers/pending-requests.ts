import { StrataError } from '../../errors.js';
import { peerRequestsPendingMax } from '../limits.js';
import type { PeerConnection } from './peer-connection.js';

export type RequestDone = (error: Error | null, response: Uint8Array | null) => void;

interface Pending {
  readonly connection: PeerConnection;
  readonly deadlineNs: number;
  readonly done: RequestDone;
}

/**
 * Requests on their way to peers. All have the same time-out, so that the order of their ids is the order of their deadlines and one
 * look at the oldest tells whether any is late: no timer per request.
 */
export class PendingRequests {
  readonly #pending = new Map<number, Pending>();
  readonly #timeoutMs: number;
  #lastId = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#pending.size;
  }

  get full(): boolean {
    return this.#pending.size >= peerRequestsPendingMax;
  }

  /** The id that pairs the answer with `done`. */
  add(connection: PeerConnection, nowNs: number, done: RequestDone): number {
    const id = ++this.#lastId;
    this.#pending.set(id, { connection, deadlineNs: nowNs + this.#timeoutMs * 1e6, done });
    return id;
  }

  /** An answer; one that comes late, or over another connection than the question, is ignored. */
  settle(id: number, connection: PeerConnection, error: Error | null, response: Uint8Array | null): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.connection !== connection) return;
    this.#pending.delete(id);
    pending.done(error, response);
  }

  expire(nowNs: number): void {
    for (const [id, pending] of this.#pending) {
      if (pending.deadlineNs > nowNs) return;
      this.#pending.delete(id);
      pending.done(new StrataError('STRATA_TIMEOUT', { limitMs: this.#timeoutMs }), null);
    }
  }

  /** The questions went out and no answer can come: nobody knows what became of them. */
  connectionLost(connection: PeerConnection): void {
    for (const [id, pending] of this.#pending) {
      if (pending.connection !== connection) continue;
      this.#pending.delete(id);
      pending.done(new StrataError('STRATA_PEER_LOST', { node: connection.peer }), null);
    }
  }
}
