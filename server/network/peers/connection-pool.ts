import { connect } from 'node:net';
import type { Message, NodeId } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import type { Timer } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Random } from '../../ports/random.js';
import type { LinkStatus, PeerAddress } from '../../ports/transport.js';
import { allocateFrame, raftHeader } from './frame.js';
import { Lane } from './handshake.js';
import { encodeSlackBytes, sizeBatch, writeBatch } from './message-encoder.js';
import { PeerConnection, type PeerConnectionHost } from './peer-connection.js';

export interface ConnectionPoolOptions {
  readonly address: PeerAddress;
  readonly host: PeerConnectionHost;
  readonly queueBytesMax: number;
  readonly random: Random;
  readonly logger: Logger;
  /** Messages were lost. Called on its own turn, at most once a turn. */
  readonly onUnreachable: (peer: NodeId) => void;
}

interface Slot {
  readonly lane: Lane;
  connection: PeerConnection | null;
  /** Attempts in a row that did not lead to a lasting connection. */
  failures: number;
  retry: Timer | null;
}

const frameOverheadBytes = 8 + raftHeader.length;

/**
 * The outgoing connections to one peer, connected before anybody needs them and again whenever they break:
 * one for bulk (appends, in order), one for what must never wait (heartbeats, votes, reads), one for requests.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #slots: readonly Slot[] = [Lane.Bulk, Lane.Urgent, Lane.Requests].map((lane) => ({
    lane,
    connection: null,
    failures: 0,
    retry: null,
  }));
  /** Scratch of `sizeBatch`, kept to spare an allocation for every frame. */
  readonly #sizes: number[] = [];
  #address: PeerAddress;
  #rttNs: number | null = null;
  #unreachableDue = false;
  #lastReason = '';
  #closed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
    this.#address = options.address;
  }

  get peer(): NodeId {
    return this.#address.id;
  }

  /** Outgoing connections, those in greeting included. */
  get connections(): readonly PeerConnection[] {
    return this.#slots.flatMap((slot) => slot.connection ?? []);
  }

  connectAll(): void {
    for (const slot of this.#slots) this.#dial(slot);
  }

  /** Where the peer is from now on; connections to the old address are closed. */
  setAddress(address: PeerAddress): void {
    const moved = address.host !== this.#address.host || address.peerPort !== this.#address.peerPort;
    this.#address = address;
    if (!moved) return;
    for (const slot of this.#slots) {
      slot.failures = 0;
      slot.connection?.close(null);
    }
    this.retryNow();
  }

  /** The peer is known to be alive: whoever waits to reconnect need not wait. */
  retryNow(): void {
    for (const slot of this.#slots) {
      if (slot.retry === null) continue;
      slot.retry.cancel();
      slot.retry = null;
      this.#dial(slot);
    }
  }

  /** Encodes the messages as one frame and writes it at once, or drops them when there is no way or the queue is full. */
  send(lane: Lane, messages: readonly Message[]): void {
    const { host, queueBytesMax } = this.#options;
    const connection = this.#slots[lane - 1]!.connection;
    if (connection === null || !connection.open) {
      this.#drop(messages.length);
      return;
    }
    const startNs = host.clock.nowNs();
    const payloadBytes = sizeBatch(messages, this.#sizes);
    const frameBytes = frameOverheadBytes + payloadBytes;
    if (frameBytes > host.frameBytesMax) {
      this.#split(lane, messages);
      return;
    }
    const queuedBytes = lane === Lane.Urgent ? connection.queuedBytes : this.queuedBytes;
    if (queuedBytes + frameBytes > queueBytesMax) {
      this.#drop(messages.length);
      return;
    }
    const { frame, offset } = allocateFrame(raftHeader, payloadBytes, encodeSlackBytes);
    writeBatch(messages, this.#sizes, frame, offset);
    const { metrics } = host;
    metrics.encodeNs.record(host.clock.nowNs() - startNs);
    metrics.batchMessages.record(messages.length);
    metrics.messagesSent.add(messages.length);
    connection.write(frame.subarray(0, frameBytes));
  }

  /** The connection that requests travel on, null when there is none at the moment. */
  requestConnection(): PeerConnection | null {
    for (const lane of [Lane.Requests, Lane.Bulk]) {
      const connection = this.#slots[lane - 1]!.connection;
      if (connection?.open) return connection;
    }
    return null;
  }

  get queuedBytes(): number {
    let bytes = 0;
    for (const slot of this.#slots) bytes += slot.connection?.queuedBytes ?? 0;
    return bytes;
  }

  tick(nowNs: number): void {
    for (const slot of this.#slots) slot.connection?.tick(nowNs);
  }

  onOpen(connection: PeerConnection): void {
    this.#options.logger.info({ peer: this.peer, lane: connection.lane }, 'peer connected');
    this.#lastReason = '';
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
    const wasOpen = connection.openedNs > 0;
    // A peer that is down is tried for ever: it is told once, not every second. Nodes do not start at the same moment, so one
    // that is not there yet is no reason to warn.
    if (reason !== null && reason.message !== this.#lastReason) {
      this.#lastReason = reason.message;
      const fields = { peer: this.peer, lane: connection.lane, code: reason.code };
      if (wasOpen) logger.warn(fields, reason.message);
      else logger.info(fields, reason.message);
    }
    if (wasOpen) this.#reportUnreachable();
    const lastedMs = wasOpen ? (host.clock.nowNs() - connection.openedNs) / 1e6 : 0;
    // A connection that breaks as soon as it stands must not be tried in a tight loop.
    slot.failures = lastedMs > host.timings.reconnectMsMax ? 0 : slot.failures + 1;
    this.#redial(slot);
  }

  status(): LinkStatus {
    const open = this.connections.filter((connection) => connection.open);
    const whole =
      open.length === this.#slots.length && open.every((connection) => connection.state === 'healthy');
    return {
      peer: this.peer,
      state: open.length === 0 ? 'disconnected' : whole ? 'healthy' : 'probing',
      connections: open.length,
      queuedBytes: this.queuedBytes,
      rttNs: this.#rttNs,
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

  #dial(slot: Slot): void {
    const { host, peerPort } = this.#address;
    // Port 0 stands for a peer whose address is not known yet.
    if (this.#closed || slot.connection !== null || peerPort === 0) return;
    const socket = connect({ host, port: peerPort, noDelay: true });
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
