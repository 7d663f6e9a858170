import type { NodeId } from '../consensus/messages.js';
import type { RawNode } from '../consensus/raw-node.js';
import type { Clock } from '../ports/clock.js';
import type { LogStorage } from '../ports/log-storage.js';
import type { Logger } from '../ports/logger.js';
import type { PeerAddress, Transport } from '../ports/transport.js';
import type { StateMachine } from '../state/state-machine.js';
import type { MetricsRegistry } from './metrics-registry.js';

/** The parts of a node and what the runtime has to know to put them in order. */
export interface RuntimeOptions {
  readonly id: NodeId;
  readonly clusterId: string;
  readonly members: readonly PeerAddress[];
  readonly raw: RawNode;
  readonly log: LogStorage;
  readonly transport: Transport;
  readonly machine: StateMachine;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly heartbeatMs: number;
  /** Own appends under way before writes gather for the next one, and the longest time they do; 0 for never. */
  readonly gatherBehindAppends: number;
  readonly gatherMsMax: number;
  readonly operationTimeoutMs: number;
  /** One write in this many is sampled besides those that a client traces; 0 for none. */
  readonly sampleEvery: number;
  /** First id of a read round; must differ between the lives of a node. */
  readonly firstReadRound: number;
  /** What `/debug/layers` says of versions and configuration. */
  readonly identity: {
    readonly pid: number;
    readonly strata: string;
    readonly nodejs: string;
    readonly config: Readonly<Record<string, string | number | boolean>>;
  };
}
