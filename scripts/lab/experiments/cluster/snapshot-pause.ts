import { askNode } from '../../../lib/admin-api.js';
import { clusterExperiment } from './cluster-experiment.js';
import { counterOf, histogramOf } from './cluster-window.js';
import { fillItems } from './fill.js';
import { prove } from './proof.js';

const CLIENTS = 10;
const VALUE_BYTES = 128;
const KEYS = { quick: 20_000, full: 100_000 };

export const snapshotPause = clusterExperiment({
  id: 'L7-pause',
  claims: ['L7'],
  title: 'What a snapshot costs while it is taken',
  question: 'How long does a snapshot hold up the writes?',
  document: {
    says: 'A snapshot takes 10–100 ms, depending on the size of the state.',
    effects: [{ metric: 'snapshot-time', arm: 'snapshot', against: null, low: 10, high: 100 }],
  },
  arms: [
    { name: 'no-snapshot', what: 'Writes alone.' },
    {
      name: 'snapshot',
      what: 'The leader takes a snapshot of its whole state from the begin of the window on.',
    },
  ],
  workload: `Writes of ${VALUE_BYTES} bytes from ${CLIENTS} clients to three nodes that hold 100,000 keys (20,000 with --quick).`,
  limits:
    'The state is serialised in slices between which writes go on, so what clients feel is the longest write, of which the document says nothing; `snapshot-time` is the whole of it, from begin to durable file.',
  metrics: [
    { name: 'slowest', unit: 'ms', better: 'lower', scale: 'difference' },
    { name: 'p99', unit: 'ms', better: 'lower' },
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'snapshot-time', unit: 'ms', better: 'lower' },
  ],
  repeats: 6,
  cost: 'minutes',
  setup: () => ({}),
  measure: async (lab, arm) => {
    const { url } = await lab.leader();
    const keys = lab.quick ? KEYS.quick : KEYS.full;
    await fillItems({ url, keys, valueBytes: VALUE_BYTES, signal: lab.signal });
    await lab.prime({ clients: CLIENTS });
    const event = () => askNode({ url }, 'POST', '/snapshot');
    const pass = await lab.pass({ clients: CLIENTS, ...(arm === 'snapshot' ? { event } : {}) });
    const taken = counterOf(pass.leader, 'runtime_snapshots_taken_total');
    proveSnapshots(arm, taken);
    const { sum, count } = histogramOf(pass.leader, 'runtime_snapshot_ns');
    return {
      slowest: pass.slowestMs,
      p99: pass.p99Ms,
      throughput: pass.perSecond,
      'snapshot-time': count === 0 ? null : sum / count / 1e6,
    };
  },
});

/** @throws UnprovenError when the window held another number of snapshots than the arm says. */
export function proveSnapshots(arm: string, taken: number): void {
  const expected = arm === 'snapshot' ? 1 : 0;
  prove(taken === expected, arm, `${taken} snapshots ended in the window instead of ${expected}`);
}
