import type { Socket } from 'node:net';
import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { Clock, Timer } from '../../ports/clock.js';
import { handshakeFrameBytesMax } from '../limits.js';
import type { PeerProof } from '../security/peer-proof.js';
import { SendStall } from '../send-stall.js';
import { encodeFrame, FrameDecoder, type FrameHeader, FrameKind, Service } from './frame.js';
import { encodeRefusal, type Greeting, Lane } from './handshake.js';
import { Handshake } from './handshake-exchange.js';
import { CloseCause, type PeerMetrics } from './peer-metrics.js';
import { channelOf, isTlsFault, readyEvent, unreachable } from './peer-socket.js';
import type { PeerTimings } from './peer-timings.js';
import { RoundTrip } from './round-trip.js';
import { invalidFrame } from './varint.js';

/** Bytes to and from one peer. */
export interface Traffic {
  sentBytes: number;
  receivedBytes: number;
}

/** What a connection asks of the transport that owns it. */
export interface PeerConnectionHost {
  readonly clock: Clock;
  readonly timings: PeerTimings;
  readonly metrics: PeerMetrics;
  readonly frameBytesMax: number;
  /** Most bytes that wait in one socket for a peer to read them. */
  readonly queueBytesMax: number;
  readonly proof: PeerProof;
  /** The greeting of the other side, which has proven itself: null admits it. */
  admit(greeting: Greeting, connection: PeerConnection): StrataError | null;
  /** What this side says of itself to `to`. */
  greeting(to: NodeId, lane: number, nonce: Uint8Array): Greeting;
  onOpen(connection: PeerConnection): void;
  /** A frame of the raft or node service. @throws StrataError STRATA_FRAME_INVALID when it cannot be understood. */
  onFrame(connection: PeerConnection, header: FrameHeader, payload: Buffer): void;
  onRtt(connection: PeerConnection, rttNs: number): void;
  /** Called once, whatever ended the connection. */
  onClose(connection: PeerConnection, reason: StrataError | null): void;
}

export type ConnectionState = 'greeting' | 'healthy' | 'probing' | 'closed';

const noBytes = Buffer.alloc(0);

/**
 * One socket to or from a peer: handshake, frames, signs of life.
 *
 *   dial/accept -> greeting -> healthy <-> probing -> closed
 *
 * A quiet connection is asked for a sign of life after half of `heartbeatMs`. Healthy becomes probing after `heartbeatMs` without a byte;
 * an answer to the probe makes it healthy again, silence for `probeTimeoutMs` closes it.
 */
export class PeerConnection {
  readonly dialled: boolean;
  /** Known from the start when dialled, from the greeting when accepted; 0 before. */
  lane: number;
  peer: NodeId;
  /** What the other side said of itself; null before. */
  greeting: Greeting | null = null;
  /** When the greetings were done, monotonic ns; 0 before. */
  openedNs = 0;
  /** Requests of the other side that were not answered yet. */
  unanswered = 0;
  /** It was the other side that did not want this one. */
  refusedByPeer = false;
  /** Why it ended; null while it lives. */
  closeCause: CloseCause | null = null;
  readonly socket: Socket;
  readonly #host: PeerConnectionHost;
  readonly #handshake: Handshake;
  readonly #decoder: FrameDecoder;
  readonly #greetingTimer: Timer;
  readonly #stall: SendStall;
  #traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  #state: ConnectionState = 'greeting';
  #lastReceivedNs: number;
  #probeDeadlineNs = 0;
  readonly #roundTrip = new RoundTrip();
  readonly #isOnce: boolean;

  /** `isOnce`: it ends with what it is dialled for, so it asks for no sign of life. */
  constructor(
    socket: Socket,
    host: PeerConnectionHost,
    dial: { peer: NodeId; lane: number; isOnce?: boolean } | null,
  ) {
    this.socket = socket;
    this.#stall = new SendStall(socket, host.metrics.backpressure);
    this.#host = host;
    this.dialled = dial !== null;
    this.#isOnce = dial?.isOnce ?? false;
    this.peer = dial?.peer ?? 0;
    this.lane = dial?.lane ?? 0;
    this.#lastReceivedNs = host.clock.nowNs();
    this.#handshake = new Handshake(
      {
        proof: host.proof,
        greeting: (to, lane, nonce) => host.greeting(to, lane, nonce),
        admit: (greeting) => host.admit(greeting, this),
        send: (kind, payload) => this.#control(kind, payload),
        channel: () => channelOf(socket),
      },
      dial,
    );
    this.#decoder = new FrameDecoder(handshakeFrameBytesMax, (header, payload) =>
      this.#frame(header, payload),
    );
    this.#greetingTimer = host.clock.after(host.timings.handshakeTimeoutMs, () => {
      const reason = `no handshake within ${host.timings.handshakeTimeoutMs} ms`;
      this.close(unreachable(this.peer, reason), CloseCause.Slow);
    });
    this.#listen();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get open(): boolean {
    return this.#state === 'healthy' || this.#state === 'probing';
  }

  /** The process at the other end, empty before the greeting. */
  get instanceId(): string {
    return this.greeting?.instanceId ?? '';
  }

  /** Bytes that the kernel has not taken yet. */
  get queuedBytes(): number {
    return this.socket.writableLength;
  }

  /** Counts what was and what will be sent and received for a peer. */
  countInto(traffic: Traffic): void {
    traffic.sentBytes += this.#traffic.sentBytes;
    traffic.receivedBytes += this.#traffic.receivedBytes;
    this.#traffic = traffic;
  }

  /** One frame, one write. The caller has checked `open` and the limit of the queue. */
  write(frame: Buffer): void {
    const { metrics } = this.#host;
    metrics.framesSent.add(1);
    metrics.bytesSent.add(frame.length);
    this.#traffic.sentBytes += frame.length;
    if (!this.socket.write(frame)) this.#stall.note();
  }

  /** An answer, which cannot be dropped: a peer that asks and does not read loses the connection instead. */
  writeAnswer(frame: Buffer): void {
    if (!this.open) return;
    if (this.queuedBytes + frame.length > this.#host.queueBytesMax) {
      const reason = `more than ${this.#host.queueBytesMax} bytes of answers wait for it`;
      this.close(unreachable(this.peer, reason), CloseCause.Overrun);
    } else this.write(frame);
  }

  /** Looks after health; called several times within the shortest of the times. */
  tick(nowNs: number): void {
    if (!this.open) return;
    const { timings } = this.#host;
    const silentMs = (nowNs - this.#lastReceivedNs) / 1e6;
    if (this.#state === 'healthy' && silentMs >= timings.heartbeatMs) this.probe(timings.probeTimeoutMs);
    else if (this.#state === 'probing' && nowNs >= this.#probeDeadlineNs) {
      this.close(unreachable(this.peer, `silent for ${Math.round(silentMs)} ms`), CloseCause.Silent);
    } else if (this.#pings(silentMs) && nowNs - this.#roundTrip.lastNs >= timings.pingMs * 1e6) this.#ping();
  }

  /**
   * One lane is enough for the round trip: every ping wakes two idle processes twice. The others are asked when they fall silent, and
   * then more than once, since an answer may be lost.
   */
  #pings(silentMs: number): boolean {
    if (!this.dialled) return false;
    return this.lane === Lane.Urgent || silentMs >= this.#host.timings.heartbeatMs / 2;
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
    this.socket.destroySoon();
    this.#host.clock.after(this.#host.timings.closeMs, () => this.close(null, CloseCause.Local));
  }

  close(reason: StrataError | null, cause: CloseCause): void {
    if (this.#state === 'closed') return;
    this.#end(reason, cause);
    this.socket.destroy();
  }

  #listen(): void {
    const { socket } = this;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#data(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error.code ?? error.message));
    socket.on('close', () =>
      this.close(unreachable(this.peer, 'the connection was closed'), CloseCause.Broken),
    );
    if (this.dialled) {
      socket.once(readyEvent(socket), () => this.#state === 'greeting' && this.#handshake.begin());
    }
  }

  #failed(code: string): void {
    if (this.#state === 'closed') return;
    const refused = isTlsFault(code);
    if (refused) this.#host.metrics.unauthenticated.add(1);
    const early = this.dialled && !this.open ? CloseCause.Unreachable : CloseCause.Broken;
    this.close(unreachable(this.peer, code), refused ? CloseCause.Refused : early);
  }

  #end(reason: StrataError | null, cause: CloseCause): void {
    this.#state = 'closed';
    this.closeCause = cause;
    this.#host.metrics.closed[cause].add(1);
    this.#greetingTimer.cancel();
    this.#decoder.stop();
    this.#host.onClose(this, reason);
  }

  #data(chunk: Buffer): void {
    if (this.#state === 'closed') return;
    this.#host.metrics.bytesReceived.add(chunk.length);
    this.#traffic.receivedBytes += chunk.length;
    this.#lastReceivedNs = this.#host.clock.nowNs();
    if (this.#state === 'probing') this.#state = 'healthy';
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      // What the handlers throw is not ours to swallow: a broken invariant has to end the process.
      if (!(error instanceof StrataError) || error.code !== 'STRATA_FRAME_INVALID') throw error;
      this.#host.metrics.invalid.add(1);
      this.close(error, CloseCause.Invalid);
    }
  }

  #frame(header: FrameHeader, payload: Buffer): void {
    this.#host.metrics.framesReceived.add(1);
    if (this.#state === 'greeting') this.#greet(header, payload);
    else if (header.service !== Service.Control) this.#host.onFrame(this, header, payload);
    else if (header.kind === FrameKind.Ping) {
      this.writeAnswer(encodeFrame({ ...header, kind: FrameKind.Pong }));
    } else if (header.kind === FrameKind.Pong) this.#pong(header.requestId);
    else throw invalidFrame(`control kind ${header.kind} is not due`);
  }

  #greet(header: FrameHeader, payload: Buffer): void {
    const result = this.#handshake.receive(header, payload);
    if (result === null) return;
    if (result.kind === 'open') this.#admitted(result.greeting);
    else {
      this.#host.metrics.refused.add(1);
      if (result.error.code === 'STRATA_PEER_UNAUTHENTICATED') this.#host.metrics.unauthenticated.add(1);
      this.refusedByPeer = result.kind === 'refused';
      if (result.kind === 'refuse' && !this.dialled) this.#refuse(result.error);
      else this.close(result.error, CloseCause.Refused);
    }
  }

  #admitted(greeting: Greeting): void {
    this.peer = greeting.nodeId;
    if (!this.dialled) this.lane = greeting.lane;
    this.greeting = greeting;
    this.#greetingTimer.cancel();
    this.#decoder.frameBytesMax = this.#host.frameBytesMax;
    this.#state = 'healthy';
    this.openedNs = this.#host.clock.nowNs();
    this.#host.onOpen(this);
    if (this.dialled && this.open && !this.#isOnce) this.#ping();
  }

  /** The answer has to leave before the socket goes. */
  #refuse(refusal: StrataError): void {
    this.#control(FrameKind.Refusal, encodeRefusal(refusal));
    this.#end(refusal, CloseCause.Refused);
    this.socket.destroySoon();
    this.#host.clock.after(this.#host.timings.closeMs, () => this.socket.destroy());
  }

  #ping(): void {
    this.#control(FrameKind.Ping, noBytes, this.#roundTrip.sent(this.#host.clock.nowNs()));
  }

  #pong(id: number): void {
    const rttNs = this.#roundTrip.answered(id, this.#host.clock.nowNs());
    if (rttNs !== null) this.#host.onRtt(this, rttNs);
  }

  #control(kind: FrameKind, payload: Uint8Array, requestId = 0): void {
    this.write(encodeFrame({ service: Service.Control, method: '', requestId, kind }, payload));
  }
}
