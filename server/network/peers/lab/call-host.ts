import type { PeerConnection, PeerConnectionHost } from '../peer-connection.js';

/** The transport as a connection sees it that serves one call: its first frame is the answer, and the end. */
export function callHost(host: PeerConnectionHost, end: (call: PeerConnection) => void): PeerConnectionHost {
  return {
    clock: host.clock,
    timings: host.timings,
    metrics: host.metrics,
    frameBytesMax: host.frameBytesMax,
    queueBytesMax: host.queueBytesMax,
    proof: host.proof,
    admit: (greeting, connection) => host.admit(greeting, connection),
    greeting: (to, lane, nonce) => host.greeting(to, lane, nonce),
    onOpen: (connection) => host.onOpen(connection),
    onFrame: (connection, header, payload) => {
      host.onFrame(connection, header, payload);
      end(connection);
    },
    onRtt: (connection, rttNs) => host.onRtt(connection, rttNs),
    onClose: (connection, reason) => host.onClose(connection, reason),
  };
}
