import type { Message, NodeId } from '../../consensus/messages.js';
import type { StrataError } from '../../errors.js';
import type { LinkStatus, PeerAddress } from '../../ports/transport.js';
import type { Lane } from './handshake.js';
import type { PeerConnection, Traffic } from './peer-connection.js';

/** The way to one peer. Nothing here blocks or throws. */
export interface PeerPool {
  readonly peer: NodeId;
  /** Outgoing connections, those in greeting included. */
  readonly connections: readonly PeerConnection[];
  /** Of all connections from and to the peer since the process started. */
  readonly traffic: Traffic;
  readonly queuedBytes: number;
  connectAll(): void;
  /** Where the peer is from now on; connections to the old address are closed. */
  setAddress(address: PeerAddress): void;
  /** The peer is known to be alive: whoever waits to reconnect need not wait. */
  retryNow(): void;
  /** Encodes the messages as one frame and sends it, or drops them when there is no way or the queue is full. */
  send(lane: Lane, messages: readonly Message[]): void;
  /** The connection that a request travels on, null when there is none at the moment. `writeRequest` must follow. */
  requestConnection(wanted: Lane): PeerConnection | null;
  /** Sends the request over the connection that `requestConnection` gave. */
  writeRequest(connection: PeerConnection, frame: Buffer): void;
  /** Called several times within the shortest of the times. */
  tick(nowNs: number): void;
  /** A connection that the pool dialled stands. */
  onOpen(connection: PeerConnection): void;
  onRtt(rttNs: number): void;
  /** A connection that the pool dialled has ended, or never stood. */
  onClose(connection: PeerConnection, reason: StrataError | null): void;
  status(): LinkStatus;
  close(): void;
}
