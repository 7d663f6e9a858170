import type { StrategyLetter } from '../../../../results/schema/index.js';
import { clusterExperiment, levelMetrics, measureLevels } from './cluster-experiment.js';
import { proveStrategy, syncCounts } from './strategy-proof.js';

/** At the second one each strategy gives what it can: fewer clients would wait for their answers more than the disk makes them. */
const LEVELS = [10, 1_000];
const LETTERS: Readonly<Record<string, StrategyLetter>> = {
  'A-always': 'A',
  'B-interval': 'B',
  'C-none': 'C',
  'G-group': 'G',
};
const SHARED_FROM = 1_000;
const OPERATION_MS_MAX = 30_000;
const LIMIT = { metric: `throughput-${LEVELS[1]}`, against: null };

export const strategies = clusterExperiment({
  id: 'L1',
  claims: ['L1'],
  title: 'Strategies of durability',
  question:
    'How many writes per second does each strategy of durability allow, and how long does a write take?',
  document: {
    says: 'A sync on every change allows 100–1,000 writes per second, batches with a sync by the clock 10,000–50,000, no sync at all 50,000–200,000, each at most. Sharing a sync among all that wait is not among its strategies.',
    effects: [
      { ...LIMIT, arm: 'A-always', low: 100, high: 1_000 },
      // No sync holds these up, so the cores do that the nodes share with the load.
      { ...LIMIT, arm: 'B-interval', low: 10_000, high: 50_000, bound: 'lower' },
      { ...LIMIT, arm: 'C-none', low: 50_000, high: 200_000, bound: 'lower' },
    ],
  },
  arms: [
    { name: 'A-always', what: 'A sync of its own for every entry, and the answer after it.' },
    { name: 'B-interval', what: 'The answer after the write, and a sync every 100 ms.' },
    { name: 'C-none', what: 'The answer after the write, and never a sync.' },
    { name: 'G-group', what: 'The answer after a sync that all share who waited for it.' },
  ],
  workload: 'Writes of 128 bytes to a cluster of three nodes, at 10 and at 1,000 clients.',
  limits:
    'Without a sync to wait for, the cores of this machine are the limit, which three nodes and the load share: on machines of their own B and C allow more. How many acknowledged writes a power cut takes from each strategy is not measured here but by `strata fsync --power-cut`, which kills all nodes on a disk that loses what was not synced.',
  metrics: levelMetrics(LEVELS),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({
    strategy: LETTERS[arm]!,
    // A thousand clients wait ten seconds each for a disk that syncs a hundred times a second: that is a result, and no failure.
    adjust: (config) => ({ ...config, limits: { ...config.limits, operationTimeoutMs: OPERATION_MS_MAX } }),
  }),
  measure: (lab, arm) =>
    measureLevels(lab, LEVELS, ({ leader }, clients) => {
      // A group of ten may happen to be one at a time.
      if (clients >= SHARED_FROM) proveStrategy(arm, LETTERS[arm]!, syncCounts(leader));
    }),
});
