import { type BatchCodec, ProtobufBatches } from './batch-codec.js';
import { ConnectionPool, type ConnectionPoolOptions } from './connection-pool.js';
import { Outbox } from './outbox.js';
import type { PeerPool } from './peer-pool.js';
import { PeerRequests, type PeerRequestsOptions } from './peer-requests.js';

/** The parts of the way to the peers that exist in more than one make. Chosen once, when a transport is made; all nodes of a cluster choose alike. */
export interface PeerStrategies {
  codec(): BatchCodec;
  pool(options: ConnectionPoolOptions): PeerPool;
  outbox(): Outbox;
  requests(options: PeerRequestsOptions): PeerRequests;
  /** A process has one connection a lane, and it stands: a newer one means that the older is dead, and none that the peer has left. */
  readonly hasStandingConnections: boolean;
}

/** What every node does that is not asked for something else. */
export const EVERYDAY_PEERS: PeerStrategies = {
  codec: () => new ProtobufBatches(),
  pool: (options) => new ConnectionPool(options),
  outbox: () => new Outbox(),
  requests: (options) => new PeerRequests(options),
  hasStandingConnections: true,
};
