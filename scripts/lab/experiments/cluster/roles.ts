import { clusterExperiment } from './cluster-experiment.js';
import { cpuCores, peerBytesPerSecond } from './cluster-window.js';
import { prove } from './proof.js';

const CLIENTS = 100;

export const roles = clusterExperiment({
  id: 'C1',
  claims: ['C1'],
  title: 'Leader and follower',
  question: 'How much more CPU and traffic does the leader have than a follower?',
  document: {
    says: 'The leader takes 1.5 to 2 times the CPU of a follower, and N − 1 times its traffic: twice with three nodes.',
    effects: [
      { metric: 'cpu', arm: 'leader', against: 'follower', low: 1.5, high: 2 },
      { metric: 'peer-traffic', arm: 'leader', against: 'follower', low: 2, high: 2 },
    ],
  },
  arms: [
    { name: 'follower', what: 'The node that does not lead; the mean of both.' },
    { name: 'leader', what: 'The node that leads and answers all clients.' },
  ],
  workload: `Writes of 128 bytes to the leader of three nodes from ${CLIENTS} clients; each run is a cluster of its own.`,
  limits:
    'Traffic is that between the nodes, in both directions, without that of the clients, which only the leader has. CPU holds the answers to clients, as the document’s does.',
  metrics: [
    { name: 'cpu', unit: 'cores', better: 'lower' },
    { name: 'peer-traffic', unit: 'kB/s', better: 'lower' },
  ],
  repeats: 5,
  cost: 'seconds',
  setup: () => ({}),
  measure: async (lab, arm) => {
    await lab.prime();
    const { leader, followers } = await lab.pass({ clients: CLIENTS });
    prove(followers.length === 2, arm, `${followers.length} nodes follow instead of 2`);
    const nodes = arm === 'leader' ? [leader] : followers;
    return {
      cpu: mean(nodes.map(cpuCores)),
      'peer-traffic': mean(nodes.map((node) => peerBytesPerSecond(node) / 1e3)),
    };
  },
});

function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum / values.length;
}
