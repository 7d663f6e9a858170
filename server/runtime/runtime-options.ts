import type { NodeConfig } from '../config/config.js';
import type { NodeId } from '../consensus/messages.js';
import type { RawNode } from '../consensus/raw-node.js';
import type { Clock } from '../ports/clock.js';
import type { LogStorage } from '../ports/log-storage.js';
import type { Logger } from '../ports/logger.js';
import type { SnapshotStorage } from '../ports/snapshot-storage.js';
import type { SyncHistory } from '../ports/sync-history.js';
import type { PeerAddress, Transport } from '../ports/transport.js';
import type { CreateRecords } from '../state/ordered-records.js';
import type { StateMachine } from '../state/state-machine.js';
import type { Alternation } from './alternation.js';
import type { MetricsRegistry } from './metrics-registry.js';
import type { Strategies } from './strategies.js';

/** The parts of a node and what the runtime has to know to put them in order. */
export interface RuntimeOptions {
  readonly id: NodeId;
  readonly clusterId: string;
  /** Where the configuration says that other nodes are: hints for a node whose own member book is empty or old. */
  readonly knownAddresses: readonly PeerAddress[];
  /** Clients reach every node by TLS: their URLs say so. */
  readonly hasClientTls: boolean;
  /** Identity of the data directory. */
  readonly storageId: string;
  readonly raw: RawNode;
  /** Parts of another make than every node has, for experiments; one object a node. */
  readonly strategies?: Strategies;
  readonly log: LogStorage;
  readonly snapshots: SnapshotStorage;
  readonly transport: Transport;
  /** Restored from the newest snapshot; entries behind it come out of the core. */
  readonly machine: StateMachine;
  /** What the store is made of that comes with a snapshot of the leader; that of every node by default. */
  readonly createRecords?: CreateRecords;
  readonly clock: Clock;
  readonly metrics: MetricsRegistry;
  /** What the disk noted of its syncs. */
  readonly syncs: SyncHistory;
  /** False on a node that measures nothing: no stage ledger. `metrics` is a `QuietRegistry` then. */
  readonly isMeasured: boolean;
  /** With it the stage ledger is there in every other phase only; `metrics` is an `AlternatingRegistry` then. */
  readonly alternation?: Alternation | null;
  readonly logger: Logger;
  /** The node cannot go on: a broken invariant or a disk that failed, found outside a turn of the loop. */
  readonly onFailure: (error: Error) => void;
  /** CPU time of this process since its start, in nanoseconds, all threads. Without it nobody knows whether a loop that came late was busy. */
  readonly cpuNs?: () => number;
  readonly tickMs: number;
  readonly heartbeatMs: number;
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  /** Own appends under way before writes gather for the next one, and the longest time they do; 0 for never. */
  readonly gatherBehindAppends: number;
  readonly gatherMsMax: number;
  readonly diskStallMs: number;
  readonly diskStallRestMs: number;
  readonly snapshotRules: SnapshotRules;
  readonly operationTimeoutMs: number;
  readonly limits: ServiceLimits;
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

/** `config.snapshots`, which says what they mean. */
export interface SnapshotRules {
  readonly logBytesMin: number;
  readonly entriesMax: number;
  readonly keepEntries: number;
  readonly keepBytes: number;
  readonly sliceBytes: number;
}

/** The part of `config.limits` that the runtime keeps; the listeners keep the rest. */
export type ServiceLimits = Pick<
  NodeConfig['limits'],
  | 'valueBytesMax'
  | 'sessionsMax'
  | 'sessionAnswersMax'
  | 'stateBytesMax'
  | 'keysMax'
  | 'watchesMax'
  | 'watchHistoryEvents'
  | 'watchHistoryBytesMax'
  | 'watchBacklogEvents'
  | 'watchHistory'
  | 'waitingRequestsMax'
  | 'waitingBytesMax'
  | 'applyLagEntriesMax'
>;
