import type { ClientPlan, DiskPlan, FaultPlan, NetworkPlan, SimPlan } from './plan.js';
import { Random } from './random.js';

/** Reads the whole plan of a run out of its seed, before the first tick. */
export function drawPlan(seed: number, ticks: number): SimPlan {
  const random = new Random(seed);
  const strategy = random.pick(['always', 'group', 'group', 'group', 'group', 'interval', 'none'] as const);
  const isDurable = strategy === 'always' || strategy === 'group';
  const founders = Array.from({ length: random.pick([1, 2, 3, 3, 3, 3, 4, 5, 5]) }, (_, at) => at + 1);
  return {
    seed,
    ticks,
    founders,
    strategy,
    primitive: random.pick(['fdatasync', 'fdatasync', 'fdatasync', 'fsync', 'dsync'] as const),
    raft: drawRaft(random),
    network: drawNetwork(random),
    disk: drawDisk(random, isDurable),
    faults: drawFaults(random, isDurable),
    clients: drawClients(random),
    snapshots: drawSnapshots(random),
    segmentBytes: random.pick([8_192, 16_384, 16_384, 65_536]),
  };
}

/** Swarm: what is off in many runs leaves room for what it would hide (Groce et al., swarm testing). */
function some(random: Random, share: number, most: number): number {
  const value = random.next() * most;
  return random.chance(share) ? value : 0;
}

function drawRaft(random: Random): SimPlan['raft'] {
  const tickMs = random.pick([5, 10, 20, 20]);
  const heartbeatMs = tickMs * random.between(1, 4);
  const electionTimeoutMsMin = Math.max(3 * heartbeatMs, 100) + tickMs * random.between(0, 10);
  return {
    tickMs,
    heartbeatMs,
    electionTimeoutMsMin,
    electionTimeoutMsMax:
      electionTimeoutMsMin + Math.max(tickMs * 4, Math.floor(electionTimeoutMsMin * random.next())),
  };
}

function drawNetwork(random: Random): NetworkPlan {
  const delayMsMin = 0.05 + random.next() * 2;
  return {
    delayMsMin,
    delayMsMean: delayMsMin + random.next() * random.pick([0.5, 2, 10]),
    loss: some(random, 0.5, 0.15),
    duplication: some(random, 0.5, 0.1),
    reorders: random.chance(0.4),
    clog: some(random, 0.4, 0.002),
    clogMsMax: random.pick([20, 100, 600]),
    encodes: random.chance(0.5),
  };
}

function drawDisk(random: Random, isDurable: boolean): DiskPlan {
  const syncError = some(random, 0.3, 0.0005);
  return {
    latencyMsMean: 0.05 + random.next() * random.pick([0.2, 1, 5]),
    stall: some(random, 0.4, 0.002),
    stallMsMax: random.pick([20, 200, 1_500]),
    syncError: isDurable ? syncError : 0,
    full: some(random, 0.3, 0.001),
    fullMsMax: random.pick([100, 1_000, 3_000]),
    unsyncedSurvives: random.pick([0, 0.1, 0.5, 0.9, 1]),
    bitFlip: some(random, 0.3, 0.3),
  };
}

function drawFaults(random: Random, isDurable: boolean): FaultPlan {
  const powerCut = some(random, 0.6, 1);
  const allAtOnce = some(random, 0.4, 0.3);
  return {
    partition: some(random, 0.6, 0.002),
    partitionMsMax: random.pick([200, 1_000, 4_000]),
    asymmetric: some(random, 0.5, 1),
    crash: some(random, 0.7, 0.002),
    crashElected: some(random, 0.2, 0.5),
    powerCut: isDurable ? powerCut : 0,
    allAtOnce,
    downMsMax: random.pick([50, 500, 2_000]),
    pause: some(random, 0.4, 0.001),
    pauseMsMax: random.pick([50, 500, 2_000]),
    // The margin of a lease covers clocks that run apart by a tenth (`runtime/read-lease.ts`).
    clockDrift: some(random, 0.5, 0.08),
    transfer: some(random, 0.4, 0.0005),
    memberChange: some(random, 0.4, 0.0005),
  };
}

function drawClients(random: Random): ClientPlan {
  return {
    count: random.between(2, 6),
    keys: random.between(2, 12),
    thinkMsMean: random.pick([5, 20, 60]),
    timeoutMs: random.pick([300, 1_000, 2_500]),
    reads: 0.1 + random.next() * 0.4,
    leaseReads: some(random, 0.5, 0.3),
    compareAndSets: some(random, 0.6, 0.2),
    increments: some(random, 0.6, 0.15),
    expiring: some(random, 0.4, 0.1),
    transactions: some(random, 0.5, 0.15),
  };
}

function drawSnapshots(random: Random): SimPlan['snapshots'] {
  const entriesMax = random.pick([20, 60, 200, 1_000, 100_000]);
  return {
    entriesMax,
    keepEntries: Math.min(entriesMax - 1, random.pick([0, 5, 50])),
    sliceBytes: random.pick([256, 1_024, 16_384]),
  };
}
