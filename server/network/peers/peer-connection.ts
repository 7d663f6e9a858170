import type { Socket } from 'node:net';
import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { Clock, Timer } from '../../ports/clock.js';
import { handshakeFrameBytesMax } from '../limits.js';
import { encodeFrame, FrameDecoder, type FrameHeader, FrameKind, Service } from './frame.js';
import {
  decodeGreeting,
  decodeRefusal,
  encodeGreeting,
  encodeRefusal,
  type Greeting,
  Lane,
} from './handshake.js';
import type { PeerMetrics } from './peer-metrics.js';
import type { PeerTimings } from './peer-timings.js';

/** What a connection asks of the transport that owns it. */
export interface PeerConnectionHost {
  readonly clock: Clock;
  readonly timings: PeerTimings;
  readonly metrics: PeerMetrics;
  readonly frameBytesMax: number;
  /** The greeting of the other side: null admits it. */
  admit(greeting: Greeting, connection: PeerConnection): StrataError | null;
  /** What this side says of itself to `to`. */
  greeting(to: NodeId, lane: number): Greeting;
  onOpen(connection: PeerConnection): void;
  /** A frame of the raft or node service. @throws StrataError STRATA_FRAME_INVALID when it cannot be understood. */
  onFrame(connection: PeerConnection, header: FrameHeader, payload: Buffer): void;
  onRtt(connection: PeerConnection, rttNs: number): void;
  /** Called once, whatever ended the connection. */
  onClose(connection: PeerConnection, reason: StrataError | null): void;
}

export type ConnectionState = 'greeting' | 'healthy' | 'probing' | 'closed';

/**
 * One socket to or from a peer: greeting, frames, signs of life.
 *
 *   dial/accept -> greeting -> healthy <-> probing -> closed
 *
 * Healthy becomes probing after `heartbeatMs` without a byte; an answer to the probe makes it healthy again, silence
 * for `probeTimeoutMs` closes it.
 */
export class PeerConnection {
  readonly dialled: boolean;
  readonly lane: number;
  /** Known from the start when dialled, from the greeting when accepted; 0 before. */
  peer: NodeId;
  /** The process at the other end, empty before the greeting. */
  instanceId = '';
  /** When the greetings were done, monotonic ns; 0 before. */
  openedNs = 0;
  readonly #socket: Socket;
  readonly #host: PeerConnectionHost;
  readonly #decoder: FrameDecoder;
  readonly #greetingTimer: Timer;
  #state: ConnectionState = 'greeting';
  #lastReceivedNs: number;
  #probeDeadlineNs = 0;
  #pingId = 0;
  /** Of the ping that is under way, 0 when none is. */
  #pingSentNs = 0;
  #lastPingNs = 0;

  constructor(socket: Socket, host: PeerConnectionHost, dial: { peer: NodeId; lane: number } | null) {
    this.#socket = socket;
    this.#host = host;
    this.dialled = dial !== null;
    this.peer = dial?.peer ?? 0;
    this.lane = dial?.lane ?? 0;
    this.#lastReceivedNs = host.clock.nowNs();
    this.#decoder = new FrameDecoder(handshakeFrameBytesMax, (header, payload) =>
      this.#frame(header, payload),
    );
    this.#greetingTimer = host.clock.after(host.timings.handshakeTimeoutMs, () =>
      this.close(unreachable(this.peer, `no greeting within ${host.timings.handshakeTimeoutMs} ms`)),
    );
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#data(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.close(unreachable(this.peer, error.code ?? error.message)),
    );
    socket.on('close', () => this.close(unreachable(this.peer, 'the connection was closed')));
    if (this.dialled) socket.once('connect', () => this.#greet(FrameKind.Hello));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get open(): boolean {
    return this.#state === 'healthy' || this.#state === 'probing';
  }

  /** Bytes that the kernel has not taken yet. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /** One frame, one write. The caller has checked `open` and the limit of the queue. */
  write(frame: Buffer): void {
    const { metrics } = this.#host;
    metrics.framesSent.add(1);
    metrics.bytesSent.add(frame.length);
    this.#socket.write(frame);
  }

  /** Looks after health; called several times within the shortest of the times. */
  tick(nowNs: number): void {
    if (!this.open) return;
    const { timings } = this.#host;
    const silentMs = (nowNs - this.#lastReceivedNs) / 1e6;
    if (this.#state === 'healthy' && silentMs >= timings.heartbeatMs) this.probe(timings.probeTimeoutMs);
    else if (this.#state === 'probing' && nowNs >= this.#probeDeadlineNs) {
      this.close(unreachable(this.peer, `silent for ${Math.round(silentMs)} ms`));
    } else if (this.#pings && nowNs - this.#lastPingNs >= timings.pingMs * 1e6) this.#ping();
  }

  /**
   * One lane is enough for the round trip: every ping wakes two idle processes twice. The others are asked when they fall silent, and
   * then more than once, since an answer may be lost.
   */
  get #pings(): boolean {
    return this.dialled && (this.lane === Lane.Urgent || this.#state === 'probing');
  }

  /** Asks for a sign of life and gives up when none comes in time. */
  probe(timeoutMs: number): void {
    if (!this.open) return;
    const deadlineNs = this.#host.clock.nowNs() + timeoutMs * 1e6;
    if (this.#state === 'probing' && this.#probeDeadlineNs <= deadlineNs) return;
    this.#state = 'probing';
    this.#probeDeadlineNs = deadlineNs;
    this.#ping();
  }

  /** Lets queued bytes leave, then closes. */
  closeSoon(): void {
    if (this.#state === 'closed') return;
    this.#socket.destroySoon();
    this.#host.clock.after(this.#host.timings.closeMs, () => this.close(null));
  }

  close(reason: StrataError | null): void {
    if (this.#state === 'closed') return;
    this.#end(reason);
    this.#socket.destroy();
  }

  #end(reason: StrataError | null): void {
    this.#state = 'closed';
    this.#greetingTimer.cancel();
    this.#decoder.stop();
    this.#host.onClose(this, reason);
  }

  #data(chunk: Buffer): void {
    if (this.#state === 'closed') return;
    this.#host.metrics.bytesReceived.add(chunk.length);
    this.#lastReceivedNs = this.#host.clock.nowNs();
    if (this.#state === 'probing') this.#state = 'healthy';
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      // What the handlers throw is not ours to swallow: a broken invariant has to end the process.
      if (!(error instanceof StrataError) || error.code !== 'STRATA_FRAME_INVALID') throw error;
      this.#host.metrics.invalid.add(1);
      this.close(error);
    }
  }

  #frame(header: FrameHeader, payload: Buffer): void {
    this.#host.metrics.framesReceived.add(1);
    if (this.#state === 'greeting') this.#greeted(header, payload);
    else if (header.service !== Service.Control) this.#host.onFrame(this, header, payload);
    else if (header.kind === FrameKind.Ping) {
      this.write(encodeFrame({ ...header, kind: FrameKind.Pong }));
    } else if (header.kind === FrameKind.Pong) this.#pong(header.requestId);
    else throw new StrataError('STRATA_FRAME_INVALID', { reason: `control kind ${header.kind} is not due` });
  }

  #greet(kind: FrameKind): void {
    const greeting = this.#host.greeting(this.peer, this.lane);
    this.write(
      encodeFrame({ service: Service.Control, method: '', requestId: 0, kind }, encodeGreeting(greeting)),
    );
  }

  #greeted(header: FrameHeader, payload: Buffer): void {
    const expected = this.dialled ? FrameKind.Welcome : FrameKind.Hello;
    if (header.service === Service.Control && this.dialled && header.kind === FrameKind.Refusal) {
      this.#host.metrics.refused.add(1);
      this.close(decodeRefusal(payload));
      return;
    }
    if (header.service !== Service.Control || header.kind !== expected) {
      throw new StrataError('STRATA_FRAME_INVALID', { reason: 'the first frame is not a greeting' });
    }
    const greeting = decodeGreeting(payload);
    const refusal = this.#host.admit(greeting, this);
    if (refusal !== null) {
      this.#refuse(refusal);
      return;
    }
    this.peer = greeting.nodeId;
    this.instanceId = greeting.instanceId;
    this.#greetingTimer.cancel();
    this.#decoder.frameBytesMax = this.#host.frameBytesMax;
    this.#state = 'healthy';
    this.openedNs = this.#host.clock.nowNs();
    if (!this.dialled) this.#greet(FrameKind.Welcome);
    this.#host.onOpen(this);
    if (this.dialled) this.#ping();
  }

  #refuse(refusal: StrataError): void {
    this.#host.metrics.refused.add(1);
    if (!this.dialled) {
      this.write(
        encodeFrame(
          { service: Service.Control, method: '', requestId: 0, kind: FrameKind.Refusal },
          encodeRefusal(refusal),
        ),
      );
      // The answer has to leave before the socket goes.
      this.#end(refusal);
      this.#socket.destroySoon();
      this.#host.clock.after(this.#host.timings.closeMs, () => this.#socket.destroy());
      return;
    }
    this.close(refusal);
  }

  #ping(): void {
    const nowNs = this.#host.clock.nowNs();
    this.#lastPingNs = nowNs;
    // A ping that was not answered yet goes on being measured: its round trip is at least that long.
    if (this.#pingSentNs === 0) {
      this.#pingId += 1;
      this.#pingSentNs = nowNs;
    }
    this.write(
      encodeFrame({ service: Service.Control, method: '', requestId: this.#pingId, kind: FrameKind.Ping }),
    );
  }

  #pong(id: number): void {
    if (id !== this.#pingId || this.#pingSentNs === 0) return;
    const rttNs = this.#host.clock.nowNs() - this.#pingSentNs;
    this.#pingSentNs = 0;
    this.#host.onRtt(this, rttNs);
  }
}

function unreachable(node: NodeId, reason: string): StrataError {
  return new StrataError('STRATA_PEER_UNREACHABLE', { node, reason });
}
