import type { NodeWindow } from '../../../../results/schema/index.js';
import { clusterExperiment, levelMetrics, levelValues, type Values } from './cluster-experiment.js';
import { cpuCores, histogramOf } from './cluster-window.js';
import type { LabCluster } from './lab-cluster.js';
import { prove, proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

const LEVELS = [10, 100];
/** Requests per second that every arm can serve, for comparing what they take for the same work. */
const RATE = 500;
const RATE_CLIENTS = 50;
/** Arrivals are drawn, so a short window holds some more or fewer. */
const RATE_SHARE_MAX = 0.2;
const CORES = `leader-cpu-${RATE}`;
/** Milliseconds between two looks, by arm. */
const POLL_MS: Readonly<Record<string, number>> = { 'poll-10ms': 10, 'poll-20ms': 20 };

export const applier = clusterExperiment({
  id: 'C5',
  claims: ['C5'],
  title: 'Polling and notified applier',
  question:
    'What does it cost that the applier looks for committed entries by the clock instead of being told?',
  document: {
    says: 'The applier looks every 10 ms. A notification gives 30–50 % more; where looking costs too much, every 15–20 ms is enough.',
    effects: [
      { metric: 'throughput-10', arm: 'notify', against: 'poll-10ms', low: 1.3, high: 1.5 },
      { metric: 'throughput-100', arm: 'notify', against: 'poll-10ms', low: 1.3, high: 1.5 },
      { metric: CORES, arm: 'poll-20ms', against: 'poll-10ms', low: null, high: 1 },
    ],
  },
  arms: [
    { name: 'poll-10ms', what: "Looks every 10 ms, as the document's code does." },
    { name: 'poll-20ms', what: 'Looks every 20 ms.' },
    { name: 'notify', what: 'Applies in the turn of the loop in which entries are committed.' },
  ],
  workload:
    'Writes of 128 bytes to three nodes, at 10 and 100 clients, then 500 a second whatever the answers do.',
  limits:
    'Clients wait for their answers, so a late applier lowers the throughput that so many clients can ask for. What looking costs is compared at the same rate in all arms: `leader-cpu-500` is what the leader takes of one core, looking and everything else.',
  metrics: [...levelMetrics(LEVELS), { name: CORES, unit: 'cores', better: 'lower' }],
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { applier: arm as NonNullable<LabSwitches['applier']> } }),
  measure: measureApplier,
});

async function measureApplier(lab: LabCluster, arm: string): Promise<Values> {
  await lab.prime();
  let values: Values = {};
  for (const clients of LEVELS) {
    const pass = await lab.pass({ clients });
    proveApplier(arm, pass.leader);
    values = { ...values, ...levelValues(clients, pass) };
  }
  const { leader, perSecond } = await lab.pass({ clients: RATE_CLIENTS, rate: RATE });
  proveApplier(arm, leader);
  proveRate(arm, perSecond);
  return { ...values, [CORES]: cpuCores(leader) };
}

/** Arms that do not do the same work cannot be compared by what they take for it. @throws UnprovenError */
export function proveRate(arm: string, perSecond: number): void {
  const sentence = `of ${RATE} requests a second ${Math.round(perSecond)} were answered`;
  prove(Math.abs(perSecond - RATE) <= RATE_SHARE_MAX * RATE, arm, sentence);
}

/** Whoever looks every P ms applies at most so often, and waits half of P at the mean. @throws UnprovenError */
export function proveApplier(arm: string, leader: NodeWindow): void {
  proveSwitch(arm, leader.config, 'applier', arm);
  const pollMs = POLL_MS[arm];
  const { count, sum } = histogramOf(leader, 'state_apply_wait_ns');
  prove(count > 0, arm, 'nothing was applied in the window');
  if (pollMs === undefined) return;
  const meanMs = sum / count / 1e6;
  // Commits bunch behind the answers to the last look, so the mean may lie below half.
  prove(meanMs >= pollMs / 5, arm, `a committed entry waited ${meanMs.toFixed(2)} ms to be applied`);
}
