import type { Counter, Histogram, Metrics } from '../../ports/metrics.js';

export interface PeerMetrics {
  readonly messagesSent: Counter;
  readonly messagesReceived: Counter;
  readonly bytesSent: Counter;
  readonly bytesReceived: Counter;
  readonly framesSent: Counter;
  readonly framesReceived: Counter;
  readonly connects: Counter;
  readonly dropped: Counter;
  readonly invalid: Counter;
  readonly refused: Counter;
  readonly encodeNs: Histogram;
  readonly decodeNs: Histogram;
  readonly rttNs: Histogram;
  readonly batchMessages: Histogram;
}

export function createPeerMetrics(metrics: Metrics): PeerMetrics {
  const counter = (name: string, help: string): Counter =>
    metrics.counter(`network_peer_${name}_total`, help);
  return {
    messagesSent: counter('messages_sent', 'Raft messages handed to the sockets of peers.'),
    messagesReceived: counter('messages_received', 'Raft messages received from peers.'),
    bytesSent: counter('bytes_sent', 'Bytes handed to the sockets of peers, framing included.'),
    bytesReceived: counter('bytes_received', 'Bytes received from peers, framing included.'),
    framesSent: counter('frames_sent', 'Frames handed to the sockets of peers; one write each.'),
    framesReceived: counter('frames_received', 'Whole frames received from peers.'),
    connects: counter('connects', 'Connections opened to peers, greeting included.'),
    dropped: counter('dropped', 'Raft messages dropped: no connection, or the queue of the peer was full.'),
    invalid: counter('invalid', 'Peer connections closed because of a malformed frame.'),
    refused: counter('refused', 'Greetings refused, by this node or by the other side.'),
    encodeNs: metrics.histogram('network_encode_ns', 'Time to encode one batch of Raft messages.'),
    decodeNs: metrics.histogram('network_decode_ns', 'Time to decode one batch of Raft messages.'),
    rttNs: metrics.histogram('network_peer_rtt_ns', 'Round trip of a ping to a peer.'),
    batchMessages: metrics.histogram('network_peer_batch_messages', 'Raft messages in one frame.'),
  };
}
