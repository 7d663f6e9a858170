import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { askNode } from '../../../lib/admin-api.js';
import { fetchLayers } from '../../../lib/node-api.js';
import { NodeProcess } from '../../../lib/node-process.js';
import type { Experiment, ExperimentContext } from '../../experiment.js';
import { sessionOf, type Values } from './cluster-experiment.js';
import { prove } from './proof.js';
import {
  type LogShape,
  logKey,
  overwrite,
  planLonelyNode,
  untilFreed,
  untilServed,
  writeLog,
} from './recovery-log.js';

/** Entries of the log; the state they leave behind is the same in all. */
const LENGTHS = [2_000, 200_000, 1_000_000] as const;
const SHORTEST = LENGTHS[0];
const LONGEST = LENGTHS[2];
const KEYS = 1_000;
const VALUE_BYTES = 128;

export const recovery: Experiment = {
  id: 'L7',
  claims: ['L7'],
  title: 'Recovery and the length of the log',
  question:
    'How long does a node take to come back with a longer and longer log, with and without a snapshot?',
  document: {
    says: 'Without snapshots recovery time grows linearly with the log, with them it is fixed. It gives no figures.',
    effects: [
      { metric: nameOf(LONGEST), arm: 'snapshot', against: 'no-snapshot', low: null, high: 1 },
      { metric: 'per-entry', arm: 'snapshot', against: 'no-snapshot', low: null, high: 0 },
    ],
  },
  arms: [
    { name: 'no-snapshot', what: 'The whole log is read back.' },
    {
      name: 'snapshot',
      what: 'Snapshots were taken after the last entry; of the log only the newest files are left.',
    },
  ],
  workload: `A node alone with 2,000, 200,000 and 1,000,000 puts of ${VALUE_BYTES} bytes to ${KEYS.toLocaleString('en')} keys: from the start of its process to the answer of the first linearizable read.`,
  limits:
    'The start of the process is part of every figure and the same in both arms; `per-entry` leaves it out. It is the rise from the shortest to the longest log: linear growth has one above 0, a fixed time none. A file of the log has 4 MiB here instead of 64: snapshots free whole files, and what the newest ones hold is read in both arms.',
  metrics: [
    ...LENGTHS.map((entries) => ({ name: nameOf(entries), unit: 'ms', better: 'lower' as const })),
    { name: 'per-entry', unit: 'µs', better: 'lower', scale: 'difference' },
  ],
  repeats: 6,
  warmUp: false,
  cost: 'minutes',
  begin: async (context) => sessionOf((arm) => run(context, arm)),
};

function nameOf(entries: number): string {
  return `recovery-${entries / 1_000}k`;
}

async function run(context: ExperimentContext, arm: string): Promise<Values> {
  const times: Record<string, number> = {};
  for (const entries of LENGTHS) times[nameOf(entries)] = await recoveryMs(context, arm, entries);
  const riseMs = times[nameOf(LONGEST)]! - times[nameOf(SHORTEST)]!;
  return { ...times, 'per-entry': (1e3 * riseMs) / (LONGEST - SHORTEST) };
}

async function recoveryMs(context: ExperimentContext, arm: string, entries: number): Promise<number> {
  context.signal.throwIfAborted();
  context.progress(`L7-${arm}: a log of ${entries} entries`);
  const directory = join(context.directory, `L7-${arm}-${entries}`);
  const shape: LogShape = { entries, keys: KEYS, valueBytes: VALUE_BYTES };
  try {
    const { planned, url } = await planLonelyNode(directory);
    await writeLog(planned.config, shape);
    const lastKey = logKey(entries, shape);
    if (arm === 'snapshot')
      await duringLife(planned.configPath, url, async () => {
        await untilServed(url, lastKey, context.signal);
        await askNode({ url }, 'POST', '/snapshot');
        // The log reaches back to the snapshot before the newest, should that one turn out damaged: only the second frees it.
        await overwrite(url, lastKey, VALUE_BYTES);
        await askNode({ url }, 'POST', '/snapshot');
        await untilFreed(planned.config.dataDir, context.signal);
      });
    const startMs = performance.now();
    return await duringLife(planned.configPath, url, async () => {
      await untilServed(url, lastKey, context.signal);
      const elapsedMs = performance.now() - startMs;
      const { gauges } = await fetchLayers(url);
      proveRecovery(arm, entries, gauges.runtime_snapshot_index ?? 0);
      return elapsedMs;
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** With a snapshot the node starts behind the last entry, without one at the first. @throws UnprovenError */
export function proveRecovery(arm: string, entries: number, snapshotIndex: number): void {
  const holds = arm === 'snapshot' ? snapshotIndex >= entries : snapshotIndex === 0;
  prove(holds, arm, `of ${entries} entries the newest snapshot covers ${snapshotIndex}`);
}

/** A life of the node that ends as a crash does. */
async function duringLife<Result>(
  configPath: string,
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const node = await NodeProcess.start(1, configPath, url);
  try {
    return await work();
  } finally {
    await node.kill();
  }
}
