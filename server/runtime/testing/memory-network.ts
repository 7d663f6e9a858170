import type { Message, NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { LinkStatus, Transport, TransportHandler } from '../../ports/transport.js';

type RequestDone = (error: Error | null, response: Uint8Array | null) => void;

/** A forwarded request as it went over the wire. */
export interface SeenRequest {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly method: string;
}

/** The wires between all nodes of a test: every way has one delay and can be cut, also while something is under way. */
export class MemoryNetwork {
  readonly requests: SeenRequest[] = [];
  /** Called for every message sent, cut off or not. */
  onSend: (message: Message) => void = () => {};
  readonly #clock: Clock;
  readonly #handlers = new Map<NodeId, TransportHandler>();
  readonly #cut = new Set<NodeId>();
  delayMs: number;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.delayMs = delayMs;
  }

  transportOf(self: NodeId): Transport {
    return {
      start: async (handler) => {
        this.#handlers.set(self, handler);
      },
      send: (messages) => this.#send(messages),
      request: (to, method, payload, done) => this.request(self, to, method, payload, done),
      links: () => this.#linksOf(self),
      close: async () => this.detach(self),
    };
  }

  /** Nothing reaches these nodes or leaves them. */
  cut(...nodes: readonly NodeId[]): void {
    for (const node of nodes) this.#cut.add(node);
  }

  heal(): void {
    this.#cut.clear();
  }

  detach(node: NodeId): void {
    this.#handlers.delete(node);
  }

  request(from: NodeId, to: NodeId, method: string, payload: Uint8Array, done: RequestDone): void {
    this.requests.push({ from, to, method });
    this.#clock.after(this.delayMs, () => {
      const handler = this.#handlers.get(to);
      if (handler === undefined || !this.#connects(from, to)) {
        done(new StrataError('STRATA_PEER_UNREACHABLE', { node: to, reason: 'the wire is cut' }), null);
        return;
      }
      handler.onRequest(from, method, payload.slice(), (response) => {
        this.#clock.after(this.delayMs, () => {
          if (this.#connects(from, to)) done(null, response.slice());
          else done(new StrataError('STRATA_PEER_LOST', { node: to }), null);
        });
      });
    });
  }

  #send(messages: readonly Message[]): void {
    for (const message of messages) {
      this.onSend(message);
      // A copy, as over a real wire: the sender's objects are the sender's.
      const copy = { ...message, entries: [...message.entries] };
      this.#clock.after(this.delayMs, () => {
        if (this.#connects(copy.from, copy.to)) this.#handlers.get(copy.to)?.onMessages([copy]);
      });
    }
  }

  #connects(from: NodeId, to: NodeId): boolean {
    return !this.#cut.has(from) && !this.#cut.has(to);
  }

  #linksOf(self: NodeId): readonly LinkStatus[] {
    return [...this.#handlers.keys()]
      .filter((peer) => peer !== self)
      .map((peer) => ({
        peer,
        state: this.#connects(self, peer) ? ('healthy' as const) : ('disconnected' as const),
        connections: 1,
        queuedBytes: 0,
        rttNs: null,
      }));
  }
}
