import type { Message, NodeId } from '../../consensus/messages.js';
import type { LinkStatus, PeerAddress, PeerRegistry, TransportHandler } from '../../ports/transport.js';
import { labPeers, type PeerLab } from '../peers/lab/lab-peers.js';
import type { PeerTimings } from '../peers/peer-timings.js';
import { createTransport, type PeerTransport, type TransportOptions } from '../peers/transport.js';
import { MemoryMetrics } from './memory-metrics.js';
import { realClock } from './real-clock.js';
import { testLimits } from './test-limits.js';

/** Short enough for a test, in the proportions of the real ones. */
export const shortTimings: PeerTimings = {
  heartbeatMs: 400,
  probeTimeoutMs: 200,
  pingMs: 40,
  handshakeTimeoutMs: 300,
  reconnectMsMin: 5,
  reconnectMsMax: 100,
  closeMs: 50,
};

const NO_LAB: PeerLab = { connections: 'pool', framing: 'dynamic', batching: 'on', codec: 'protobuf' };

/** The replicated state as far as the transport asks for it, in the hands of a test. */
export class TestRegistry implements PeerRegistry {
  readonly removed = new Set<NodeId>();
  readonly storageIds = new Map<NodeId, string>();
  applied = 0;

  isRemoved(peer: NodeId): boolean {
    return this.removed.has(peer);
  }

  storageIdOf(peer: NodeId): string {
    return this.storageIds.get(peer) ?? '';
  }

  appliedIndex(): number {
    return this.applied;
  }
}

/** A transport over the loopback with everything that came out of it. */
export class TestNode implements TransportHandler {
  readonly id: NodeId;
  readonly metrics = new MemoryMetrics();
  readonly registry = new TestRegistry();
  readonly logged: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  readonly introduced: { peer: NodeId; storageId: string }[] = [];
  readonly transport: PeerTransport;
  readonly batches: Message[][] = [];
  readonly requests: { from: NodeId; method: string; payload: Buffer }[] = [];
  readonly unreachable: NodeId[] = [];
  /** Answers requests; by default with the payload itself. */
  answer: (payload: Uint8Array, reply: (response: Uint8Array) => void) => void = (payload, reply) =>
    reply(payload);

  /** `lab`: `testing.lab`, as far as it concerns the way to the peers. */
  constructor(
    id: NodeId,
    members: readonly NodeId[],
    { lab, ...options }: Partial<TransportOptions> & { lab?: Partial<PeerLab> } = {},
  ) {
    this.id = id;
    const keep =
      (level: string) =>
      (fields: Record<string, unknown>, message: string): void =>
        void this.logged.push({ level, fields, message });
    this.transport = createTransport({
      self: id,
      clusterId: 'test',
      storageId: `disk-${id}`,
      registry: this.registry,
      secret: null,
      tls: null,
      members: members.map((member) => addressOf(member, 0)),
      host: '127.0.0.1',
      peerPort: 0,
      limits: testLimits(),
      clock: realClock,
      random: { next: Math.random },
      metrics: this.metrics,
      log: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') },
      timings: shortTimings,
      ...(lab === undefined ? {} : { strategies: labPeers({ ...NO_LAB, ...lab }, this.metrics) }),
      ...options,
    });
  }

  start(): Promise<void> {
    return this.transport.start(this);
  }

  get received(): readonly Message[] {
    return this.batches.flat();
  }

  state(peer: NodeId): string {
    return this.transport.links().find((link) => link.peer === peer)!.state;
  }

  onMessages(messages: readonly Message[]): void {
    this.batches.push([...messages]);
  }

  onRequest(from: NodeId, method: string, payload: Uint8Array, reply: (response: Uint8Array) => void): void {
    this.requests.push({ from, method, payload: Buffer.from(payload) });
    this.answer(payload, reply);
  }

  onUnreachable(peer: NodeId): void {
    this.unreachable.push(peer);
  }

  onPeer(peer: NodeId, storageId: string): void {
    this.introduced.push({ peer, storageId });
  }

  link(peer: NodeId): LinkStatus {
    return this.transport.links().find((link) => link.peer === peer)!;
  }
}

export function addressOf(id: NodeId, peerPort: number): PeerAddress {
  return { id, host: '127.0.0.1', peerPort, httpUrl: 'http://127.0.0.1:1' };
}

/** Tells every node where the others listen. */
export function introduce(nodes: readonly TestNode[]): void {
  const members = nodes.map((node) => addressOf(node.id, node.transport.port));
  for (const node of nodes) node.transport.updateMembers(members);
}
