import { clusterExperiment } from './cluster-experiment.js';
import { type ClusterWindow, counterOf, cpuCores } from './cluster-window.js';
import { fillItems, itemKey } from './fill.js';
import type { LabCluster } from './lab-cluster.js';
import { prove } from './proof.js';
import { type LoopRequest, type LoopResult, requestLoop } from './request-loop.js';

const CLIENTS = 100;
const KEYS = 1_000;
/** A lease runs out where the process is not scheduled for long; such a read asks a quorum instead. */
const SHARE_MIN = 0.8;

export const reads = clusterExperiment({
  id: 'C7',
  claims: ['C7'],
  title: 'Reads past the log',
  question:
    'How much faster is a read that the leader answers by itself than one that goes through consensus?',
  document: {
    says: 'A leader that answers by itself serves 500–1,000 % more reads than reads through consensus.',
    effects: [{ metric: 'throughput', arm: 'lease', against: 'log', low: 6, high: 11, bound: 'lower' }],
  },
  arms: [
    {
      name: 'log',
      what: 'The read is an entry: POST /batch with one step `get`, replicated and synced as a write.',
    },
    {
      name: 'read-index',
      what: 'The leader asks a quorum whether it still leads; reads that wait share the question.',
    },
    { name: 'lease', what: 'The leader answers by itself while no other can have been elected.' },
    { name: 'stale', what: 'The node answers from its own state, whatever its age.' },
  ],
  workload: `Reads of one of ${KEYS.toLocaleString('en')} keys at the leader of three nodes from ${CLIENTS} clients.`,
  limits:
    'The clients run on one thread of this process beside the three nodes, which lease and stale reads can saturate before the leader: what they gain is a lower bound. A read through the log is a POST whose body is parsed, for want of another, and shares its entry with no other; `leader-cpu` is what the leader spends on a read, whatever the clients can take.',
  metrics: [
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'p50', unit: 'ms', better: 'lower' },
    { name: 'p99', unit: 'ms', better: 'lower' },
    { name: 'leader-cpu', unit: 'µs', better: 'lower' },
  ],
  repeats: 6,
  cost: 'minutes',
  setup: () => ({}),
  measure: async (lab, arm) => {
    const { url } = await lab.leader();
    await fillItems({ url, keys: KEYS, valueBytes: 128, signal: lab.signal });
    const { primeRequests, primeSeconds } = lab.times;
    await readFor(lab, arm, primeSeconds, primeRequests);
    const { window, result } = await lab.steadyWindow(() => readFor(lab, arm, lab.times.windowSeconds));
    const { answered, failed, perSecond, p50Ms, p99Ms } = result;
    proveReads(arm, answered, failed, readCounts(window));
    const cores = cpuCores(window.leader);
    return {
      throughput: perSecond,
      p50: p50Ms,
      p99: p99Ms,
      'leader-cpu': cores === null ? null : (1e6 * cores * window.leader.seconds) / answered,
    };
  },
});

async function readFor(lab: LabCluster, arm: string, seconds: number, answers?: number): Promise<LoopResult> {
  const { url } = await lab.leader();
  let at = 0;
  const next = () => readRequest(arm, itemKey((at++ * 7) % KEYS));
  const bound = answers === undefined ? {} : { answers };
  return requestLoop({ url, clients: CLIENTS, seconds, signal: lab.signal, next, ...bound });
}

function readRequest(arm: string, key: string): LoopRequest {
  if (arm === 'log') {
    const body = `{"encoding":"utf8","ops":[{"op":"get","key":"${key}"}]}`;
    return { method: 'POST', path: '/batch', body };
  }
  const consistency = arm === 'read-index' ? 'linearizable' : arm;
  return { method: 'GET', path: `/kv/${key}?consistency=${consistency}` };
}

/** How the leader served the reads of a window. */
export interface ReadCounts {
  readonly proposals: number;
  readonly rounds: number;
  readonly lease: number;
  readonly stale: number;
}

function readCounts({ leader }: ClusterWindow): ReadCounts {
  return {
    proposals: counterOf(leader, 'consensus_proposals_total'),
    rounds: counterOf(leader, 'consensus_read_rounds_total'),
    lease: counterOf(leader, 'consensus_lease_served_total'),
    stale: counterOf(leader, 'consensus_stale_served_total'),
  };
}

/** @throws UnprovenError when the reads went another way than the arm's. */
export function proveReads(arm: string, answered: number, failed: number, counts: ReadCounts): void {
  const { proposals, rounds, lease, stale } = counts;
  prove(answered > 0 && failed <= 0.02 * answered, arm, `${failed} reads failed beside ${answered} answers`);
  const enough = SHARE_MIN * answered;
  const holds: Readonly<Record<string, boolean>> = {
    log: proposals >= enough,
    'read-index': rounds > 0 && lease + stale === 0 && proposals < 0.1 * answered,
    lease: lease >= enough && proposals < 0.1 * answered,
    stale: stale >= enough && proposals < 0.1 * answered,
  };
  const counted = `${answered} reads made ${proposals} proposals, ${rounds} ReadIndex rounds, ${lease} served by lease and ${stale} stale`;
  prove(holds[arm] === true, arm, counted);
}
