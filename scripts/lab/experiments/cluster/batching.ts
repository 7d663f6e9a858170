import type { NodeWindow } from '../../../../results/schema/index.js';
import { clusterExperiment, levelMetrics, measureLevels } from './cluster-experiment.js';
import { counterOf, histogramOf } from './cluster-window.js';
import type { ClusterSetup } from './lab-cluster.js';
import { appendsInFlight } from './pipelining.js';
import { prove, proveSwitch } from './proof.js';

const LEVELS = [100, 1_000];
/** Far above what all clients together can have under way as one entry each, so that the window holds nobody up, not even behind a slow follower. */
const WINDOW = 65_536;

/** Not to batch takes two things: a frame per message, and an entry per append. All else is the same in both arms. */
const SETUPS: Readonly<Record<string, ClusterSetup>> = {
  off: {
    switches: { batching: 'off' },
    adjust: (config) => ({
      ...config,
      raft: { ...config.raft, inflightMessagesMax: WINDOW, appendBytesMax: 1 },
    }),
  },
  on: {
    switches: { batching: 'on' },
    adjust: (config) => ({ ...config, raft: { ...config.raft, inflightMessagesMax: WINDOW } }),
  },
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
  workload: `Writes of 128 bytes to three nodes, at 100 and 1,000 clients. Up to ${WINDOW.toLocaleString('en')} appends may be on the way to a follower, and writes gather behind the append at the disk of the leader, in both arms.`,
  limits:
    'Only the messages to the followers are single: in both arms the leader writes what gathered in one batch of its log, and a follower what arrived in one turn of its loop. Without batches every entry is also an answer of its own, which the old way has to pay for as well.',
  metrics: levelMetrics(LEVELS),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => SETUPS[arm]!,
  measure: (lab, arm) =>
    measureLevels(lab, LEVELS, ({ leader, followers }) => {
      proveSwitch(arm, leader.config, 'batching', arm);
      proveBatching(arm, messagesPerEntry(followers), messagesPerFrame(leader));
      proveOpenWindow(arm, appendsInFlight(leader).most);
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

/** An arm whose appends had to wait for room in the window would be slow for another reason than its name says. @throws UnprovenError */
export function proveOpenWindow(arm: string, most: number): void {
  // The count is the lower edge of a bucket, a thirty-second of it wide.
  prove(most < 0.95 * WINDOW, arm, `${most} appends were on the way in a window of ${WINDOW}`);
}
