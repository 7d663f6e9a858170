import type { NodeConfig } from '../../../config/config.js';
import { EVERYDAY_PEERS, type PeerStrategies } from '../peer-strategies.js';
import { CallPool } from './call-pool.js';

/** The part of `testing.lab` that concerns the way to the peers. */
export type PeerLab = Pick<NodeConfig['testing']['lab'], 'connections'>;

/** What a transport does otherwise that is to behave as older designs do; `EVERYDAY_PEERS` for one that is not. */
export function labPeers({ connections }: PeerLab): PeerStrategies {
  if (connections === 'pool') return EVERYDAY_PEERS;
  return {
    ...EVERYDAY_PEERS,
    pool: (options) => new CallPool(options),
    hasStandingConnections: false,
  };
}
