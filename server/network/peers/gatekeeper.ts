import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { PeerRegistry } from '../../ports/transport.js';
import { type Greeting, Lane, protocolVersion } from './handshake.js';
import { invalidFrame } from './varint.js';

/** A connection that wants in, or one that is in, as the gatekeeper sees it. */
export interface Visitor {
  readonly dialled: boolean;
  /** Whom the connection was dialled to reach; 0 when it was accepted. */
  readonly peer: NodeId;
  readonly open: boolean;
  readonly instanceId: string;
  probe(timeoutMs: number): void;
}

export interface GatekeeperOptions {
  readonly self: NodeId;
  readonly clusterId: string;
  /** Differs between any two processes, also between two lives of one node. */
  readonly instanceId: string;
  readonly storageId: string;
  readonly registry: PeerRegistry;
  /** Where other nodes reach this one. */
  readonly ownAddress: () => { readonly host: string; readonly peerPort: number };
  /** Members that may greet this node; the set changes with the members. */
  readonly peers: ReadonlySet<NodeId>;
  /** Connections to and from a peer, in any state. */
  readonly connectionsOf: (peer: NodeId) => readonly Visitor[];
  /** Whether one more peer may be served that is no member as far as this node knows. */
  readonly hasRoomForGuest: () => boolean;
  /** Longest wait for a sign of life of a connection whose process may be gone. */
  readonly rivalProbeMs: number;
}

/** A name or an address, with nothing in it that a resolver or a log would stumble over. */
const hostName = /^[\w.:-]{1,253}$/;

/** Decides who is let in: says who this node is, and checks who the others are. */
export class Gatekeeper {
  readonly #options: GatekeeperOptions;

  constructor(options: GatekeeperOptions) {
    this.#options = options;
  }

  greeting(toNodeId: NodeId, lane: number, nonce: Uint8Array): Greeting {
    const { clusterId, self: nodeId, instanceId, storageId, registry, ownAddress } = this.#options;
    const appliedIndex = registry.appliedIndex?.() ?? 0;
    const { host, peerPort } = ownAddress();
    const who = { protocolVersion, clusterId, nodeId, instanceId, toNodeId, lane };
    return { ...who, storageId, nonce, appliedIndex, host, peerPort };
  }

  /**
   * Why the other side is not welcome, null when it is. It has proven to know the secret of the cluster, if there is one.
   * @throws StrataError STRATA_FRAME_INVALID
   */
  admit(greeting: Greeting, visitor: Visitor): StrataError | null {
    if (greeting.lane < Lane.Bulk || greeting.lane > Lane.Requests) {
      throw invalidFrame(`lane ${greeting.lane} is unknown`);
    }
    return this.#wrongPlace(greeting) ?? this.#wrongNode(greeting, visitor) ?? this.#rival(greeting);
  }

  #wrongPlace({ clusterId, toNodeId }: Greeting): StrataError | null {
    const { self, clusterId: expected } = this.#options;
    if (clusterId !== expected)
      return new StrataError('STRATA_CLUSTER_MISMATCH', { actual: clusterId, expected });
    // An address that leads to another node than it should: the one called says who it is.
    if (toNodeId !== self) return new StrataError('STRATA_NODE_UNKNOWN', { actual: toNodeId, members: self });
    return null;
  }

  #wrongNode(greeting: Greeting, visitor: Visitor): StrataError | null {
    const { self, peers, registry } = this.#options;
    const { nodeId, storageId } = greeting;
    if (nodeId === self) return new StrataError('STRATA_NODE_DUPLICATE', { actual: nodeId });
    // Removed ids are remembered for ever, members or not.
    if (registry.isRemoved(nodeId)) return new StrataError('STRATA_NODE_REMOVED', { actual: nodeId });
    const isExpected = visitor.dialled ? nodeId === visitor.peer : peers.has(nodeId);
    if (!isExpected && (visitor.dialled || !this.#isGuest(greeting))) {
      const members = visitor.dialled ? visitor.peer : [...peers].join(', ');
      return new StrataError('STRATA_NODE_UNKNOWN', { actual: nodeId, members });
    }
    const registered = registry.storageIdOf(nodeId);
    if (registered !== '' && registered !== storageId) {
      return new StrataError('STRATA_NODE_WIPED', { actual: nodeId });
    }
    return null;
  }

  /**
   * A node that missed the change which added a member has to hear that member all the same, or it never learns of the change when
   * that member leads (Ongaro's thesis §4.1: servers take requests of servers that are not in their configuration). Who has
   * applied more of the log than this node may know better; who has not is a stranger.
   */
  #isGuest({ appliedIndex, host, peerPort }: Greeting): boolean {
    const { registry, hasRoomForGuest } = this.#options;
    const knows = registry.appliedIndex?.() ?? Number.POSITIVE_INFINITY;
    const isReachable = hostName.test(host) && peerPort > 0 && peerPort <= 65_535;
    return appliedIndex > knows && isReachable && hasRoomForGuest();
  }

  #rival(greeting: Greeting): StrataError | null {
    const { connectionsOf, rivalProbeMs } = this.#options;
    const rivals = connectionsOf(greeting.nodeId).filter(
      (other) => other.open && other.instanceId !== greeting.instanceId,
    );
    if (rivals.length === 0) return null;
    // Either two processes share an id, or the old process is gone and its connection does not know yet. A probe tells:
    // who is still alive keeps the id, who is not is closed and the next attempt of the new process succeeds.
    for (const rival of rivals) rival.probe(rivalProbeMs);
    return new StrataError('STRATA_NODE_DUPLICATE', { actual: greeting.nodeId });
  }
}
