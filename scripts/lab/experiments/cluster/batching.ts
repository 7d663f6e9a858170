import type { NodeWindow } from '../../../../results/schema/index.js';
import { clusterExperiment, levelMetrics, measureLevels } from './cluster-experiment.js';
import { counterOf } from './cluster-window.js';
import { prove, proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

const LEVELS = [100, 1_000];
const FOLLOWERS = 2;

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
    { name: 'off', what: 'Every write is a message of its own.' },
    { name: 'on', what: 'Writes that come together leave together.' },
  ],
  workload: 'Writes of 128 bytes to three nodes, at 100 and 1,000 clients.',
  metrics: levelMetrics(LEVELS),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { batching: arm as NonNullable<LabSwitches['batching']> } }),
  measure: (lab, arm) =>
    measureLevels(lab, LEVELS, ({ leader }) => {
      proveSwitch(arm, leader.config, 'batching', arm);
      proveBatching(arm, messagesPerEntry(leader));
    }),
});

/** Messages to one follower per entry. */
function messagesPerEntry(leader: NodeWindow): number {
  const entries = counterOf(leader, 'log_entries_total');
  return counterOf(leader, 'network_peer_messages_sent_total') / FOLLOWERS / Math.max(1, entries);
}

/** @throws UnprovenError when entries share messages that should not, or the other way round. */
export function proveBatching(arm: string, messages: number): void {
  const counted = `a follower was sent ${messages.toFixed(2)} messages per entry`;
  if (arm === 'off') prove(messages >= 0.9, arm, counted);
  else prove(messages < 0.9, arm, counted);
}
