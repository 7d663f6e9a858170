import { runLoad } from '../../../../loadgen/index.js';
import { closedLoop, LOAD_DEFAULTS } from '../../../lib/load-settings.js';
import type { Experiment, ExperimentContext } from '../../experiment.js';
import { sessionOf, type Values } from './cluster-experiment.js';
import { checkAnswers, LabCluster, labTimes } from './lab-cluster.js';
import { prove } from './proof.js';

const CLIENTS = 120;
/** Threads of the load in all, as many in every arm: else one group would have one thread to load it, and three have three. */
const WORKERS = 6;
const GROUPS: Readonly<Record<string, number>> = { 'one-group': 1, 'two-groups': 2, 'three-groups': 3 };

export const groups: Experiment = {
  id: 'C12',
  claims: ['C12'],
  title: 'Several Raft groups',
  question: 'Do more Raft groups on the same machine give more throughput in all?',
  document: {
    says: 'Above 10,000 requests per second the data has to be partitioned. It gives no figure for what that brings.',
    effects: [],
  },
  arms: [
    { name: 'one-group', what: 'One cluster of three nodes.' },
    { name: 'two-groups', what: 'Two such clusters, each with half of the clients.' },
    { name: 'three-groups', what: 'Three such clusters, each with a third of the clients.' },
  ],
  workload: `Writes of 128 bytes from ${CLIENTS} clients, divided evenly among the groups.`,
  limits:
    'All groups share the cores and the disk of one machine, and so does the load: where the machine is the limit, groups cannot add to it. On machines of their own they would not share.',
  metrics: [
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'p50', unit: 'ms', better: 'lower' },
    { name: 'p99', unit: 'ms', better: 'lower' },
  ],
  repeats: 6,
  warmUp: false,
  cost: 'minutes',
  begin: async (context) => sessionOf((arm) => withGroups(context, arm, GROUPS[arm]!, [])),
};

/** Starts one group inside the other, so that each is stopped whatever becomes of the rest. */
function withGroups(
  context: ExperimentContext,
  arm: string,
  missing: number,
  labs: readonly LabCluster[],
): Promise<Values> {
  if (missing === 0) return measure(context, arm, labs);
  return LabCluster.during(context, `C12-${arm}-${missing}`, {}, (lab) =>
    withGroups(context, arm, missing - 1, [...labs, lab]),
  );
}

async function measure(
  context: ExperimentContext,
  arm: string,
  labs: readonly LabCluster[],
): Promise<Values> {
  const { primeSeconds, warmupSeconds, windowSeconds } = labTimes(context.quick);
  context.progress(`C12-${arm}: ${CLIENTS} clients, writes`);
  const leaders = await Promise.all(labs.map((lab) => lab.leader()));
  const loads = leaders.map(({ url }) => {
    const workers = WORKERS / labs.length;
    const settings = { ...LOAD_DEFAULTS, keys: 10_000, reads: 0, seed: context.seed, workers };
    const loop = { targets: [url], clients: CLIENTS / labs.length, traceEvery: 0 };
    const times = { warmupSeconds: primeSeconds + warmupSeconds, durationSeconds: windowSeconds };
    return runLoad({ ...closedLoop(settings, { ...loop, ...times }), signal: context.signal });
  });
  // All of them end before the nodes do, whatever becomes of one.
  const outcomes = await Promise.allSettled(loads);
  const summaries = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value.summary;
  });
  for (const summary of summaries) checkAnswers(`C12-${arm}`, summary);
  proveGroups(
    arm,
    summaries.map(({ operations }) => operations.ok),
    GROUPS[arm]!,
  );
  const latencyMs = (quantile: 'p50' | 'p99'): number | null => {
    const values = summaries.map(({ latency }) => latency.response[quantile]);
    return values.includes(null) ? null : Math.max(...(values as number[])) / 1e3;
  };
  return {
    throughput: summaries.reduce((sum, { throughputPerSecond }) => sum + throughputPerSecond, 0),
    p50: latencyMs('p50'),
    p99: latencyMs('p99'),
  };
}

/** @throws UnprovenError when a group is missing or answered nothing. */
export function proveGroups(arm: string, answers: readonly number[], groups: number): void {
  const sentence = `${answers.length} groups of ${groups} gave ${answers.join(', ')} answers`;
  prove(answers.length === groups && answers.every((count) => count > 0), arm, sentence);
}
