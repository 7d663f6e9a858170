import type { Message, NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { LinkStatus, PeerRegistry, Transport, TransportHandler } from '../../ports/transport.js';

type RequestDone = (error: Error | null, response: Uint8Array | null) => void;

/** A forwarded request as it went over the wire. */
export interface SeenRequest {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly method: string;
}

/** What a node shows in the handshake, and whom it lets in. */
interface Station {
  readonly storageId: string;
  readonly registry: PeerRegistry;
  handler: TransportHandler | null;
  /** Null until it was told: everybody. */
  members: ReadonlySet<NodeId> | null;
  /** Those it has shaken hands with since its start. */
  readonly greeted: Set<NodeId>;
}

/** The wires between all nodes of a test: every way has one delay and can be cut, also while something is under way. */
export class MemoryNetwork {
  readonly requests: SeenRequest[] = [];
  /** Called for every message sent, cut off or not. */
  onSend: (message: Message) => void = () => {};
  /** May change a request on its way, or lose it by null. */
  onRequest: (request: SeenRequest, payload: Uint8Array) => Uint8Array | null = (_, payload) => payload;
  readonly #clock: Clock;
  readonly #stations = new Map<NodeId, Station>();
  readonly #cut = new Set<NodeId>();
  delayMs: number;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.delayMs = delayMs;
  }

  transportOf(self: NodeId, storageId: string, registry: PeerRegistry): Transport {
    const station: Station = { storageId, registry, handler: null, members: null, greeted: new Set() };
    return {
      start: async (handler) => {
        station.handler = handler;
        this.#stations.set(self, station);
        for (const other of this.#stations.values()) other.greeted.delete(self);
      },
      send: (messages) => this.#send(messages),
      request: (to, method, payload, done) => this.request(self, to, method, payload, done),
      updateMembers: (members) => {
        station.members = new Set(members.map(({ id }) => id));
        for (const id of station.greeted) if (!station.members.has(id)) station.greeted.delete(id);
      },
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
    this.#stations.delete(node);
  }

  request(from: NodeId, to: NodeId, method: string, payload: Uint8Array, done: RequestDone): void {
    const request = { from, to, method };
    this.requests.push(request);
    const sent = this.onRequest(request, payload);
    this.#clock.after(this.delayMs, () => {
      const station = this.#stations.get(to);
      if (sent === null || !station || !this.#connects(from, to)) {
        done(new StrataError('STRATA_PEER_UNREACHABLE', { node: to, reason: 'the wire is cut' }), null);
        return;
      }
      station.handler?.onRequest(from, method, sent.slice(), (response) => {
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
        if (this.#connects(copy.from, copy.to)) this.#stations.get(copy.to)?.handler?.onMessages([copy]);
      });
    }
  }

  /** A wire that nobody cut, between two nodes that let each other in. The first time, both hear of the other. */
  #connects(from: NodeId, to: NodeId): boolean {
    if (this.#cut.has(from) || this.#cut.has(to)) return false;
    const one = this.#stations.get(from);
    const other = this.#stations.get(to);
    if (!one || !other) return false;
    if (one.greeted.has(to) && other.greeted.has(from)) return true;
    const refusal = refusalOf(other, from, one);
    if (refusal !== null) one.handler?.onRefused?.(to, refusal);
    const ownRefusal = refusalOf(one, to, other);
    if (ownRefusal !== null) other.handler?.onRefused?.(from, ownRefusal);
    if (refusal !== null || ownRefusal !== null) return false;
    one.greeted.add(to);
    other.greeted.add(from);
    one.handler?.onPeer(to, other.storageId);
    other.handler?.onPeer(from, one.storageId);
    return true;
  }

  #linksOf(self: NodeId): readonly LinkStatus[] {
    return [...this.#stations.keys()]
      .filter((peer) => peer !== self)
      .map((peer) => ({
        peer,
        state: this.#connects(self, peer) ? ('healthy' as const) : ('disconnected' as const),
        connections: 1,
        queuedBytes: 0,
        rttNs: null,
        bytesSent: 0,
        bytesReceived: 0,
        transitions: 0,
        lastRecoveryMs: null,
      }));
  }
}

/** Why `host` does not let the peer in, as the real gatekeeper has it. */
function refusalOf(host: Station, peer: NodeId, guest: Station): string | null {
  if (host.registry.isRemoved(peer)) return 'STRATA_NODE_REMOVED';
  const registered = host.registry.storageIdOf(peer);
  if (registered !== '' && registered !== guest.storageId) return 'STRATA_NODE_WIPED';
  const isMember = host.members === null || host.members.has(peer);
  const knowsMore = (guest.registry.appliedIndex?.() ?? 0) > (host.registry.appliedIndex?.() ?? 0);
  return isMember || knowsMore ? null : 'STRATA_NODE_UNKNOWN';
}
