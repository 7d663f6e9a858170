import type { Message, NodeId } from '../../consensus/messages.js';
import type { PeerAddress, TransportHandler } from '../../ports/transport.js';
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

/** A transport over the loopback with everything that came out of it. */
export class TestNode implements TransportHandler {
  readonly id: NodeId;
  readonly metrics = new MemoryMetrics();
  readonly transport: PeerTransport;
  readonly batches: Message[][] = [];
  readonly requests: { from: NodeId; method: string; payload: Buffer }[] = [];
  readonly unreachable: NodeId[] = [];
  /** Answers requests; by default with the payload itself. */
  answer: (payload: Uint8Array, reply: (response: Uint8Array) => void) => void = (payload, reply) =>
    reply(payload);

  constructor(id: NodeId, members: readonly NodeId[], options: Partial<TransportOptions> = {}) {
    this.id = id;
    this.transport = createTransport({
      self: id,
      clusterId: 'test',
      members: members.map((member) => addressOf(member, 0)),
      host: '127.0.0.1',
      peerPort: 0,
      limits: testLimits(),
      clock: realClock,
      random: { next: Math.random },
      metrics: this.metrics,
      timings: shortTimings,
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
}

export function addressOf(id: NodeId, peerPort: number): PeerAddress {
  return { id, host: '127.0.0.1', peerPort, httpUrl: 'http://127.0.0.1:1' };
}

/** Tells every node where the others listen. */
export function introduce(nodes: readonly TestNode[]): void {
  const members = nodes.map((node) => addressOf(node.id, node.transport.port));
  for (const node of nodes) node.transport.updateMembers(members);
}
