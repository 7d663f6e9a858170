import { runLoad } from '../../../../loadgen/index.js';
import type { LoadSummary } from '../../../../results/schema/index.js';
import { closedLoop, LOAD_DEFAULTS } from '../../../lib/load-settings.js';
import { fetchLayers } from '../../../lib/node-api.js';
import type { Experiment, ExperimentContext } from '../../experiment.js';
import { levelMetrics, sessionOf, type Values } from './cluster-experiment.js';
import { checkAnswers, LabCluster, labTimes, untilAnswered } from './lab-cluster.js';
import { prove } from './proof.js';

/** Divisible by every number of groups, so that clients are spread evenly. The second is where a group serves as many as it can. */
const LEVELS = [120, 1_200] as const;
const BEST = `throughput-${LEVELS[1]}`;
const GROUPS: Readonly<Record<string, number>> = { 'one-group': 1, 'two-groups': 2, 'three-groups': 3 };

export const groups: Experiment = {
  id: 'C12',
  claims: ['C12'],
  title: 'Several Raft groups',
  question: 'Do more Raft groups on the same machine give more throughput in all?',
  document: {
    says: 'Above 10,000 requests per second the data has to be partitioned: one group serves no more. It gives no figure for what partitions bring.',
    effects: [{ metric: BEST, arm: 'one-group', against: null, low: null, high: 10_000, bound: 'lower' }],
  },
  arms: [
    { name: 'one-group', what: 'One cluster of three nodes.' },
    { name: 'two-groups', what: 'Two such clusters, each with half of the clients.' },
    { name: 'three-groups', what: 'Three such clusters, each with a third of the clients.' },
  ],
  workload:
    'Writes of 128 bytes from 120 and from 1,200 clients on one thread, divided evenly among the groups.',
  limits:
    'All groups share the cores and the disk of one machine, and so does the load: where the machine is the limit, groups cannot add to it, and one group on machines of its own serves more than here. `generator-cpu` says how much the load itself took, of one core; quantiles are those of all groups together.',
  metrics: [...levelMetrics(LEVELS), { name: 'generator-cpu', unit: 'cores', better: 'lower' }],
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
  const leaders = await Promise.all(labs.map((lab) => lab.leader()));
  const urls = leaders.map(({ url }) => url);
  const values: Record<string, number | null> = {};
  for (const clients of LEVELS) {
    const { throughputPerSecond, latency, audit } = await measureLevel(context, arm, urls, clients);
    values[`throughput-${clients}`] = throughputPerSecond;
    for (const quantile of ['p50', 'p99'] as const) {
      const us = latency.response[quantile];
      values[`${quantile}-${clients}`] = us === null ? null : us / 1e3;
    }
    values['generator-cpu'] = audit.generatorCpuCores;
  }
  return values;
}

/** One generator for all groups: each with one of its own would have as many threads as groups, and they would take the cores from the nodes. */
async function measureLevel(
  context: ExperimentContext,
  arm: string,
  urls: readonly string[],
  clients: number,
): Promise<LoadSummary> {
  const { primeRequests, primeSeconds, warmupSeconds, windowSeconds } = labTimes(context.quick);
  const { signal, seed } = context;
  context.progress(`C12-${arm}: ${clients} clients, writes`);
  const settings = { ...LOAD_DEFAULTS, keys: 10_000, reads: 0, seed };
  const loop = { targets: urls, clients, traceEvery: 0, warmupSeconds, durationSeconds: windowSeconds };
  let before: number[] = [];
  let after: number[] = [];
  const { summary } = await runLoad({
    ...closedLoop(settings, loop),
    signal,
    onMeasureStart: async () => {
      // Every group is new, and has to be warm by itself; at the second level all are.
      if (clients === LEVELS[0])
        await Promise.all(urls.map((url) => untilAnswered(url, primeRequests, primeSeconds, signal)));
      before = await appended(urls);
    },
    onMeasureEnd: async () => {
      after = await appended(urls);
    },
  });
  checkAnswers(`C12-${arm}`, summary);
  const answers = after.map((count, at) => count - before[at]!);
  proveGroups(arm, answers, GROUPS[arm]!);
  return summary;
}

/** Entries of the log of each leader. */
function appended(urls: readonly string[]): Promise<number[]> {
  return Promise.all(urls.map(async (url) => (await fetchLayers(url)).counters.log_entries_total ?? 0));
}

/** @throws UnprovenError when a group is missing or wrote nothing. */
export function proveGroups(arm: string, writes: readonly number[], groups: number): void {
  const sentence = `${writes.length} groups of ${groups} gave ${writes.join(', ')} answers`;
  prove(writes.length === groups && writes.every((count) => count > 0), arm, sentence);
}
