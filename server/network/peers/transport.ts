import type { Socket } from 'node:net';
import type { Message, NodeId } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import type { Clock, Timer } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Metrics } from '../../ports/metrics.js';
import type { Random } from '../../ports/random.js';
import type {
  LinkStatus,
  PeerAddress,
  PeerRegistry,
  Transport,
  TransportHandler,
} from '../../ports/transport.js';
import type { Limits } from '../limits.js';
import { RateLimitedLog } from '../rate-limited-log.js';
import { PeerProof } from '../security/peer-proof.js';
import type { TlsOptions } from '../security/tls.js';
import { silentLogger } from '../silent-logger.js';
import type { BatchCodec } from './batch-codec.js';
import { type FrameHeader, FrameKind, Service } from './frame.js';
import { Gatekeeper } from './gatekeeper.js';
import { type Greeting, Lane } from './handshake.js';
import { checkAddresses } from './message-rules.js';
import type { Outbox } from './outbox.js';
import { PeerConnection, type PeerConnectionHost } from './peer-connection.js';
import { PeerDirectory } from './peer-directory.js';
import { PeerListener } from './peer-listener.js';
import { CloseCause, createPeerMetrics, type PeerMetrics, registerPeerGauges } from './peer-metrics.js';
import type { PeerRequests } from './peer-requests.js';
import { EVERYDAY_PEERS, type PeerStrategies } from './peer-strategies.js';
import { defaultPeerTimings, type PeerTimings } from './peer-timings.js';
import type { RequestDone } from './pending-requests.js';
import { invalidFrame } from './varint.js';

export interface TransportOptions {
  readonly self: NodeId;
  readonly clusterId: string;
  /** Identity of this node's data directory. */
  readonly storageId: string;
  /** All members, this node among them or not. A peer with port 0 is not dialled until `updateMembers` gives its port. */
  readonly members: readonly PeerAddress[];
  /** Who was removed and which data directory a member has: asked at every handshake. */
  readonly registry: PeerRegistry;
  /** Where to listen; port 0 lets the system choose. */
  readonly host: string;
  readonly peerPort: number;
  /** What all members know and nobody else; null when the peers need not prove anything, or do so by certificates alone. */
  readonly secret: Uint8Array | null;
  /** Certificate, key and CA of the peers; null for plain TCP. */
  readonly tls: TlsOptions | null;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log?: Logger;
  readonly timings?: Partial<PeerTimings>;
  /** Parts of another make than every node has, for experiments. */
  readonly strategies?: PeerStrategies;
}

export interface PeerTransport extends Transport {
  /** The port that listens; 0 before `start`. */
  readonly port: number;
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
  readonly queueBytesMax: number;
  readonly proof: PeerProof;
  readonly #options: TransportOptions;
  readonly #logger: Logger;
  readonly #strangers: RateLimitedLog;
  readonly #gatekeeper: Gatekeeper;
  readonly #directory: PeerDirectory;
  readonly #incoming = new Set<PeerConnection>();
  readonly #requests: PeerRequests;
  readonly #listener: PeerListener;
  readonly #strategies: PeerStrategies;
  readonly #codec: BatchCodec;
  readonly #outbox: Outbox;
  #handler: TransportHandler | null = null;
  #ticker: Timer | null = null;

  constructor(options: TransportOptions) {
    const { clock, limits, strategies = EVERYDAY_PEERS, tls } = options;
    this.#options = options;
    this.#strategies = strategies;
    this.clock = clock;
    this.timings = { ...defaultPeerTimings, ...options.timings };
    this.metrics = createPeerMetrics(options.metrics, clock);
    this.#codec = strategies.codec();
    this.#outbox = strategies.outbox();
    this.frameBytesMax = limits.peerFrameBytesMax;
    this.queueBytesMax = limits.peerQueueBytesMax;
    this.proof = new PeerProof(options.secret);
    this.#logger = options.log ?? silentLogger;
    this.#strangers = new RateLimitedLog(this.#logger, clock);
    this.#directory = new PeerDirectory({
      self: options.self,
      registry: options.registry,
      createPool: strategies.pool,
      pool: {
        host: this,
        codec: this.#codec,
        queueBytesMax: this.queueBytesMax,
        tls,
        random: options.random,
        logger: this.#logger,
        onUnreachable: (peer) => this.#handler?.onUnreachable(peer),
        onLink: (peer, state) => this.#handler?.onLink?.(peer, state),
      },
    });
    this.#gatekeeper = this.#createGatekeeper();
    this.#requests = strategies.requests({
      clock,
      timeoutMs: limits.operationTimeoutMs,
      frameBytesMax: this.frameBytesMax,
      queueBytesMax: this.queueBytesMax,
    });
    this.#listener = new PeerListener({
      host: options.host,
      port: options.peerPort,
      tls,
      handshakeTimeoutMs: this.timings.handshakeTimeoutMs,
      metrics: this.metrics,
      log: this.#logger,
      strangers: this.#strangers,
      onSocket: (socket) => this.#accept(socket),
    });
    this.#directory.update(options.members);
    registerPeerGauges(options.metrics, {
      queuedBytes: () => this.#directory.pools.reduce((sum, pool) => sum + pool.queuedBytes, 0),
      linksHealthy: () => this.links().filter((link) => link.state === 'healthy').length,
      incoming: () => this.#incoming.size,
      strangers: () => this.#listener.strangers,
      requestsPending: () => this.#requests.pending,
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  async start(handler: TransportHandler): Promise<void> {
    this.#handler = handler;
    await this.#listener.open();
    this.#directory.connectAll();
    const { heartbeatMs, probeTimeoutMs, pingMs } = this.timings;
    const shortestMs = Math.min(heartbeatMs, probeTimeoutMs, pingMs, this.#options.limits.operationTimeoutMs);
    this.#ticker = this.clock.every(Math.max(1, Math.min(100, shortestMs / 4)), () => this.#tick());
  }

  send(messages: readonly Message[]): void {
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i]!;
      const pool = this.#directory.pool(message.to);
      if (pool === undefined) this.metrics.dropped.add(1);
      else this.#outbox.add(pool, message);
    }
    this.#outbox.flush();
  }

  request(to: NodeId, method: string, payload: Uint8Array, done: RequestDone): void {
    this.#requests.send(to, this.#directory.pool(to), method, payload, done);
  }

  links(): readonly LinkStatus[] {
    return this.#directory.pools.map((pool) => pool.status());
  }

  updateMembers(members: readonly PeerAddress[]): void {
    this.#cutOff(this.#directory.update(members));
    if (this.#ticker !== null) this.#directory.connectAll();
  }

  async close(): Promise<void> {
    this.#ticker?.cancel();
    this.#ticker = null;
    const closed = this.#listener.close();
    this.#directory.close();
    for (const connection of this.#incoming) connection.closeSoon();
    await closed;
  }

  greeting(to: NodeId, lane: number, nonce: Uint8Array): Greeting {
    return this.#gatekeeper.greeting(to, lane, nonce);
  }

  admit(greeting: Greeting, connection: PeerConnection): StrataError | null {
    return this.#gatekeeper.admit(greeting, connection);
  }

  onOpen(connection: PeerConnection): void {
    const { peer } = connection;
    const greeting = connection.greeting!;
    if (!connection.dialled) {
      this.#listener.known(connection.socket);
      if (this.#strategies.hasStandingConnections) this.#replace(connection);
      this.#directory.welcome(greeting);
    }
    const pool = this.#directory.pool(peer);
    if (pool !== undefined) connection.countInto(pool.traffic);
    if (connection.dialled) {
      this.metrics.connects.add(1);
      pool?.onOpen(connection);
    } else {
      // It reached us, so it is up: no reason to wait before we try it.
      pool?.retryNow();
    }
    this.#handler?.onPeer(peer, greeting.storageId);
  }

  onFrame(connection: PeerConnection, header: FrameHeader, payload: Buffer): void {
    if (header.service === Service.Raft && header.kind === FrameKind.OneWay) {
      this.#receive(connection, payload);
    } else if (header.service === Service.Node) {
      this.#requests.receive(connection, header, payload, this.#handler);
    } else throw invalidFrame(`service ${header.service} has no kind ${header.kind}`);
  }

  onRtt(connection: PeerConnection, rttNs: number): void {
    // The lane without a queue: what it measures is the network and the other side's loop.
    if (connection.lane !== Lane.Urgent) return;
    this.metrics.rttNs.record(rttNs);
    this.#directory.pool(connection.peer)?.onRtt(rttNs);
  }

  onClose(connection: PeerConnection, reason: StrataError | null): void {
    this.#requests.connectionLost(connection);
    const { peer, closeCause, dialled } = connection;
    const isOdd = closeCause === CloseCause.Refused || closeCause === CloseCause.Invalid;
    // The pool tells of those that this node dialled.
    if (reason !== null && isOdd && !dialled) {
      const from = connection.socket.remoteAddress ?? '';
      this.#strangers.warn({ peer, from, code: reason.code }, reason.message);
    }
    if (connection.refusedByPeer && reason !== null) this.#handler?.onRefused?.(peer, reason.code);
    if (dialled) this.#directory.pool(peer)?.onClose(connection, reason);
    else this.#incoming.delete(connection);
    if (this.#strategies.hasStandingConnections) this.#directory.leave(peer, this.#hasConnection(peer));
  }

  #createGatekeeper(): Gatekeeper {
    const { self, clusterId, storageId, registry, random } = this.#options;
    const draw = (): string => Math.floor(random.next() * 2 ** 32).toString(16);
    return new Gatekeeper({
      self,
      clusterId,
      instanceId: `${draw()}-${draw()}-${process.pid.toString(16)}`,
      storageId,
      registry,
      ownAddress: () => this.#directory.ownAddress ?? { host: this.#options.host, peerPort: this.port },
      peers: this.#directory.ids,
      connectionsOf: (peer) => this.#connectionsOf(peer),
      hasRoomForGuest: () => this.#directory.hasRoomForGuest,
      rivalProbeMs: Math.min(this.timings.probeTimeoutMs, this.timings.reconnectMsMax),
    });
  }

  #connectionsOf(peer: NodeId): PeerConnection[] {
    const incoming = [...this.#incoming].filter((connection) => connection.peer === peer);
    return [...incoming, ...(this.#directory.pool(peer)?.connections ?? [])];
  }

  #hasConnection(peer: NodeId): boolean {
    return this.#connectionsOf(peer).some((connection) => connection.open);
  }

  /** Its process has one connection a lane: an older one is dead and does not know yet. */
  #replace(connection: PeerConnection): void {
    const { instanceId, lane, peer } = connection;
    for (const other of this.#incoming) {
      const isSame = other.peer === peer && other.lane === lane && other.instanceId === instanceId;
      if (isSame && other !== connection) other.close(null, CloseCause.Local);
    }
  }

  #accept(socket: Socket): void {
    this.#incoming.add(new PeerConnection(socket, this, null));
  }

  #receive(connection: PeerConnection, payload: Buffer): void {
    const { decodeNs, messagesReceived, stamps } = this.metrics;
    const startNs = stamps.nowNs();
    const messages = this.#codec.decode(payload);
    decodeNs.record(stamps.nowNs() - startNs);
    checkAddresses(messages, this.#options.self, connection.peer);
    messagesReceived.add(messages.length);
    this.#handler?.onMessages(messages);
  }

  #cutOff(gone: ReadonlySet<NodeId>): void {
    if (gone.size === 0) return;
    for (const connection of this.#incoming) if (gone.has(connection.peer)) connection.closeSoon();
  }

  #tick(): void {
    const nowNs = this.clock.nowNs();
    this.#cutOff(this.#directory.tick(nowNs));
    for (const connection of this.#incoming) connection.tick(nowNs);
    this.#requests.expire(nowNs);
  }
}
