import type { ClaimedEffect, Metric } from '../../experiment.js';
import { clusterExperiment, levelMetrics, measureLevels, type Values } from './cluster-experiment.js';
import type { LabCluster, WindowLoad } from './lab-cluster.js';
import { labLocks, lockShare, proveLocks } from './lock-share.js';
import { proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

const CROWDED_CLIENTS = 100;

/** The document's three loads by their rate, and how far a closed loop gets. */
const LOADS: Readonly<Record<string, WindowLoad>> = {
  '50-per-second': { clients: 20, rate: 50 },
  '300-per-second': { clients: 50, rate: 300 },
  '10-clients': { clients: 10 },
  '100-clients': { clients: 100 },
  '1000-clients': { clients: 1_000 },
};
const CLOSED = ['10-clients', '100-clients', '1000-clients'];

export const globalLock = clusterExperiment({
  id: 'C2',
  claims: ['C2'],
  title: 'One lock held across the disk',
  question: 'How much of a request is waiting for a global lock, and what does that cost?',
  document: {
    says: 'Below 100 requests per second waiting for the lock is less than 5 % of the time and costs nothing, up to 1,000 it is 10–20 % and costs 20–30 % of the throughput, above that 30–50 % and 50–70 %.',
    effects: [
      { metric: 'lock-share-50-per-second', arm: 'global', against: 'none', low: null, high: 0.05 },
      { metric: 'lock-share-300-per-second', arm: 'global', against: 'none', low: 0.1, high: 0.2 },
      ...CLOSED.flatMap((level): ClaimedEffect[] => [
        { metric: `lock-share-${level}`, arm: 'global', against: 'none', low: 0.3, high: 0.5 },
        { metric: `throughput-${level}`, arm: 'global', against: 'none', low: 0.3, high: 0.5 },
      ]),
    ],
  },
  arms: [
    { name: 'none', what: 'One event loop owns the state; nothing is locked while the disk works.' },
    {
      name: 'global',
      what: 'A write holds one lock until its entry is durable; a follower while it appends.',
    },
  ],
  workload:
    'Writes of 128 bytes to three nodes: 50 and 300 a second whatever the answers do, then 10, 100 and 1,000 clients as fast as the answers come.',
  limits:
    'The share is the time in the queue of the lock at the leader over the time of all requests. A lock held across the disk also undoes group commit: its cost is both.',
  metrics: Object.entries(LOADS).flatMap(([level, { rate }]): Metric[] => [
    { name: `lock-share-${level}`, unit: 'share', better: 'lower', scale: 'difference' },
    rate === undefined
      ? { name: `throughput-${level}`, unit: '1/s', better: 'higher' }
      : { name: `p50-${level}`, unit: 'ms', better: 'lower' },
  ]),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { lock: arm as NonNullable<LabSwitches['lock']> } }),
  measure: measureShares,
});

async function measureShares(lab: LabCluster, arm: string): Promise<Values> {
  await lab.prime();
  const values: Record<string, number | null> = {};
  for (const [level, load] of Object.entries(LOADS)) {
    const pass = await lab.pass(load);
    proveSwitch(arm, pass.leader.config, 'lock', arm);
    proveLocks(arm, labLocks(pass.leader), load.rate === undefined && load.clients >= CROWDED_CLIENTS);
    values[`lock-share-${level}`] = lockShare(pass);
    if (load.rate === undefined) values[`throughput-${level}`] = pass.perSecond;
    else values[`p50-${level}`] = pass.p50Ms;
  }
  return values;
}

const LEVELS = [100, 1_000];

export const finerLocks = clusterExperiment({
  id: 'C3',
  claims: ['C3'],
  title: 'Finer locks',
  question: 'What do separate locks, or none, give over one lock for everything?',
  document: {
    says: 'Finer locks give 100–200 % more throughput under high load, separate locks for log, state and applying 50–100 %.',
    effects: LEVELS.flatMap((clients): ClaimedEffect[] => [
      { metric: `throughput-${clients}`, arm: 'split', against: 'global', low: 1.5, high: 2 },
      { metric: `throughput-${clients}`, arm: 'none', against: 'global', low: 2, high: 3 },
    ]),
  },
  arms: [
    { name: 'global', what: 'One lock for everything, held across the disk.' },
    { name: 'split', what: 'Locks of their own for the parts that one lock guarded.' },
    { name: 'none', what: 'One event loop owns the state: as fine as a lock can get.' },
  ],
  workload: 'Writes of 128 bytes to three nodes, at 100 and 1,000 clients.',
  limits:
    'The document does not say how far its locks are refined; the arm `none` is the end of that way, and so an upper bound.',
  metrics: levelMetrics(LEVELS),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { lock: arm as NonNullable<LabSwitches['lock']> } }),
  measure: (lab, arm) =>
    measureLevels(lab, LEVELS, ({ leader }) => {
      proveSwitch(arm, leader.config, 'lock', arm);
      proveLocks(arm, labLocks(leader), true);
    }),
});
