import type { Clock } from '../../ports/clock.js';
import type { Counter, Histogram, Metrics, Stamps } from '../../ports/metrics.js';
import { Backpressure } from '../send-stall.js';

/** What ended a connection, or kept it from standing. */
export const CloseCause = {
  /** There is nobody at the address, or no way to it. */
  Unreachable: 'unreachable',
  /** Connecting, TLS and greetings were not done in time. */
  Slow: 'slow',
  /** One side did not want the other. */
  Refused: 'refused',
  /** It broke, or the other side closed it. */
  Broken: 'broken',
  /** Probed, and no answer. */
  Silent: 'silent',
  /** Bytes that cannot be understood. */
  Invalid: 'invalid',
  /** The other side asks and does not read the answers. */
  Overrun: 'overrun',
  /** This side had no use for it any more. */
  Local: 'local',
} as const;
export type CloseCause = (typeof CloseCause)[keyof typeof CloseCause];

export interface PeerMetrics {
  readonly messagesSent: Counter;
  readonly messagesReceived: Counter;
  readonly bytesSent: Counter;
  readonly bytesReceived: Counter;
  readonly framesSent: Counter;
  readonly framesReceived: Counter;
  readonly connects: Counter;
  readonly reconnects: Counter;
  readonly closed: Readonly<Record<CloseCause, Counter>>;
  readonly dropped: Counter;
  readonly invalid: Counter;
  readonly refused: Counter;
  readonly unauthenticated: Counter;
  readonly turnedAway: Counter;
  readonly linkProbing: Counter;
  readonly linkDisconnected: Counter;
  readonly linkRecovered: Counter;
  readonly linkRecoveryNs: Histogram;
  readonly encodeNs: Histogram;
  readonly decodeNs: Histogram;
  readonly rttNs: Histogram;
  readonly batchMessages: Histogram;
  /** Peers that do not read what they are sent. */
  readonly backpressure: Backpressure;
  /** For what ends up in these metrics only. */
  readonly stamps: Stamps;
}

export function createPeerMetrics(metrics: Metrics, clock: Pick<Clock, 'nowNs'>): PeerMetrics {
  const counter = (name: string, help: string): Counter =>
    metrics.counter(`network_peer_${name}_total`, help);
  const closed = (cause: CloseCause, help: string): Counter =>
    counter(`closed_${cause}`, `Peer connections ended: ${help}.`);
  return {
    messagesSent: counter('messages_sent', 'Raft messages handed to the sockets of peers.'),
    messagesReceived: counter('messages_received', 'Raft messages received from peers.'),
    bytesSent: counter('bytes_sent', 'Bytes handed to the sockets of peers, framing included.'),
    bytesReceived: counter('bytes_received', 'Bytes received from peers, framing included.'),
    framesSent: counter('frames_sent', 'Frames handed to the sockets of peers; one write each.'),
    framesReceived: counter('frames_received', 'Whole frames received from peers.'),
    connects: counter('connects', 'Connections opened to peers, handshake included.'),
    reconnects: counter('reconnects', 'Connections opened to peers in place of one that had stood before.'),
    closed: {
      unreachable: closed('unreachable', 'nobody at the address, or no way to it'),
      slow: closed('slow', 'the handshake was not done in time'),
      refused: closed('refused', 'one side did not want the other'),
      broken: closed('broken', 'reset, or closed by the other side'),
      silent: closed('silent', 'probed without an answer'),
      invalid: closed('invalid', 'bytes that cannot be understood'),
      overrun: closed('overrun', 'the other side asks and does not read the answers'),
      local: closed('local', 'not needed any more'),
    },
    dropped: counter('dropped', 'Raft messages dropped: no connection, or the queue of the peer was full.'),
    invalid: counter('invalid', 'Peer connections closed because of a malformed frame.'),
    refused: counter('refused', 'Handshakes refused, by this node or by the other side.'),
    unauthenticated: counter(
      'unauthenticated',
      'Peers turned away for want of a proof or a certificate: they may be strangers.',
    ),
    turnedAway: counter('turned_away', 'Connections closed because too many had not proven who they are.'),
    linkProbing: metrics.counter('network_link_probing_total', 'Links that went from healthy to probing.'),
    linkDisconnected: metrics.counter('network_link_disconnected_total', 'Links that lost all connections.'),
    linkRecovered: metrics.counter('network_link_recovered_total', 'Links that became healthy again.'),
    linkRecoveryNs: metrics.histogram(
      'network_link_recovery_ns',
      'Time of a link from the end of its health to the next beginning.',
    ),
    encodeNs: metrics.histogram('network_encode_ns', 'Time to encode one batch of Raft messages.'),
    decodeNs: metrics.histogram('network_decode_ns', 'Time to decode one batch of Raft messages.'),
    rttNs: metrics.histogram('network_peer_rtt_ns', 'Round trip of a ping to a peer.'),
    batchMessages: metrics.histogram('network_peer_batch_messages', 'Raft messages in one frame.'),
    backpressure: new Backpressure(metrics, clock, 'peer'),
    stamps: metrics.stampsOf(clock),
  };
}

/** What can be looked at, as opposed to counted. */
export interface PeerReadings {
  queuedBytes(): number;
  linksHealthy(): number;
  incoming(): number;
  strangers(): number;
  requestsPending(): number;
}

export function registerPeerGauges(metrics: Metrics, readings: PeerReadings): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    metrics.gauge(`network_peer_${name}`, help, read);
  gauge(
    'queued_bytes',
    'Bytes that the sockets of peers have not taken yet, all peers.',
    readings.queuedBytes,
  );
  gauge('links_healthy', 'Peers to which every connection stands and lives.', readings.linksHealthy);
  gauge('connections_incoming', 'Connections from peers, those in handshake included.', readings.incoming);
  gauge('strangers', 'Connections to the peer port that have not proven who they are.', readings.strangers);
  gauge('requests_pending', 'Requests to peers that wait for their answer.', readings.requestsPending);
}
