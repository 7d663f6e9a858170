import type { Message, NodeId } from '../../../consensus/messages.js';
import type { StrataError } from '../../../errors.js';
import type { LinkStatus, PeerAddress } from '../../../ports/transport.js';
import type { ConnectionPoolOptions } from '../connection-pool.js';
import { Lane } from '../handshake.js';
import { LinkHealth } from '../link-health.js';
import { PeerConnection, type PeerConnectionHost, type Traffic } from '../peer-connection.js';
import { CloseCause } from '../peer-metrics.js';
import type { PeerPool } from '../peer-pool.js';
import { dialPeer } from '../peer-socket.js';
import { callHost } from './call-host.js';

/** Requests to one peer under way: each holds a connection, of which a listening port has a few hundred. */
const REQUESTS_MAX = 32;
/** A connection that has not done its call by then is given up. */
const CALL_MS_MAX = 10_000;

/** What a connection was dialled for. */
interface Call {
  readonly isRequest: boolean;
  readonly lane: Lane;
  /** Null as long as a request has not said what it asks. */
  frame: Buffer | null;
  readonly startedNs: number;
}

/**
 * A new TCP connection, with its greeting, for every frame and every request, closed afterwards: what a node without a pool does. The frames of a lane go one
 * after the other, so they keep their order; what waits is bounded by `limits.peerQueueBytesMax`. Nothing stands while nothing is said: the link counts as healthy
 * when its last call was.
 */
export class CallPool implements PeerPool {
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  readonly #options: ConnectionPoolOptions;
  readonly #host: PeerConnectionHost;
  readonly #calls = new Map<PeerConnection, Call>();
  readonly #waiting = new Map<Lane, Buffer[]>([
    [Lane.Bulk, []],
    [Lane.Urgent, []],
  ]);
  readonly #health: LinkHealth;
  #address: PeerAddress;
  #lastReason = '';
  #isUnreachableDue = false;
  #isClosed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#address = options.address;
    this.#host = callHost(options.host, (call) => this.#end(call));
    this.#health = new LinkHealth(options.host.metrics, (state) => options.onLink(this.peer, state));
  }

  get peer(): NodeId {
    return this.#address.id;
  }

  get connections(): readonly PeerConnection[] {
    return [...this.#calls.keys()];
  }

  get queuedBytes(): number {
    let bytes = 0;
    for (const frames of this.#waiting.values()) for (const frame of frames) bytes += frame.length;
    for (const connection of this.#calls.keys()) bytes += connection.queuedBytes;
    return bytes;
  }

  /** Nothing stands before it is needed. */
  connectAll(): void {}

  retryNow(): void {}

  setAddress(address: PeerAddress): void {
    const moved = address.host !== this.#address.host || address.peerPort !== this.#address.peerPort;
    this.#address = address;
    if (moved) for (const connection of this.connections) connection.close(null, CloseCause.Local);
  }

  send(lane: Lane, messages: readonly Message[]): void {
    const { codec, host, logger, queueBytesMax } = this.#options;
    const { metrics } = host;
    const startNs = metrics.stamps.nowNs();
    const frameBytes = codec.size(messages);
    if (frameBytes > host.frameBytesMax && messages.length > 1) {
      const middle = messages.length >> 1;
      this.send(lane, messages.slice(0, middle));
      this.send(lane, messages.slice(middle));
      return;
    }
    const isTooLarge = frameBytes > host.frameBytesMax;
    if (isTooLarge) logger.error({ peer: this.peer }, 'a message is larger than a frame and was dropped');
    if (isTooLarge || this.queuedBytes + frameBytes > queueBytesMax || !this.#canDial) {
      metrics.dropped.add(messages.length);
      this.#reportUnreachable();
      return;
    }
    const frame = codec.write(messages);
    metrics.encodeNs.record(metrics.stamps.nowNs() - startNs);
    metrics.batchMessages.record(messages.length);
    metrics.messagesSent.add(messages.length);
    this.#waiting.get(lane)!.push(frame);
    this.#next(lane);
  }

  requestConnection(): PeerConnection | null {
    let requests = 0;
    for (const { isRequest } of this.#calls.values()) if (isRequest) requests += 1;
    if (requests >= REQUESTS_MAX || !this.#canDial) return null;
    return this.#dial({ isRequest: true, lane: Lane.Requests, frame: null });
  }

  writeRequest(connection: PeerConnection, frame: Buffer): void {
    const call = this.#calls.get(connection);
    if (call !== undefined) call.frame = frame;
  }

  tick(nowNs: number): void {
    for (const [connection, { startedNs }] of this.#calls)
      if (nowNs - startedNs > CALL_MS_MAX * 1e6) connection.close(null, CloseCause.Silent);
  }

  onOpen(connection: PeerConnection): void {
    const call = this.#calls.get(connection);
    this.#health.update('healthy', connection.openedNs);
    this.#lastReason = '';
    if (call === undefined || call.frame === null) return;
    connection.write(call.frame);
    if (!call.isRequest) this.#end(connection);
  }

  onRtt(): void {}

  onClose(connection: PeerConnection, reason: StrataError | null): void {
    const call = this.#calls.get(connection);
    if (call === undefined) return;
    this.#calls.delete(connection);
    if (this.#isClosed) return;
    if (connection.openedNs === 0 && reason !== null) this.#failed(connection, reason);
    if (!call.isRequest) this.#next(call.lane);
  }

  status(): LinkStatus {
    const { lastRecoveryMs, state, transitions } = this.#health;
    return {
      peer: this.peer,
      state,
      connections: this.connections.filter(({ open }) => open).length,
      queuedBytes: this.queuedBytes,
      rttNs: null,
      bytesSent: this.traffic.sentBytes,
      bytesReceived: this.traffic.receivedBytes,
      transitions,
      lastRecoveryMs,
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.connections) connection.closeSoon();
  }

  /** Port 0 stands for a peer whose address is not known yet. */
  get #canDial(): boolean {
    return !this.#isClosed && this.#address.peerPort !== 0;
  }

  /** Calls for the next frame of a lane, unless one is under way. */
  #next(lane: Lane): void {
    for (const call of this.#calls.values()) if (!call.isRequest && call.lane === lane) return;
    const frame = this.#waiting.get(lane)!.shift();
    if (frame !== undefined) this.#dial({ isRequest: false, lane, frame });
  }

  #dial(call: Omit<Call, 'startedNs'>): PeerConnection {
    const socket = dialPeer(this.#address, this.#options.tls);
    const dialled = { peer: this.peer, lane: call.lane, isOnce: true };
    const connection = new PeerConnection(socket, this.#host, dialled);
    this.#calls.set(connection, { ...call, startedNs: this.#host.clock.nowNs() });
    return connection;
  }

  /** Nothing more is to be said: closed when the kernel has all of it. */
  #end(connection: PeerConnection): void {
    connection.socket.end(() => connection.close(null, CloseCause.Local));
  }

  /** The peer is not there or does not want this node: what waits would fare no better. */
  #failed({ lane, closeCause: cause }: PeerConnection, reason: StrataError): void {
    const { host, logger } = this.#options;
    let lost = 1;
    for (const frames of this.#waiting.values()) lost += frames.splice(0).length;
    host.metrics.dropped.add(lost);
    this.#health.update('disconnected', host.clock.nowNs());
    this.#reportUnreachable();
    // A peer that is down is called again and again: it is told once.
    if (reason.message === this.#lastReason) return;
    this.#lastReason = reason.message;
    logger.info({ peer: this.peer, lane, code: reason.code, cause }, reason.message);
  }

  /** On a turn of its own: the caller of `send` is in the middle of something. */
  #reportUnreachable(): void {
    if (this.#isUnreachableDue) return;
    this.#isUnreachableDue = true;
    this.#options.host.clock.defer(() => {
      this.#isUnreachableDue = false;
      if (!this.#isClosed) this.#options.onUnreachable(this.peer);
    });
  }
}
