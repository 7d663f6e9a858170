import type { Message, NodeId } from '../consensus/messages.js';

export interface PeerAddress {
  readonly id: NodeId;
  readonly host: string;
  readonly peerPort: number;
  /** Base URL of the peer's HTTP surface, for redirects and forwarding hints. */
  readonly httpUrl: string;
}

export interface TransportHandler {
  onMessages(messages: readonly Message[]): void;
  /** A request of another node, such as a forwarded write. `reply` is called exactly once. */
  onRequest(from: NodeId, method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void;
  /** Messages to this peer were lost or cannot be delivered at the moment. */
  onUnreachable(peer: NodeId): void;
  /** A peer passed the handshake and said which data directory it has. */
  onPeer(peer: NodeId, storageId: string): void;
  /** The link to a peer changed its state. May be called from within any method of the transport. */
  onLink?(peer: NodeId, state: LinkStatus['state']): void;
  /** A peer did not let this node in, and said why: the code of an error in `errors.ts`. */
  onRefused?(peer: NodeId, code: string): void;
}

/** What the transport asks before it lets a peer in. The runtime answers from the replicated state. */
export interface PeerRegistry {
  /** Removed from the cluster for good: refused with STRATA_NODE_REMOVED. */
  isRemoved(peer: NodeId): boolean;
  /** Identity of the member's data directory as registered; empty when none is. Another one is refused with STRATA_NODE_WIPED. */
  storageIdOf(peer: NodeId): string;
  /**
   * How far this node has applied the log. A peer that is not a member here but has applied more is served all the same: it may be a member by a
   * change that this node has yet to apply. Without it such peers are refused.
   */
  appliedIndex?(): number;
}

/** The way to the other nodes. `send` and `request` never block and never throw. */
export interface Transport {
  start(handler: TransportHandler): Promise<void>;
  /** Fire and forget, in order per peer; over the queue limit messages are dropped, counted and reported as unreachable. */
  send(messages: readonly Message[]): void;
  /** Request and response over the same connections. `done` gets a payload or a `StrataError` (unreachable, time-out). */
  request(
    to: NodeId,
    method: string,
    payload: Uint8Array,
    done: (error: Error | null, response: Uint8Array | null) => void,
  ): void;
  /** Replaces the members: new ones are dialled, those that are gone are disconnected. */
  updateMembers(members: readonly PeerAddress[]): void;
  links(): readonly LinkStatus[];
  close(): Promise<void>;
}

export interface LinkStatus {
  readonly peer: NodeId;
  readonly state: 'healthy' | 'probing' | 'disconnected';
  readonly connections: number;
  readonly queuedBytes: number;
  /** Last measured round trip, null before the first. */
  readonly rttNs: number | null;
  /** Since the process started. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Changes of `state`, and how long the last way back to `healthy` took; null when there was none. */
  readonly transitions: number;
  readonly lastRecoveryMs: number | null;
}
