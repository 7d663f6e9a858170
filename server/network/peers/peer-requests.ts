import type { NodeId } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { TransportHandler } from '../../ports/transport.js';
import { methodBytesMax, peerRequestsPendingMax } from '../limits.js';
import { encodeFrame, type FrameHeader, FrameKind, Service } from './frame.js';
import { decodeRefusal, encodeRefusal } from './handshake.js';
import { laneOfRequest } from './message-rules.js';
import type { PeerConnection } from './peer-connection.js';
import type { PeerPool } from './peer-pool.js';
import { PendingRequests, type RequestDone } from './pending-requests.js';
import { invalidFrame } from './varint.js';

export interface PeerRequestsOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly frameBytesMax: number;
  readonly queueBytesMax: number;
}

/** Questions between nodes, such as a forwarded write: this node's own, and its answers to those of others. */
export class PeerRequests {
  readonly #options: PeerRequestsOptions;
  readonly #pending: PendingRequests;
  /** A request or an answer above it cannot travel; the other half of a frame is more than its header will ever need. */
  readonly #payloadBytesMax: number;

  constructor(options: PeerRequestsOptions) {
    this.#options = options;
    this.#pending = new PendingRequests(options.timeoutMs);
    this.#payloadBytesMax = options.frameBytesMax / 2;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** `done` is called once, never before this returns. */
  send(to: NodeId, pool: PeerPool | undefined, method: string, payload: Uint8Array, done: RequestDone): void {
    const { clock } = this.#options;
    const obstacle = this.#obstacle(pool, method, payload);
    const connection = obstacle === null ? pool!.requestConnection(laneOfRequest(method)) : null;
    if (connection === null) {
      const reason = obstacle ?? 'there is no connection to it';
      const error = new StrataError('STRATA_PEER_UNREACHABLE', { node: to, reason });
      clock.defer(() => done(error, null));
      return;
    }
    const requestId = this.#pending.add(connection, clock.nowNs(), done);
    const header = { service: Service.Node, method, requestId, kind: FrameKind.Request };
    pool!.writeRequest(connection, encodeFrame(header, payload));
  }

  /** A frame of the node service. @throws StrataError STRATA_FRAME_INVALID */
  receive(
    connection: PeerConnection,
    header: FrameHeader,
    payload: Buffer,
    handler: TransportHandler | null,
  ): void {
    if (header.kind === FrameKind.Request) this.#answer(connection, header, payload, handler);
    else if (header.kind === FrameKind.Response) {
      this.#pending.settle(header.requestId, connection, null, payload);
    } else if (header.kind === FrameKind.Error) {
      this.#pending.settle(header.requestId, connection, decodeRefusal(payload), null);
    } else throw invalidFrame(`a request has no kind ${header.kind}`);
  }

  expire(nowNs: number): void {
    this.#pending.expire(nowNs);
  }

  connectionLost(connection: PeerConnection): void {
    this.#pending.connectionLost(connection);
  }

  /** Why a request cannot leave, null when it can. */
  #obstacle(pool: PeerPool | undefined, method: string, payload: Uint8Array): string | null {
    if (pool === undefined) return 'it is not a member';
    if (Buffer.byteLength(method) > methodBytesMax) return 'the name of the method is too long';
    if (this.#pending.full) return 'too many requests wait for an answer';
    if (payload.length > this.#payloadBytesMax) return 'the request is larger than a peer frame';
    const full = pool.queuedBytes + payload.length > this.#options.queueBytesMax;
    return full ? 'its queue is full' : null;
  }

  #answer(
    connection: PeerConnection,
    header: FrameHeader,
    payload: Buffer,
    handler: TransportHandler | null,
  ): void {
    if (connection.unanswered >= peerRequestsPendingMax) {
      const details = {
        what: 'The peer connection',
        actual: connection.unanswered,
        limit: peerRequestsPendingMax,
      };
      reply(
        connection,
        header,
        FrameKind.Error,
        encodeRefusal(new StrataError('STRATA_OVERLOADED', details)),
      );
      return;
    }
    let answered = false;
    connection.unanswered += 1;
    handler?.onRequest(connection.peer, header.method, payload, (response) => {
      if (answered) return;
      answered = true;
      connection.unanswered -= 1;
      if (response.length <= this.#payloadBytesMax) reply(connection, header, FrameKind.Response, response);
      else {
        const error = new StrataError('STRATA_INTERNAL', {
          reason: 'the answer is larger than a peer frame',
        });
        reply(connection, header, FrameKind.Error, encodeRefusal(error));
      }
    });
  }
}

function reply(connection: PeerConnection, header: FrameHeader, kind: FrameKind, payload: Uint8Array): void {
  connection.writeAnswer(encodeFrame({ ...header, method: '', kind }, payload));
}
