import type { NodeWindow } from '../../../../results/schema/index.js';
import { clusterExperiment } from './cluster-experiment.js';
import { counterOf } from './cluster-window.js';
import { prove, proveSwitch } from './proof.js';
import type { LabSwitches } from './switches.js';

const CLIENTS = 10;
/** Connects of a healthy pool in a window: none, but for a link that was cut by chance. */
const POOL_CONNECTS_MAX = 4;

export const connections = clusterExperiment({
  id: 'N3-cluster',
  claims: ['N3'],
  title: 'A connection per call against a pool, between nodes',
  question: 'What do writes gain when the nodes keep their connections to each other?',
  document: {
    says: 'A pool of connections gives three times the calls of a connection per call, in a scenario of short connections four to six times.',
    effects: [{ metric: 'throughput', arm: 'pool', against: 'per-call', low: 3, high: 6 }],
  },
  arms: [
    { name: 'per-call', what: 'A node connects for every message to another and hangs up after it.' },
    { name: 'pool', what: 'Connections are made in advance and kept.' },
  ],
  workload: `Writes of 128 bytes to three nodes from ${CLIENTS} clients, whose own connections are kept in both arms.`,
  limits:
    'A connection over the loopback takes tens of microseconds instead of the 1–3 ms that the document reckons with.',
  metrics: [
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'p50', unit: 'ms', better: 'lower' },
    { name: 'p99', unit: 'ms', better: 'lower' },
    { name: 'cpu', unit: 'µs', better: 'lower' },
    { name: 'connects-per-write', unit: 'connects', better: 'lower', scale: 'difference' },
  ],
  repeats: 6,
  cost: 'seconds',
  setup: (arm) => ({ switches: { connections: arm as NonNullable<LabSwitches['connections']> } }),
  measure: async (lab, arm) => {
    await lab.prime({ clients: CLIENTS });
    const pass = await lab.pass({ clients: CLIENTS });
    proveConnections(arm, pass.leader);
    const connects = counterOf(pass.leader, 'network_peer_connects_total');
    return {
      throughput: pass.perSecond,
      p50: pass.p50Ms,
      p99: pass.p99Ms,
      cpu: pass.cpuUsPerRequest,
      'connects-per-write': connects / (pass.perSecond * pass.leader.seconds),
    };
  },
});

/** @throws UnprovenError */
export function proveConnections(arm: string, leader: NodeWindow): void {
  proveSwitch(arm, leader.config, 'connections', arm);
  const connects = counterOf(leader, 'network_peer_connects_total');
  const messages = counterOf(leader, 'network_peer_messages_sent_total');
  const counted = `the leader connected ${connects} times for ${messages} messages`;
  prove(messages > 0, arm, counted);
  if (arm === 'per-call') prove(connects >= 0.5 * messages, arm, counted);
  else prove(connects <= POOL_CONNECTS_MAX, arm, counted);
}
