import type { SimPlan } from '../plan.js';

type Sections = Pick<SimPlan, 'raft' | 'network' | 'disk' | 'faults' | 'clients' | 'snapshots'>;

/** What of a plan is laid down. */
export type Aim = { readonly [Key in keyof Sections]?: Partial<Sections[Key]> } & Partial<
  Pick<SimPlan, 'founders' | 'strategy' | 'segmentBytes'>
>;

/** Nothing goes wrong by itself, and everything is quick: what a run is about happens often. */
const CALM: Omit<SimPlan, 'seed' | 'ticks'> = {
  founders: [1, 2, 3],
  strategy: 'group',
  primitive: 'fdatasync',
  raft: { tickMs: 10, heartbeatMs: 20, electionTimeoutMsMin: 150, electionTimeoutMsMax: 200 },
  network: {
    delayMsMin: 0.2,
    delayMsMean: 0.5,
    loss: 0,
    duplication: 0,
    reorders: false,
    clog: 0,
    clogMsMax: 100,
    encodes: false,
  },
  disk: {
    latencyMsMean: 0.2,
    stall: 0,
    stallMsMax: 1,
    syncError: 0,
    full: 0,
    fullMsMax: 1,
    unsyncedSurvives: 0.5,
    bitFlip: 0,
  },
  faults: {
    partition: 0,
    partitionMsMax: 1,
    asymmetric: 0,
    crash: 0,
    powerCut: 0,
    allAtOnce: 0,
    downMsMax: 100,
    pause: 0,
    pauseMsMax: 1,
    clockDrift: 0,
    transfer: 0,
    memberChange: 0,
  },
  clients: {
    count: 6,
    keys: 4,
    thinkMsMean: 10,
    timeoutMs: 300,
    reads: 0.3,
    leaseReads: 0,
    compareAndSets: 0,
    increments: 0.1,
    expiring: 0,
    transactions: 0,
  },
  snapshots: { entriesMax: 100_000, keepEntries: 50, sliceBytes: 1_024 },
  segmentBytes: 16_384,
};

/** A calm plan with what gives a defect its occasion. */
export function aim(part: Aim): (plan: SimPlan) => SimPlan {
  return ({ seed, ticks }) => ({
    ...CALM,
    ...part,
    seed,
    ticks,
    raft: { ...CALM.raft, ...part.raft },
    network: { ...CALM.network, ...part.network },
    disk: { ...CALM.disk, ...part.disk },
    faults: { ...CALM.faults, ...part.faults },
    clients: { ...CALM.clients, ...part.clients },
    snapshots: { ...CALM.snapshots, ...part.snapshots },
  });
}
