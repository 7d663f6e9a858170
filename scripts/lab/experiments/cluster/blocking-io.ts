import type { NodeWindow } from '../../../../results/schema/index.js';
import type { ClaimedEffect } from '../../experiment.js';
import { clusterExperiment, levelMetrics, levelValues, type Values } from './cluster-experiment.js';
import { counterOf, histogramOf, quantileOf } from './cluster-window.js';
import type { LabCluster } from './lab-cluster.js';
import { prove, proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

const LEVELS = [10, 100, 1_000];
const HIGHEST = 1_000;
/** Calls of the thread pool that come from elsewhere than the log. */
const STRAY_CALLS_SHARE_MAX = 0.05;

const ARMS = [
  { name: 'blocking', what: 'Writes and syncs of the log hold up the one thread that does everything else.' },
  { name: 'async', what: 'Writes and syncs of the log wait in the thread pool, and the loop goes on.' },
];

export const networkIo = clusterExperiment({
  id: 'N1',
  claims: ['N1'],
  title: 'Asynchronous against blocking I/O',
  question: 'What does a node gain whose only thread never waits for I/O?',
  document: {
    says: 'Asynchronous I/O gives 200–300 % more throughput, 40 % less latency (50–70 % at the median and 60–70 % at p99 in its table) and ten times the connections.',
    effects: [
      ...LEVELS.flatMap((clients): ClaimedEffect[] => [
        { metric: `throughput-${clients}`, arm: 'async', against: 'blocking', low: 3, high: 4 },
        { metric: `p50-${clients}`, arm: 'async', against: 'blocking', low: 0.3, high: 0.6 },
        { metric: `p99-${clients}`, arm: 'async', against: 'blocking', low: 0.3, high: 0.4 },
      ]),
      { metric: 'connections', arm: 'async', against: 'blocking', low: 10, high: null },
    ],
  },
  arms: ARMS,
  workload: 'Writes of 128 bytes to three nodes, at 10, 100 and 1,000 clients with a connection each.',
  limits:
    "Node's sockets cannot block, so the blocking arm blocks where it can: on every write and sync of the log, during which no socket is served either. The document's arm had a thread for each of 500 connections. No more than 1,000 connections are asked for.",
  metrics: [...levelMetrics(LEVELS), { name: 'connections', unit: 'connections', better: 'higher' }],
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { io: arm as NonNullable<LabSwitches['io']> } }),
  measure: measureIo,
});

async function measureIo(lab: LabCluster, arm: string): Promise<Values> {
  await lab.prime();
  let values: Values = {};
  for (const clients of LEVELS) {
    const pass = await lab.pass({ clients });
    proveIo(arm, pass.leader);
    values = { ...values, ...levelValues(clients, pass) };
    if (clients === HIGHEST)
      values = { ...values, connections: pass.leader.gauges.network_http_connections ?? null };
  }
  return values;
}

const CLIENTS = 100;

export const walIo = clusterExperiment({
  id: 'L9-cluster',
  claims: ['L9'],
  title: 'The log beside the main thread, in a cluster',
  question: 'What do clients notice when the log is written beside the thread that serves them?',
  document: {
    says: 'Persisting in the background keeps the main thread free. It gives no figure.',
    effects: [
      { metric: 'throughput', arm: 'async', against: 'blocking', low: 1, high: null },
      { metric: 'p99', arm: 'async', against: 'blocking', low: null, high: 1 },
      { metric: 'loop-delay-p99', arm: 'async', against: 'blocking', low: null, high: 1 },
    ],
  },
  arms: ARMS,
  workload: `Writes of 128 bytes to three nodes from ${CLIENTS} clients.`,
  limits:
    'Its warning about recovery after a crash is put to the test elsewhere: by the walk of failpoints and by `strata fsync --power-cut`.',
  metrics: [
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'p50', unit: 'ms', better: 'lower' },
    { name: 'p99', unit: 'ms', better: 'lower' },
    { name: 'loop-delay-p99', unit: 'ms', better: 'lower' },
  ],
  repeats: 6,
  cost: 'seconds',
  setup: (arm) => ({ switches: { io: arm as NonNullable<LabSwitches['io']> } }),
  measure: async (lab, arm) => {
    await lab.prime();
    const { leader, perSecond, p50Ms, p99Ms } = await lab.pass({ clients: CLIENTS });
    proveIo(arm, leader);
    const delayNs = quantileOf(histogramOf(leader, 'runtime_loop_delay_ns'), 0.99);
    return {
      throughput: perSecond,
      p50: p50Ms,
      p99: p99Ms,
      'loop-delay-p99': delayNs === null ? null : delayNs / 1e6,
    };
  },
});

/** The thread pool works for the log, or not at all. @throws UnprovenError */
export function proveIo(arm: string, leader: NodeWindow): void {
  proveSwitch(arm, leader.config, 'io', arm);
  const batches = counterOf(leader, 'log_batches_total');
  const poolCalls = histogramOf(leader, 'io_pool_calls').count;
  const counted = `the thread pool was called ${poolCalls} times for ${batches} writes of the log`;
  prove(batches > 0, arm, counted);
  if (arm === 'blocking') prove(poolCalls <= STRAY_CALLS_SHARE_MAX * batches, arm, counted);
  else prove(poolCalls >= batches, arm, counted);
}
