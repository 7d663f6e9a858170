import type { PointRef, Run, StrategyLetter } from '../../results/schema/index.js';
import { parseNodeConfig } from '../../server/config/config.js';

/** What a run says of a cluster that it starts itself: everything not asked for is the server's default. */
export function ownClusterFacts(
  nodes: number,
  strategy: StrategyLetter,
  primitive: PointRef['primitive'],
): Run['cluster'] {
  const { raft } = parseNodeConfig({
    id: 1,
    clusterId: 'defaults',
    dataDir: '.',
    members: [{ id: 1, host: '127.0.0.1', peerPort: 1, httpPort: 2 }],
  });
  return {
    nodes,
    strategy,
    primitive,
    heartbeatMs: raft.heartbeatMs,
    electionTimeoutMsMin: raft.electionTimeoutMsMin,
    electionTimeoutMsMax: raft.electionTimeoutMsMax,
    external: false,
  };
}
