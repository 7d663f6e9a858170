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
      { metric: 'peer-traffic', arm: 'leader', against: 'follower', low: 1.9, high: 2.1 },
    ],
  },
  arms: [
    { name: 'follower', what: 'The node that does not lead; the mean of both.' },
    { name: 'leader', what: 'The node that leads and answers all clients.' },
  ],
  workload: `Writes of 128 bytes to the leader of three nodes from ${CLIENTS} clients; each run is a cluster of its own.`,
  limits:
    "Both are per write. Traffic is that between the nodes, in both directions, without that of the clients, which only the leader has. CPU holds the answers to clients, as the document's does. Its 'twice' is read as 1.9 to 2.1.",
  metrics: [
    { name: 'cpu', unit: 'µs', better: 'lower' },
    { name: 'peer-traffic', unit: 'B', better: 'lower' },
  ],
  repeats: 6,
  cost: 'seconds',
  setup: () => ({}),
  measure: async (lab, arm) => {
    await lab.prime();
    const { leader, followers, perSecond } = await lab.pass({ clients: CLIENTS });
    prove(followers.length === 2, arm, `${followers.length} nodes follow instead of 2`);
    const nodes = arm === 'leader' ? [leader] : followers;
    return {
      cpu: mean(nodes.map((node) => perWrite(cpuCores(node), perSecond / 1e6))),
      'peer-traffic': mean(nodes.map((node) => perWrite(peerBytesPerSecond(node), perSecond))),
    };
  },
});

function perWrite(perSecond: number | null, writesPerSecond: number): number | null {
  return perSecond === null ? null : perSecond / writesPerSecond;
}

function mean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += value;
  }
  return sum / values.length;
}
