import { clusterExperiment, levelMetrics, measureLevels } from './cluster-experiment.js';
import { prove } from './proof.js';

const LEVELS = [10, 100, 1_000];
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
    { name: 'window-256', what: 'Up to 256 appends on the way to a follower, as in service.' },
  ],
  workload: 'Writes of 128 bytes to a cluster of three nodes, at 10, 100 and 1,000 clients.',
  limits:
    'The pipeline is that of replication. Receiving, parsing and answering share one event loop, where stages take turns; with one append on the way more entries gather in the next one, which makes up for part of the wait.',
  metrics: levelMetrics(LEVELS),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({
    adjust: (config) => ({ ...config, raft: { ...config.raft, inflightMessagesMax: WINDOWS[arm]! } }),
  }),
  measure: (lab, arm) =>
    measureLevels(lab, LEVELS, ({ leader }) => {
      const { inflightMessagesMax } = leader.config;
      prove(
        inflightMessagesMax === WINDOWS[arm],
        arm,
        `the leader says that its window is ${inflightMessagesMax} appends`,
      );
    }),
});
