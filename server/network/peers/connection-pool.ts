import type { Message, NodeId } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import type { Timer } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Random } from '../../ports/random.js';
import type { LinkStatus, PeerAddress } from '../../ports/transport.js';
import type { TlsOptions } from '../security/tls.js';
import type { BatchCodec } from './batch-codec.js';
import { Lane } from './handshake.js';
import { LinkHealth, type LinkState } from './link-health.js';
import { PeerConnection, type PeerConnectionHost, type Traffic } from './peer-connection.js';
import { CloseCause } from './peer-metrics.js';
import type { PeerPool } from './peer-pool.js';
import { dialPeer } from './peer-socket.js';

export interface ConnectionPoolOptions {
  readonly address: PeerAddress;
  readonly host: PeerConnectionHost;
  readonly codec: BatchCodec;
  readonly queueBytesMax: number;
  readonly tls: TlsOptions | null;
  readonly random: Random;
  readonly logger: Logger;
  /** Messages were lost. Called on its own turn, at most once a turn. */
  readonly onUnreachable: (peer: NodeId) => void;
  readonly onLink: (peer: NodeId, state: LinkState) => void;
}

interface Slot {
  readonly lane: Lane;
  connection: PeerConnection | null;
  /** Attempts in a row that did not lead to a lasting connection. */
  failures: number;
  /** Whether one ever stood: the next is a reconnect. */
  stood: boolean;
  retry: Timer | null;
}

/**
 * The outgoing connections to one peer, connected before anybody needs them and again whenever they break:
 * one for bulk (appends, in order), one for what must never wait (heartbeats, votes, reads), one for requests.
 */
export class ConnectionPool implements PeerPool {
  readonly #options: ConnectionPoolOptions;
  readonly #slots: readonly Slot[] = [Lane.Bulk, Lane.Urgent, Lane.Requests].map((lane) => ({
    lane,
    connection: null,
    failures: 0,
    stood: false,
    retry: null,
  }));
  readonly #health: LinkHealth;
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  #address: PeerAddress;
  #rttNs: number | null = null;
  #unreachableDue = false;
  #lastReason = '';
  #closed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#address = options.address;
    this.#health = new LinkHealth(options.host.metrics, (state) => options.onLink(this.peer, state));
  }

  get peer(): NodeId {
    return this.#address.id;
  }

  get connections(): readonly PeerConnection[] {
    return this.#slots.flatMap((slot) => slot.connection ?? []);
  }

  connectAll(): void {
    for (const slot of this.#slots) this.#dial(slot);
  }

  setAddress(address: PeerAddress): void {
    const moved = address.host !== this.#address.host || address.peerPort !== this.#address.peerPort;
    this.#address = address;
    if (!moved) return;
    for (const slot of this.#slots) {
      slot.failures = 0;
      slot.connection?.close(null, CloseCause.Local);
    }
    this.retryNow();
  }

  retryNow(): void {
    for (const slot of this.#slots) {
      if (slot.retry === null) continue;
      slot.retry.cancel();
      slot.retry = null;
      this.#dial(slot);
    }
  }

  send(lane: Lane, messages: readonly Message[]): void {
    const { codec, host, queueBytesMax } = this.#options;
    const connection = this.#slots[lane - 1]!.connection;
    if (connection === null || !connection.open) {
      this.#drop(messages.length);
      return;
    }
    const startNs = host.metrics.stamps.nowNs();
    const frameBytes = codec.size(messages);
    if (frameBytes > host.frameBytesMax) {
      this.#split(lane, messages);
      return;
    }
    const queuedBytes = lane === Lane.Urgent ? connection.queuedBytes : this.queuedBytes;
    if (queuedBytes + frameBytes > queueBytesMax) {
      this.#drop(messages.length);
      return;
    }
    const frame = codec.write(messages);
    const { metrics } = host;
    metrics.encodeNs.record(metrics.stamps.nowNs() - startNs);
    metrics.batchMessages.record(messages.length);
    metrics.messagesSent.add(messages.length);
    connection.write(frame);
  }

  requestConnection(wanted: Lane): PeerConnection | null {
    const other = wanted === Lane.Bulk ? Lane.Requests : Lane.Bulk;
    for (const lane of [wanted, other]) {
      const connection = this.#slots[lane - 1]!.connection;
      if (connection?.open) return connection;
    }
    return null;
  }

  writeRequest(connection: PeerConnection, frame: Buffer): void {
    connection.write(frame);
  }

  get queuedBytes(): number {
    let bytes = 0;
    for (const slot of this.#slots) bytes += slot.connection?.queuedBytes ?? 0;
    return bytes;
  }

  tick(nowNs: number): void {
    for (const slot of this.#slots) slot.connection?.tick(nowNs);
    this.#health.update(this.#state(), nowNs);
  }

  onOpen(connection: PeerConnection): void {
    const { host, logger } = this.#options;
    const slot = this.#slots[connection.lane - 1]!;
    if (slot.stood) host.metrics.reconnects.add(1);
    slot.stood = true;
    logger.info({ peer: this.peer, lane: connection.lane }, 'peer connected');
    this.#lastReason = '';
    this.#health.update(this.#state(), connection.openedNs);
  }

  onRtt(rttNs: number): void {
    this.#rttNs = rttNs;
  }

  onClose(connection: PeerConnection, reason: StrataError | null): void {
    const slot = this.#slots[connection.lane - 1]!;
    if (slot.connection !== connection) return;
    slot.connection = null;
    const { host, logger } = this.#options;
    if (this.#closed) return;
    const nowNs = host.clock.nowNs();
    this.#health.update(this.#state(), nowNs);
    const wasOpen = connection.openedNs > 0;
    // A peer that is down is tried for ever: it is told once, not every second. Nodes do not start at the same moment, so one
    // that is not there yet is no reason to warn; one that is there and does not fit is.
    if (reason !== null && reason.message !== this.#lastReason) {
      this.#lastReason = reason.message;
      const { lane, closeCause: cause, refusedByPeer } = connection;
      const fields = { peer: this.peer, lane, code: reason.code, cause, refusedByPeer };
      if (wasOpen || cause === CloseCause.Refused) logger.warn(fields, reason.message);
      else logger.info(fields, reason.message);
    }
    if (wasOpen) this.#reportUnreachable();
    const lastedMs = wasOpen ? (nowNs - connection.openedNs) / 1e6 : 0;
    // A connection that breaks as soon as it stands must not be tried in a tight loop.
    slot.failures = lastedMs > host.timings.reconnectMsMax ? 0 : slot.failures + 1;
    this.#redial(slot);
  }

  status(): LinkStatus {
    // As it is now, not as the last tick saw it.
    this.#health.update(this.#state(), this.#options.host.clock.nowNs());
    return {
      peer: this.peer,
      state: this.#health.state,
      connections: this.connections.filter((connection) => connection.open).length,
      queuedBytes: this.queuedBytes,
      rttNs: this.#rttNs,
      bytesSent: this.traffic.sentBytes,
      bytesReceived: this.traffic.receivedBytes,
      transitions: this.#health.transitions,
      lastRecoveryMs: this.#health.lastRecoveryMs,
    };
  }

  close(): void {
    this.#closed = true;
    for (const slot of this.#slots) {
      slot.retry?.cancel();
      slot.retry = null;
      slot.connection?.closeSoon();
    }
  }

  #state(): LinkState {
    let open = 0;
    let healthy = 0;
    for (const { connection } of this.#slots) {
      if (connection === null || !connection.open) continue;
      open += 1;
      if (connection.state === 'healthy') healthy += 1;
    }
    if (open === 0) return 'disconnected';
    return healthy === this.#slots.length ? 'healthy' : 'probing';
  }

  #dial(slot: Slot): void {
    // Port 0 stands for a peer whose address is not known yet.
    if (this.#closed || slot.connection !== null || this.#address.peerPort === 0) return;
    // A timer that still stands would dial a second time.
    slot.retry?.cancel();
    slot.retry = null;
    const socket = dialPeer(this.#address, this.#options.tls);
    slot.connection = new PeerConnection(socket, this.#options.host, { peer: this.peer, lane: slot.lane });
  }

  #redial(slot: Slot): void {
    const { host, random } = this.#options;
    const { reconnectMsMin, reconnectMsMax } = host.timings;
    const fullMs = Math.min(reconnectMsMax, reconnectMsMin * 2 ** Math.min(slot.failures, 20));
    // Jitter over the upper half: peers that lost one node at one moment do not come back in step.
    const delayMs = fullMs * (0.5 + random.next() / 2);
    slot.retry = host.clock.after(delayMs, () => {
      slot.retry = null;
      this.#dial(slot);
    });
  }

  /** A batch above the limit of a frame goes as two; a message above it cannot go at all. */
  #split(lane: Lane, messages: readonly Message[]): void {
    if (messages.length === 1) {
      this.#options.logger.error(
        { peer: this.peer, frameBytesMax: this.#options.host.frameBytesMax },
        'a message is larger than limits.peerFrameBytesMax and was dropped',
      );
      this.#drop(1);
      return;
    }
    const middle = messages.length >> 1;
    this.send(lane, messages.slice(0, middle));
    this.send(lane, messages.slice(middle));
  }

  #drop(count: number): void {
    this.#options.host.metrics.dropped.add(count);
    this.#reportUnreachable();
  }

  /** On a turn of its own: the caller of `send` is in the middle of something. */
  #reportUnreachable(): void {
    if (this.#unreachableDue) return;
    this.#unreachableDue = true;
    this.#options.host.clock.defer(() => {
      this.#unreachableDue = false;
      if (!this.#closed) this.#options.onUnreachable(this.peer);
    });
  }
}
