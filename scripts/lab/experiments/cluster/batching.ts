import type { NodeWindow } from '../../../../results/schema/index.js';
import { clusterExperiment, levelMetrics, measureLevels } from './cluster-experiment.js';
import { counterOf, histogramOf } from './cluster-window.js';
import type { ClusterSetup } from './lab-cluster.js';
import { prove, proveSwitch } from './proof.js';

const LEVELS = [100, 1_000];

/** Not to batch takes three things: a frame per message, an entry per append, and no waiting for company at the leader. */
const SETUPS: Readonly<Record<string, ClusterSetup>> = {
  off: {
    switches: { batching: 'off' },
    adjust: (config) => ({ ...config, raft: { ...config.raft, appendBytesMax: 1, gatherBehindAppends: 0 } }),
  },
  on: { switches: { batching: 'on' } },
};

export const batching = clusterExperiment({
  id: 'N7-cluster',
  claims: ['N7'],
  title: 'Several requests in one message, in a cluster',
  question: 'What does it give to send several writes in one message to a follower?',
  document: {
    says: 'Several requests in one call give 50–100 % more throughput.',
    effects: LEVELS.map((clients) => ({
      metric: `throughput-${clients}`,
      arm: 'on',
      against: 'off',
      low: 1.5,
      high: 2,
    })),
  },
  arms: [
    { name: 'off', what: 'Every write is an append of its own, in a frame of its own.' },
    { name: 'on', what: 'Writes that come together leave together.' },
  ],
  workload: 'Writes of 128 bytes to three nodes, at 100 and 1,000 clients.',
  metrics: levelMetrics(LEVELS),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => SETUPS[arm]!,
  measure: (lab, arm) =>
    measureLevels(lab, LEVELS, ({ leader, followers }) => {
      proveSwitch(arm, leader.config, 'batching', arm);
      proveBatching(arm, messagesPerEntry(followers), messagesPerFrame(leader));
    }),
});

/**
 * Messages that a follower received per entry that it appended, the smaller of both. Counted where they arrive: one that falls behind is sent less than the
 * leader appends.
 */
function messagesPerEntry(followers: readonly NodeWindow[]): number {
  const perEntry = followers.map((follower) => {
    const entries = counterOf(follower, 'log_entries_total');
    return counterOf(follower, 'network_peer_messages_received_total') / Math.max(1, entries);
  });
  return Math.min(...perEntry);
}

/** Messages in one frame to another node. */
function messagesPerFrame(leader: NodeWindow): number {
  const { count, sum } = histogramOf(leader, 'network_peer_batch_messages');
  return sum / Math.max(1, count);
}

/** @throws UnprovenError when entries share messages or frames that should not, or the other way round. */
export function proveBatching(arm: string, perEntry: number, perFrame: number): void {
  const counted = `a follower received ${perEntry.toFixed(2)} messages per entry and ${perFrame.toFixed(2)} messages per frame`;
  if (arm === 'off') prove(perEntry >= 0.9 && perFrame <= 1.01, arm, counted);
  else prove(perEntry < 0.9, arm, counted);
}
