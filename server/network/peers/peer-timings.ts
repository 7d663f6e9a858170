/** Times of the links between nodes, milliseconds. Not configuration: nobody should have to know them. Tests bring shorter ones. */
export interface PeerTimings {
  /** A connection that gave no sign of life for this long is probed. */
  readonly heartbeatMs: number;
  /** A probed connection that stays silent for this long is given up. */
  readonly probeTimeoutMs: number;
  /** Time between the pings that measure the round trip. */
  readonly pingMs: number;
  /** Connecting and both greetings have to fit into this. */
  readonly handshakeTimeoutMs: number;
  /** First and longest wait before the next attempt to connect. */
  readonly reconnectMsMin: number;
  readonly reconnectMsMax: number;
  /** Longest wait for queued bytes to leave when the node stops. */
  readonly closeMs: number;
}

export const defaultPeerTimings: PeerTimings = {
  heartbeatMs: 10_000,
  probeTimeoutMs: 5_000,
  pingMs: 1_000,
  handshakeTimeoutMs: 2_000,
  reconnectMsMin: 20,
  reconnectMsMax: 1_000,
  closeMs: 200,
};
