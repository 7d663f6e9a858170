import type { Experiment, ExperimentContext, Metric, Session } from '../../experiment.js';
import { type ClusterSetup, LabCluster, type Pass } from './lab-cluster.js';

export type Values = Readonly<Record<string, number | null>>;

/** An experiment in which one run of an arm is one cluster, from its start to its end. */
export interface ClusterExperiment extends Omit<Experiment, 'begin' | 'warmUp'> {
  /** The cluster of an arm. */
  readonly setup: (arm: string, context: ExperimentContext) => ClusterSetup;
  /** One run. @throws UnprovenError when the arm is not what it says. */
  readonly measure: (lab: LabCluster, arm: string) => Promise<Values>;
}

/** Without a round that is thrown away: every cluster is new, and warmed up by itself. */
export function clusterExperiment({ setup, measure, ...experiment }: ClusterExperiment): Experiment {
  return {
    ...experiment,
    warmUp: false,
    begin: async (context) =>
      sessionOf((arm) =>
        LabCluster.during(context, `${experiment.id}-${arm}`, setup(arm, context), (lab) =>
          measure(lab, arm),
        ),
      ),
  };
}

/** A session whose runs leave nothing behind. */
export function sessionOf(run: (arm: string) => Promise<Values>): Session {
  return { run, end: async () => {} };
}

/** Throughput and latency of every level, `throughput-100` and so on. */
export function levelMetrics(levels: readonly number[]): Metric[] {
  return levels.flatMap((clients) => [
    { name: `throughput-${clients}`, unit: '1/s', better: 'higher' },
    { name: `p50-${clients}`, unit: 'ms', better: 'lower' },
    { name: `p99-${clients}`, unit: 'ms', better: 'lower' },
  ]);
}

export function levelValues(clients: number, { perSecond, p50Ms, p99Ms }: Pass): Values {
  return {
    [`throughput-${clients}`]: perSecond,
    [`p50-${clients}`]: p50Ms,
    [`p99-${clients}`]: p99Ms,
  };
}

/** One window per level after a warm-up; `check` sees each of them. */
export async function measureLevels(
  lab: LabCluster,
  levels: readonly number[],
  check: (pass: Pass, clients: number) => void,
): Promise<Values> {
  await lab.prime();
  let values: Values = {};
  for (const clients of levels) {
    const pass = await lab.pass({ clients });
    check(pass, clients);
    values = { ...values, ...levelValues(clients, pass) };
  }
  return values;
}
