import type { ClaimedEffect, Metric } from '../../experiment.js';
import { clusterExperiment, type Values } from './cluster-experiment.js';
import type { LabCluster, WindowLoad } from './lab-cluster.js';
import { labLocks, lockShare, proveLocks } from './lock-share.js';
import { proveSwitch } from './proof.js';
import { primeReadersAndWriters, readersAndWriters } from './readers-and-writers.js';
import type { LabSwitches } from './switches.js';

const CROWDED_CLIENTS = 100;

interface LockLevel extends WindowLoad {
  /** What a request takes, where a rate is given: throughput is that rate. */
  readonly response?: 'p50' | 'mean';
}

/** The document's three loads by their rate, and how far a closed loop gets. */
const LOADS: Readonly<Record<string, LockLevel>> = {
  '50-per-second': { clients: 20, rate: 50, response: 'p50' },
  '300-per-second': { clients: 50, rate: 300, response: 'mean' },
  '10-clients': { clients: 10 },
  '100-clients': { clients: 100 },
  '1000-clients': { clients: 1_000 },
};
const CLOSED = ['10-clients', '100-clients', '1000-clients'];
const ALONE = { arm: 'global', against: null };
const COMPARED = { arm: 'global', against: 'none' };

export const globalLock = clusterExperiment({
  id: 'C2',
  claims: ['C2'],
  title: 'One lock held across the disk',
  question: 'How much of a request is waiting for a global lock, and what does that cost?',
  document: {
    says: 'Below 100 requests per second waiting for the lock is less than 5 % of the time and costs nothing, up to 1,000 it is 10–20 % and costs 20–30 % of the throughput, above that 30–50 % and 50–70 %.',
    effects: [
      { metric: 'lock-share-50-per-second', ...ALONE, low: null, high: 0.05 },
      { metric: 'p50-50-per-second', ...COMPARED, low: 0.95, high: 1.05 },
      { metric: 'lock-share-300-per-second', ...ALONE, low: 0.1, high: 0.2 },
      // Of as many under way, 20–30 % less throughput is 1 / 0.8 to 1 / 0.7 times the response.
      { metric: 'mean-300-per-second', ...COMPARED, low: 1.25, high: 1.43, bound: 'upper' },
      ...CLOSED.flatMap((level): ClaimedEffect[] => [
        { metric: `lock-share-${level}`, ...ALONE, low: 0.3, high: 0.5 },
        { metric: `throughput-${level}`, ...COMPARED, low: 0.3, high: 0.5, bound: 'upper' },
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
    'The share is the time in the queue of the lock at the leader over the time of all requests. A lock held across the disk also undoes group commit: the measured cost is both, and that of the lock at most as much. At a given rate the throughput is that rate, so the cost is read off the time of a request: 20–30 % less throughput is 1.25 to 1.43 times the mean, and nothing a median within 5 %. 300 a second stand for 100 to 1,000: not far above them the lock is full, and requests only gather.',
  metrics: Object.entries(LOADS).flatMap(([level, { response }]): Metric[] => [
    { name: `lock-share-${level}`, unit: 'share', better: 'lower', scale: 'difference' },
    response === undefined
      ? { name: `throughput-${level}`, unit: '1/s', better: 'higher' }
      : { name: `${response}-${level}`, unit: 'ms', better: 'lower' },
  ]),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { lock: arm as NonNullable<LabSwitches['lock']> } }),
  measure: measureShares,
});

async function measureShares(lab: LabCluster, arm: string): Promise<Values> {
  await lab.prime();
  const values: Record<string, number | null> = {};
  for (const [level, { response, ...load }] of Object.entries(LOADS)) {
    const pass = await lab.pass(load);
    proveSwitch(arm, pass.leader.config, 'lock', arm);
    const isCrowded = load.rate === undefined && load.clients >= CROWDED_CLIENTS;
    proveLocks(arm, labLocks(pass.leader), { isCrowded, reads: 0 });
    values[`lock-share-${level}`] = lockShare(pass);
    if (response === undefined) values[`throughput-${level}`] = pass.perSecond;
    else if (response === 'p50') values[`p50-${level}`] = pass.p50Ms;
    else values[`mean-${level}`] = pass.summary.latency.response.mean / 1e3;
  }
  return values;
}

const LEVELS = [100, 1_000];
/** Each client reads and writes in turn, or half of the clients read and half write. */
const FINER_LOADS = [...LEVELS.map((clients) => `throughput-${clients}`), 'apart-100'];

export const finerLocks = clusterExperiment({
  id: 'C3',
  claims: ['C3'],
  title: 'Finer locks',
  question: 'What do separate locks, or none, give over one lock for everything?',
  document: {
    says: 'Finer locks give 100–200 % more throughput under high load, separate locks for log, state and applying 50–100 %.',
    effects: FINER_LOADS.flatMap((metric): ClaimedEffect[] => [
      { metric, arm: 'split', against: 'global', low: 1.5, high: 2 },
      { metric, arm: 'none', against: 'global', low: 2, high: 3, bound: 'upper' },
    ]),
  },
  arms: [
    { name: 'global', what: 'One lock that writes hold across the disk and that reads wait for.' },
    {
      name: 'split',
      what: 'A lock of the log, held across the disk, and one of the state, which applies and reads hold while they work on it.',
    },
    { name: 'none', what: 'One event loop owns the state: as fine as a lock can get.' },
  ],
  workload:
    'Three nodes at 100 and 1,000 clients, each as fast as the answers come: half of the requests are linearizable reads, half writes of 128 bytes, drawn for every client. In `apart` 50 clients only read and 50 only write.',
  limits:
    'Throughput is reads and writes together. Separate locks leave the log under a lock across the disk, so they free reads and not writes: a client that does both soon waits for a write again, one that only reads never does. The document does not say which share of its load reads, nor by whom, so its figures are held against both ends. Nor does it say how far its locks are refined: the arm `none` is the end of that way, gets its group commit back besides, and so is an upper bound.',
  metrics: [
    ...LEVELS.flatMap((clients): Metric[] => [
      { name: `throughput-${clients}`, unit: '1/s', better: 'higher' },
      { name: `read-p50-${clients}`, unit: 'ms', better: 'lower' },
    ]),
    { name: 'apart-100', unit: '1/s', better: 'higher' },
    { name: 'apart-writes-100', unit: '1/s', better: 'higher' },
  ],
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { lock: arm as NonNullable<LabSwitches['lock']> } }),
  measure: measureFiner,
});

async function measureFiner(lab: LabCluster, arm: string): Promise<Values> {
  await primeReadersAndWriters(lab, CROWDED_CLIENTS);
  const values: Record<string, number | null> = {};
  for (const clients of LEVELS) {
    const { leader, summary, perSecond } = await lab.pass({ clients, reads: 0.5 });
    proveSwitch(arm, leader.config, 'lock', arm);
    proveLocks(arm, labLocks(leader), { isCrowded: true, reads: summary.operations.get });
    const readP50 = summary.latency.get?.p50 ?? null;
    values[`throughput-${clients}`] = perSecond;
    values[`read-p50-${clients}`] = readP50 === null ? null : readP50 / 1e3;
  }
  const { reads, writes, leader } = await readersAndWriters(lab, arm, CROWDED_CLIENTS);
  proveLocks(arm, labLocks(leader), { isCrowded: true, reads: reads.answered, hasReaders: true });
  values['apart-100'] = reads.perSecond + writes.perSecond;
  values['apart-writes-100'] = writes.perSecond;
  return values;
}
