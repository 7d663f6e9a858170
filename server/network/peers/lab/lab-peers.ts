import type { NodeConfig } from '../../../config/config.js';
import type { Metrics } from '../../../ports/metrics.js';
import { EVERYDAY_PEERS, type PeerStrategies } from '../peer-strategies.js';
import { CallPool } from './call-pool.js';
import { FixedBufferBatches, FixedBufferRequests, truncationsOf } from './fixed-buffer.js';
import { JsonBatches } from './json-batches.js';
import { SingleMessages } from './single-messages.js';

/** The part of `testing.lab` that concerns the way to the peers. */
export type PeerLab = Pick<NodeConfig['testing']['lab'], 'connections' | 'framing' | 'batching' | 'codec'>;

/** What a transport does otherwise that is to behave as older designs do; `EVERYDAY_PEERS` for one that is not. */
export function labPeers(
  { batching, codec, connections, framing }: PeerLab,
  metrics: Metrics,
): PeerStrategies {
  let strategies = EVERYDAY_PEERS;
  if (batching === 'off') strategies = { ...strategies, outbox: () => new SingleMessages() };
  if (codec === 'json') strategies = { ...strategies, codec: () => new JsonBatches() };
  if (connections === 'per-call') strategies = withCalls(strategies);
  if (framing === 'fixed-1024') strategies = withFixedBuffer(strategies, metrics);
  return strategies;
}

function withCalls(strategies: PeerStrategies): PeerStrategies {
  return { ...strategies, pool: (options) => new CallPool(options), hasStandingConnections: false };
}

function withFixedBuffer(strategies: PeerStrategies, metrics: Metrics): PeerStrategies {
  const truncated = truncationsOf(metrics);
  return {
    ...strategies,
    codec: () => new FixedBufferBatches(strategies.codec(), truncated),
    requests: (options) => new FixedBufferRequests(options, truncated),
  };
}
