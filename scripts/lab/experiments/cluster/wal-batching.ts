import { clusterExperiment } from './cluster-experiment.js';
import { counterOf } from './cluster-window.js';
import type { ClusterSetup } from './lab-cluster.js';
import { prove } from './proof.js';
import { proveStrategy, syncCounts } from './strategy-proof.js';

const CLIENTS = 100;
/** Bytes of one write at most, and what one entry of the workload cannot be below and above. */
const BOUNDS: Readonly<Record<string, number>> = { 'batch-1KiB': 1_024, 'batch-8KiB': 8_192 };
const ENTRY_BYTES_MIN = 128;

const SETUPS: Readonly<Record<string, ClusterSetup>> = {
  always: { strategy: 'A' },
  ...Object.fromEntries(
    Object.entries(BOUNDS).map(([arm, batchBytesMax]) => [arm, { adjust: bounded(batchBytesMax) }]),
  ),
  group: { strategy: 'G' },
  interval: { strategy: 'B' },
};

export const walBatching = clusterExperiment({
  id: 'L6',
  claims: ['L6'],
  title: 'Batches of the write-ahead log',
  question: 'What do batches of entries and a sync by the clock give over one sync for each entry?',
  document: {
    says: 'Batched writes with a sync by the clock give 300–500 % more throughput, and several requests in one write of the log 200–300 % more.',
    effects: [
      { metric: 'throughput', arm: 'interval', against: 'always', low: 4, high: 6, bound: 'lower' },
      { metric: 'throughput', arm: 'group', against: 'always', low: 3, high: 4, bound: 'lower' },
    ],
  },
  arms: [
    { name: 'always', what: 'One entry, one sync.' },
    { name: 'batch-1KiB', what: 'One sync for all that waited, but no more than 1 KiB in a write.' },
    { name: 'batch-8KiB', what: 'The same with 8 KiB.' },
    { name: 'group', what: 'The same with 4 MiB, which is all that ever waits.' },
    { name: 'interval', what: 'Batches too, acknowledged after the write, with a sync every 100 ms.' },
  ],
  workload: `Writes of 128 bytes to a cluster of three nodes from ${CLIENTS} clients.`,
  limits:
    'A hundred clients are more than `always` can serve and fewer than the others can: with more clients the gains are larger. The arm `interval` may lose what its clients were promised in the last 100 ms, the others lose nothing: part of its gain is bought with that.',
  metrics: [
    { name: 'throughput', unit: '1/s', better: 'higher' },
    { name: 'p50', unit: 'ms', better: 'lower' },
    { name: 'p99', unit: 'ms', better: 'lower' },
    { name: 'entries-per-write', unit: 'entries', better: 'higher' },
  ],
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => SETUPS[arm]!,
  measure: async (lab, arm) => {
    await lab.prime();
    const { leader, perSecond, p50Ms, p99Ms } = await lab.pass({ clients: CLIENTS });
    proveStrategy(arm, SETUPS[arm]?.strategy ?? 'G', syncCounts(leader));
    const entriesPerWrite =
      counterOf(leader, 'log_entries_total') / Math.max(1, counterOf(leader, 'log_batches_total'));
    proveBound(arm, entriesPerWrite);
    return { throughput: perSecond, p50: p50Ms, p99: p99Ms, 'entries-per-write': entriesPerWrite };
  },
});

/** A write holds no more entries than its bound has room for. @throws UnprovenError */
export function proveBound(arm: string, entriesPerWrite: number): void {
  const bound = BOUNDS[arm];
  if (bound === undefined) return;
  const room = Math.max(1, bound / ENTRY_BYTES_MIN);
  prove(
    entriesPerWrite <= room,
    arm,
    `a write held ${entriesPerWrite.toFixed(1)} entries, and there is room for ${room.toFixed(1)}`,
  );
}

function bounded(batchBytesMax: number): NonNullable<ClusterSetup['adjust']> {
  return (config) => ({ ...config, log: { ...config.log, batchBytesMax } });
}
