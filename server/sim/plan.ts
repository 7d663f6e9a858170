import type { NodeId } from '../consensus/messages.js';

export { drawPlan } from './draw-plan.js';

/** Everything that a seed draws before the first tick. Probabilities are per tick unless they say otherwise. */
export interface SimPlan {
  readonly seed: number;
  readonly ticks: number;
  /** Ids of the founding voters. */
  readonly founders: readonly NodeId[];
  readonly strategy: 'always' | 'interval' | 'none' | 'group';
  readonly primitive: 'fdatasync' | 'fsync' | 'dsync';
  readonly raft: {
    readonly tickMs: number;
    readonly heartbeatMs: number;
    readonly electionTimeoutMsMin: number;
    readonly electionTimeoutMsMax: number;
  };
  readonly network: NetworkPlan;
  readonly disk: DiskPlan;
  readonly faults: FaultPlan;
  readonly clients: ClientPlan;
  readonly snapshots: {
    readonly entriesMax: number;
    readonly keepEntries: number;
    readonly sliceBytes: number;
  };
  readonly segmentBytes: number;
}

export interface NetworkPlan {
  readonly delayMsMin: number;
  readonly delayMsMean: number;
  /** Per message. */
  readonly loss: number;
  readonly duplication: number;
  /** Messages of one link may overtake each other. */
  readonly reorders: boolean;
  /** Per tick and link: nothing passes for a while, then everything at once. */
  readonly clog: number;
  readonly clogMsMax: number;
  /** Every message goes through the encoder and decoder of the peers' wire. */
  readonly encodes: boolean;
}

export interface DiskPlan {
  readonly latencyMsMean: number;
  /** A stall of up to `stallMsMax`, per call. */
  readonly stall: number;
  readonly stallMsMax: number;
  /** Per call: EIO of a sync, ENOSPC of a write until space returns. */
  readonly syncError: number;
  readonly full: number;
  readonly fullMsMax: number;
  /** Per power cut: each sector not synced survives with this probability. */
  readonly unsyncedSurvives: number;
  /** Per start: a bit of what is durable flips, on fewer nodes than would cost a quorum. */
  readonly bitFlip: number;
}

/** Whom a partition keeps apart, see `faults/partitions.ts`. */
export type PartitionKind = 'leader' | 'minority' | 'halves' | 'bridge' | 'ring' | 'wires';

export interface FaultPlan {
  readonly partition: number;
  readonly partitionMsMax: number;
  /** Patterns that are drawn; all of them when nobody aims at one. */
  readonly partitionKinds?: readonly PartitionKind[];
  readonly asymmetric: number;
  readonly crash: number;
  /** Per election: whoever was elected ends right after it, when some have heard of its term and some have not (Raft, figure 8). */
  readonly crashElected?: number;
  /** Share of crashes that are power cuts, and of those that take all nodes at once. */
  readonly powerCut: number;
  readonly allAtOnce: number;
  readonly downMsMax: number;
  readonly pause: number;
  readonly pauseMsMax: number;
  /** Rates of the nodes' clocks differ by up to this share; each life starts from another zero. */
  readonly clockDrift: number;
  readonly transfer: number;
  readonly memberChange: number;
}

export interface ClientPlan {
  readonly count: number;
  readonly keys: number;
  /** Mean time between the end of an operation and the next. */
  readonly thinkMsMean: number;
  readonly timeoutMs: number;
  /** Shares of the operations; the rest are plain puts. */
  readonly reads: number;
  readonly leaseReads: number;
  readonly compareAndSets: number;
  readonly increments: number;
  readonly expiring: number;
  readonly transactions: number;
}
