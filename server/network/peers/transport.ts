import { createServer, type Server, type Socket } from 'node:net';
import type { Message, NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { Clock, Timer } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Metrics } from '../../ports/metrics.js';
import type { Random } from '../../ports/random.js';
import type { LinkStatus, PeerAddress, Transport, TransportHandler } from '../../ports/transport.js';
import { type Limits, methodBytesMax, peerConnectionsMax } from '../limits.js';
import { listen } from '../listen.js';
import { RateLimitedLog } from '../rate-limited-log.js';
import { silentLogger } from '../silent-logger.js';
import { ConnectionPool } from './connection-pool.js';
import { encodeFrame, type FrameHeader, FrameKind, Service } from './frame.js';
import { Gatekeeper } from './gatekeeper.js';
import { decodeRefusal, encodeRefusal, type Greeting, Lane } from './handshake.js';
import { decodeBatch } from './message-decoder.js';
import { checkAddresses, laneOf } from './message-rules.js';
import { PeerConnection, type PeerConnectionHost } from './peer-connection.js';
import { createPeerMetrics, type PeerMetrics } from './peer-metrics.js';
import { defaultPeerTimings, type PeerTimings } from './peer-timings.js';
import { PendingRequests, type RequestDone } from './pending-requests.js';
import { invalidFrame } from './varint.js';

export interface TransportOptions {
  readonly self: NodeId;
  readonly clusterId: string;
  /** All members, this node among them or not. A peer with port 0 is not dialled until `updateMembers` gives its port. */
  readonly members: readonly PeerAddress[];
  /** Where to listen; port 0 lets the system choose. */
  readonly host: string;
  readonly peerPort: number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log?: Logger;
  readonly timings?: Partial<PeerTimings>;
}

export interface PeerTransport extends Transport {
  /** The port that listens; 0 before `start`. */
  readonly port: number;
  /** Replaces the members: new ones are dialled, those that are gone are disconnected. */
  updateMembers(members: readonly PeerAddress[]): void;
}

/** The way to the other nodes over TCP. Nothing is opened before `start`. */
export function createTransport(options: TransportOptions): PeerTransport {
  return new TcpTransport(options);
}

class TcpTransport implements PeerTransport, PeerConnectionHost {
  readonly clock: Clock;
  readonly timings: PeerTimings;
  readonly metrics: PeerMetrics;
  readonly frameBytesMax: number;
  readonly #options: TransportOptions;
  readonly #logger: Logger;
  readonly #strangers: RateLimitedLog;
  readonly #gatekeeper: Gatekeeper;
  readonly #pools = new Map<NodeId, ConnectionPool>();
  /** Ids that may greet this node: the members but itself. */
  readonly #peers = new Set<NodeId>();
  readonly #incoming = new Set<PeerConnection>();
  readonly #pending: PendingRequests;
  /** Scratch of `send`: what goes to one peer by one lane. Empty between calls. */
  readonly #outbox = new Map<ConnectionPool, { bulk: Message[]; urgent: Message[] }>();
  readonly #server: Server;
  #handler: TransportHandler | null = null;
  #ticker: Timer | null = null;
  #port = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.timings = { ...defaultPeerTimings, ...options.timings };
    this.metrics = createPeerMetrics(options.metrics);
    this.frameBytesMax = options.limits.peerFrameBytesMax;
    this.#logger = options.log ?? silentLogger;
    this.#strangers = new RateLimitedLog(this.#logger, options.clock);
    const draw = (): string => Math.floor(options.random.next() * 2 ** 32).toString(16);
    this.#gatekeeper = new Gatekeeper({
      self: options.self,
      clusterId: options.clusterId,
      instanceId: `${draw()}-${draw()}-${process.pid.toString(16)}`,
      peers: this.#peers,
      connectionsOf: (peer) => this.#connectionsOf(peer),
      rivalProbeMs: Math.min(this.timings.probeTimeoutMs, this.timings.reconnectMsMax),
      log: this.#strangers,
    });
    this.#pending = new PendingRequests(options.limits.operationTimeoutMs);
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = peerConnectionsMax;
    for (const member of options.members) this.#addMember(member);
  }

  get port(): number {
    return this.#port;
  }

  async start(handler: TransportHandler): Promise<void> {
    this.#handler = handler;
    this.#port = await listen(this.#server, this.#options.host, this.#options.peerPort);
    this.#server.on('error', (error) => this.#logger.error({ error: error.message }, 'peer listener failed'));
    for (const pool of this.#pools.values()) pool.connectAll();
    const { heartbeatMs, probeTimeoutMs, pingMs } = this.timings;
    const shortestMs = Math.min(heartbeatMs, probeTimeoutMs, pingMs, this.#options.limits.operationTimeoutMs);
    this.#ticker = this.clock.every(Math.max(1, Math.min(100, shortestMs / 4)), () => this.#tick());
  }

  send(messages: readonly Message[]): void {
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i]!;
      const pool = this.#pools.get(message.to);
      if (pool === undefined) {
        this.metrics.dropped.add(1);
        continue;
      }
      let box = this.#outbox.get(pool);
      if (box === undefined) {
        box = { bulk: [], urgent: [] };
        this.#outbox.set(pool, box);
      }
      (laneOf(message.type) === Lane.Bulk ? box.bulk : box.urgent).push(message);
    }
    for (const [pool, box] of this.#outbox) {
      // What must not wait goes first.
      if (box.urgent.length > 0) pool.send(Lane.Urgent, box.urgent);
      if (box.bulk.length > 0) pool.send(Lane.Bulk, box.bulk);
    }
    this.#outbox.clear();
  }

  request(to: NodeId, method: string, payload: Uint8Array, done: RequestDone): void {
    const connection = this.#pools.get(to)?.requestConnection() ?? null;
    const obstacle = this.#obstacle(to, method, payload);
    if (connection === null || obstacle !== null) {
      const reason = obstacle ?? 'there is no connection to it';
      const error = new StrataError('STRATA_PEER_UNREACHABLE', { node: to, reason });
      // The answer never comes before the call returns.
      this.clock.defer(() => done(error, null));
      return;
    }
    const requestId = this.#pending.add(connection, this.clock.nowNs(), done);
    connection.write(
      encodeFrame({ service: Service.Node, method, requestId, kind: FrameKind.Request }, payload),
    );
  }

  links(): readonly LinkStatus[] {
    return [...this.#pools.values()].map((pool) => pool.status());
  }

  updateMembers(members: readonly PeerAddress[]): void {
    const ids = new Set(members.map((member) => member.id));
    for (const [id, pool] of this.#pools) {
      if (ids.has(id)) continue;
      this.#pools.delete(id);
      this.#peers.delete(id);
      pool.close();
      for (const connection of this.#incoming) if (connection.peer === id) connection.closeSoon();
    }
    for (const member of members) {
      const pool = this.#pools.get(member.id);
      if (pool !== undefined) pool.setAddress(member);
      else this.#addMember(member);
      if (this.#ticker !== null) this.#pools.get(member.id)?.connectAll();
    }
  }

  async close(): Promise<void> {
    this.#ticker?.cancel();
    this.#ticker = null;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const pool of this.#pools.values()) pool.close();
    for (const connection of this.#incoming) connection.closeSoon();
    await closed;
  }

  greeting(to: NodeId, lane: number): Greeting {
    return this.#gatekeeper.greeting(to, lane);
  }

  admit(greeting: Greeting, connection: PeerConnection): StrataError | null {
    return this.#gatekeeper.admit(greeting, connection);
  }

  onOpen(connection: PeerConnection): void {
    const pool = this.#pools.get(connection.peer);
    if (connection.dialled) {
      this.metrics.connects.add(1);
      pool?.onOpen(connection);
    } else {
      // It reached us, so it is up: no reason to wait before we try it.
      pool?.retryNow();
    }
  }

  onFrame(connection: PeerConnection, header: FrameHeader, payload: Buffer): void {
    if (header.service === Service.Raft && header.kind === FrameKind.OneWay) {
      this.#receive(connection, payload);
    } else if (header.service === Service.Node && header.kind === FrameKind.Request) {
      this.#answer(connection, header, payload);
    } else if (header.service === Service.Node && header.kind === FrameKind.Response) {
      this.#pending.settle(header.requestId, connection, null, payload);
    } else if (header.service === Service.Node && header.kind === FrameKind.Error) {
      this.#pending.settle(header.requestId, connection, decodeRefusal(payload), null);
    } else throw invalidFrame(`service ${header.service} has no kind ${header.kind}`);
  }

  onRtt(connection: PeerConnection, rttNs: number): void {
    // The lane without a queue: what it measures is the network and the other side's loop.
    if (connection.lane !== Lane.Urgent) return;
    this.metrics.rttNs.record(rttNs);
    this.#pools.get(connection.peer)?.onRtt(rttNs);
  }

  onClose(connection: PeerConnection, reason: StrataError | null): void {
    this.#pending.connectionLost(connection);
    if (connection.dialled) this.#pools.get(connection.peer)?.onClose(connection, reason);
    else {
      this.#incoming.delete(connection);
      if (reason?.code === 'STRATA_FRAME_INVALID') {
        this.#strangers.warn({ peer: connection.peer, code: reason.code }, reason.message);
      }
    }
  }

  /** Why a request cannot leave, null when it can. */
  #obstacle(to: NodeId, method: string, payload: Uint8Array): string | null {
    const pool = this.#pools.get(to);
    if (pool === undefined) return 'it is not a member';
    if (Buffer.byteLength(method) > methodBytesMax) return 'the name of the method is too long';
    if (this.#pending.full) return 'too many requests wait for an answer';
    if (payload.length > this.frameBytesMax / 2) return 'the request is larger than a peer frame';
    const full = pool.queuedBytes + payload.length > this.#options.limits.peerQueueBytesMax;
    return full ? 'its queue is full' : null;
  }

  #addMember(member: PeerAddress): void {
    if (member.id === this.#options.self) return;
    this.#peers.add(member.id);
    this.#pools.set(
      member.id,
      new ConnectionPool({
        address: member,
        host: this,
        queueBytesMax: this.#options.limits.peerQueueBytesMax,
        random: this.#options.random,
        logger: this.#logger,
        onUnreachable: (peer) => this.#handler?.onUnreachable(peer),
      }),
    );
  }

  #connectionsOf(peer: NodeId): PeerConnection[] {
    const incoming = [...this.#incoming].filter((connection) => connection.peer === peer);
    return [...incoming, ...(this.#pools.get(peer)?.connections ?? [])];
  }

  #accept(socket: Socket): void {
    this.#incoming.add(new PeerConnection(socket, this, null));
  }

  #receive(connection: PeerConnection, payload: Buffer): void {
    const startNs = this.clock.nowNs();
    const messages = decodeBatch(payload);
    this.metrics.decodeNs.record(this.clock.nowNs() - startNs);
    checkAddresses(messages, this.#options.self, connection.peer);
    this.metrics.messagesReceived.add(messages.length);
    this.#handler?.onMessages(messages);
  }

  #answer(connection: PeerConnection, header: FrameHeader, payload: Buffer): void {
    let answered = false;
    this.#handler?.onRequest(connection.peer, header.method, payload, (response) => {
      if (answered || !connection.open) return;
      answered = true;
      const fits = response.length <= this.frameBytesMax / 2;
      const tooLarge = new StrataError('STRATA_INTERNAL', {
        reason: 'the answer is larger than a peer frame',
      });
      connection.write(
        encodeFrame(
          { ...header, method: '', kind: fits ? FrameKind.Response : FrameKind.Error },
          fits ? response : encodeRefusal(tooLarge),
        ),
      );
    });
  }

  #tick(): void {
    const nowNs = this.clock.nowNs();
    for (const pool of this.#pools.values()) pool.tick(nowNs);
    for (const connection of this.#incoming) connection.tick(nowNs);
    this.#pending.expire(nowNs);
  }
}
