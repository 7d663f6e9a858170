import { join } from 'node:path';
import { STRATEGY_FLAGS, type StrategyLetter } from '../../results/schema/index.js';
import type { FsyncPrimitive, NodeConfigInput } from '../../server/config/config.js';

export interface ClusterPlan {
  readonly clusterId: string;
  /** Node N lives in `<directory>/node-N`. */
  readonly directory: string;
  readonly host: string;
  /** One per node. */
  readonly httpPorts: readonly number[];
  readonly peerPorts: readonly number[];
  readonly respPorts: readonly number[];
  readonly strategy: StrategyLetter;
  readonly primitive: FsyncPrimitive;
  readonly fsyncIntervalMs?: number;
}

export interface PlannedNode {
  readonly id: number;
  readonly directory: string;
  readonly configPath: string;
  readonly config: NodeConfigInput;
}

/** The configuration of every node of a cluster on one machine. Ids count from 1. */
export function planNodes(plan: ClusterPlan): PlannedNode[] {
  const members = plan.httpPorts.map((httpPort, index) => ({
    id: index + 1,
    host: plan.host,
    peerPort: plan.peerPorts[index]!,
    httpPort,
    respPort: plan.respPorts[index]!,
  }));
  return members.map(({ id }) => {
    const directory = join(plan.directory, `node-${id}`);
    const log = {
      fsync: STRATEGY_FLAGS[plan.strategy],
      primitive: plan.primitive,
      ...(plan.fsyncIntervalMs === undefined ? {} : { fsyncIntervalMs: plan.fsyncIntervalMs }),
    };
    return {
      id,
      directory,
      configPath: join(directory, 'config.json'),
      config: {
        id,
        clusterId: plan.clusterId,
        dataDir: join(directory, 'data'),
        host: plan.host,
        members,
        log,
      },
    };
  });
}
