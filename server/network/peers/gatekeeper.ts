import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { RateLimitedLog } from '../rate-limited-log.js';
import { checkGreeting, type Greeting, protocolVersion } from './handshake.js';
import type { PeerConnection } from './peer-connection.js';

export interface GatekeeperOptions {
  readonly self: NodeId;
  readonly clusterId: string;
  /** Differs between any two processes, also between two lives of one node. */
  readonly instanceId: string;
  /** Members that may greet this node; the set changes with the members. */
  readonly peers: ReadonlySet<NodeId>;
  /** Connections to and from a peer, in any state. */
  readonly connectionsOf: (peer: NodeId) => readonly PeerConnection[];
  /** Longest wait for a sign of life of a connection whose process may be gone. */
  readonly rivalProbeMs: number;
  readonly log: RateLimitedLog;
}

/** Decides who is let in: says who this node is, and checks who the others are. */
export class Gatekeeper {
  readonly #options: GatekeeperOptions;

  constructor(options: GatekeeperOptions) {
    this.#options = options;
  }

  greeting(to: NodeId, lane: number): Greeting {
    const { clusterId, self, instanceId } = this.#options;
    return { protocolVersion, clusterId, nodeId: self, instanceId, toNodeId: to, lane };
  }

  admit(greeting: Greeting, connection: PeerConnection): StrataError | null {
    const { peers, connectionsOf, rivalProbeMs, log } = this.#options;
    const expected = connection.dialled ? new Set([connection.peer]) : peers;
    const refusal = checkGreeting(greeting, this.greeting(greeting.nodeId, greeting.lane), expected);
    if (refusal !== null) {
      log.warn({ code: refusal.code, dialled: connection.dialled }, refusal.message);
      return refusal;
    }
    const rivals = connectionsOf(greeting.nodeId).filter(
      (other) => other.open && other.instanceId !== greeting.instanceId,
    );
    if (rivals.length === 0) return null;
    // Either two processes share an id, or the old process is gone and its connection does not know yet. A probe tells:
    // who is still alive keeps the id, who is not is closed and the next attempt of the new process succeeds.
    for (const rival of rivals) rival.probe(rivalProbeMs);
    const duplicate = new StrataError('STRATA_NODE_DUPLICATE', { actual: greeting.nodeId });
    log.warn({ code: duplicate.code, dialled: connection.dialled }, duplicate.message);
    return duplicate;
  }
}
