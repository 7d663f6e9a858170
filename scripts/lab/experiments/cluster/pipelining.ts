import type { NodeWindow } from '../../../../results/schema/index.js';
import { clusterExperiment, levelMetrics, levelValues } from './cluster-experiment.js';
import { histogramOf } from './cluster-window.js';
import type { LabCluster, Pass } from './lab-cluster.js';
import { prove } from './proof.js';

const LEVELS = [100, 1_000];
const WINDOWS: Readonly<Record<string, number>> = { 'window-1': 1, 'window-256': 256 };

export const pipelining = clusterExperiment({
  id: 'C9',
  claims: ['C9'],
  title: 'Pipelined replication',
  question: 'What does it give not to wait for the answer to one append before the next one is sent?',
  document: {
    says: 'Receiving, parsing, processing and answering in a pipeline gives 50–100 % more throughput.',
    effects: [
      { metric: 'throughput-100', arm: 'window-256', against: 'window-1', low: 1.5, high: 2 },
      { metric: 'throughput-1000', arm: 'window-256', against: 'window-1', low: 1.5, high: 2 },
    ],
  },
  arms: [
    { name: 'window-1', what: 'One append on the way to a follower; the next one waits for its answer.' },
    { name: 'window-256', what: 'Up to 256 appends on the way to a follower; none waits for an answer.' },
  ],
  workload:
    'Writes of 128 bytes to a cluster of three nodes, at 100 and 1,000 clients. In both arms the leader sends what came in one turn of its loop at once, whatever its own disk does (raft.gatherBehindAppends is 0).',
  limits:
    'The pipeline is that of replication. Receiving, parsing and answering share one event loop, where stages take turns; with one append on the way more entries gather in the next one, which makes up for part of the wait. In service writes also gather behind the append at the disk of the leader, which leaves few appends to pipeline.',
  metrics: LEVELS.flatMap((clients) => [
    ...levelMetrics([clients]),
    { name: `in-flight-${clients}`, unit: 'appends', better: 'higher' as const },
  ]),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({
    adjust: (config) => ({
      ...config,
      // While it gathered, the leader itself would keep all but one or two appends from being under way.
      raft: { ...config.raft, inflightMessagesMax: WINDOWS[arm]!, gatherBehindAppends: 0 },
    }),
  }),
  measure: async (lab, arm) => {
    await lab.prime();
    const values: Record<string, number | null> = {};
    for (const clients of LEVELS) Object.assign(values, await measureLevel(lab, arm, clients));
    return values;
  },
});

async function measureLevel(lab: LabCluster, arm: string, clients: number) {
  const pass: Pass = await lab.pass({ clients });
  const inFlight = appendsInFlight(pass.leader);
  provePipeline(arm, pass.leader.config, inFlight);
  return { ...levelValues(clients, pass), [`in-flight-${clients}`]: inFlight.mean };
}

export interface AppendsInFlight {
  /** Of what was under way to a follower whenever an append left, itself included. */
  readonly mean: number;
  /** Lower edge of the highest bucket: exact up to 64. */
  readonly most: number;
}

export function appendsInFlight(leader: NodeWindow): AppendsInFlight {
  const { count, sum, buckets } = histogramOf(leader, 'consensus_appends_in_flight');
  return { mean: sum / Math.max(1, count), most: buckets.at(-1)?.[0] ?? 0 };
}

/** A window that is never used is none, so what was under way is counted. @throws UnprovenError */
export function provePipeline(
  arm: string,
  { inflightMessagesMax, gatherBehindAppends }: NodeWindow['config'],
  { mean, most }: AppendsInFlight,
): void {
  prove(
    inflightMessagesMax === WINDOWS[arm] && gatherBehindAppends === 0,
    arm,
    `the leader says that its window is ${inflightMessagesMax} appends and that writes gather behind ${gatherBehindAppends}`,
  );
  const counted = `when an append left, ${mean.toFixed(2)} were on the way on average and ${most} at most`;
  if (arm === 'window-1') prove(most === 1, arm, counted);
  else prove(mean > 1 && most > 1, arm, counted);
}
