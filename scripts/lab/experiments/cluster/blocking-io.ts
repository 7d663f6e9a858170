import type { NodeWindow } from '../../../../results/schema/index.js';
import type { ClaimedEffect, Metric } from '../../experiment.js';
import { clusterExperiment, levelMetrics, levelValues, type Values } from './cluster-experiment.js';
import { counterOf, histogramOf, quantileOf } from './cluster-window.js';
import type { LabCluster } from './lab-cluster.js';
import { prove, proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

const LEVELS = [10, 100, 1_000];
const HIGHEST = 1_000;
/** Calls of the thread pool that come from elsewhere than the log. */
const STRAY_CALLS_SHARE_MAX = 0.05;

/** Where the document gives no load for its figures, they are listed at this one. */
const MIDDLE = 100;
const NO_SOCKETS =
  'a socket of Node.js cannot block its thread: the arms differ in their calls to the disk alone, and neither has the blocking send and recv that this figure is about';
const NO_THREADS =
  'both arms hold as many connections as clients ask for: neither has the thread for each connection that the document counts';
/** The text says +200–300 % and 40 % less latency, the table half to 70 % less at the median and 60–70 % at p99. */
const IO_FIGURES: readonly (readonly [name: string, low: number, high: number])[] = [
  ['throughput', 3, 4],
  ['mean', 0.6, 0.6],
  ['p50', 0.3, 0.5],
  ['p99', 0.3, 0.4],
];
const COMPARED = { arm: 'async', against: 'blocking' };

const ARMS = [
  { name: 'blocking', what: 'Writes and syncs of the log hold up the one thread that does everything else.' },
  { name: 'async', what: 'Writes and syncs of the log wait in the thread pool, and the loop goes on.' },
];

export const networkIo = clusterExperiment({
  id: 'N1',
  claims: ['N1'],
  title: 'Asynchronous against blocking I/O',
  question: 'What does a node gain whose only thread never waits for its disk?',
  document: {
    says: 'Sends and receives that do not block give 200–300 % more throughput, 40 % less latency (50–70 % at the median and 60–70 % at p99 in its table) and ten times the connections.',
    effects: [
      ...IO_FIGURES.map(
        ([name, low, high]): ClaimedEffect => ({
          ...COMPARED,
          metric: `${name}-${MIDDLE}`,
          low,
          high,
          notDecidable: NO_SOCKETS,
        }),
      ),
      { ...COMPARED, metric: 'connections', low: 10, high: null, notDecidable: NO_THREADS },
    ],
  },
  arms: ARMS,
  workload: 'Writes of 128 bytes to three nodes, at 10, 100 and 1,000 clients with a connection each.',
  limits:
    "Node's sockets cannot block, and the document's old way had a thread for each of 500 connections, of which one could wait while others went on. The blocking arm blocks where a node can: on every write and sync of the log, during which no socket is served either. That is the document's asynchronous persistence (L9), here by the number of clients, and says nothing about its coroutines.",
  metrics: [
    ...levelMetrics(LEVELS),
    ...LEVELS.map((clients): Metric => ({ name: `mean-${clients}`, unit: 'ms', better: 'lower' })),
    { name: 'connections', unit: 'connections', better: 'higher' },
  ],
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
    const mean = pass.summary.latency.response.mean / 1e3;
    values = { ...values, ...levelValues(clients, pass), [`mean-${clients}`]: mean };
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
