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
const [SHORTEST, MIDDLE, LONGEST] = LENGTHS;
/** As much more as this, a time still counts as fixed: the start of the process varies by some of it. */
const FIXED_MAX = 1.25;
/** Between these the rise counts as linear: one with the square of the length would be 6 times as steep, one with its root a third. */
const LINEAR = { low: 0.5, high: 2 };
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
      { metric: 'growth', arm: 'no-snapshot', against: null, low: FIXED_MAX, high: null },
      { metric: 'steepness', arm: 'no-snapshot', against: null, ...LINEAR },
      { metric: 'growth', arm: 'snapshot', against: null, low: null, high: FIXED_MAX },
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
    'The start of the process is part of every figure and the same in both arms; `per-entry-200k` and `per-entry-1000k` leave it out: they are the rise from 2,000 to 200,000 and from there to 1,000,000 entries. `steepness` is the second over the first, 1 where growth is linear, and counts as that between 0.5 and 2. `growth` is the time with the longest log over that with the shortest, and counts as fixed up to 1.25. A file of the log has 4 MiB here instead of 64: snapshots free whole files, and what the newest ones hold is read in both arms.',
  metrics: [
    ...LENGTHS.map((entries) => ({ name: nameOf(entries), unit: 'ms', better: 'lower' as const })),
    { name: slopeOf(MIDDLE), unit: 'µs', better: 'lower', scale: 'difference' },
    { name: slopeOf(LONGEST), unit: 'µs', better: 'lower', scale: 'difference' },
    { name: 'steepness', unit: 'x', better: 'lower' },
    { name: 'growth', unit: 'x', better: 'lower' },
  ],
  repeats: 6,
  warmUp: false,
  cost: 'minutes',
  begin: async (context) => sessionOf((arm) => run(context, arm)),
};

function nameOf(entries: number): string {
  return `recovery-${entries / 1_000}k`;
}

function slopeOf(entries: number): string {
  return `per-entry-${entries / 1_000}k`;
}

async function run(context: ExperimentContext, arm: string): Promise<Values> {
  const ms: number[] = [];
  for (const entries of LENGTHS) ms.push(await recoveryMs(context, arm, entries));
  const times = Object.fromEntries(LENGTHS.map((entries, at) => [nameOf(entries), ms[at]!]));
  return { ...times, ...growthOf(arm, ms as [number, number, number]) };
}

/** How recovery time, in milliseconds for each length, grows with the log. */
export function growthOf(
  arm: string,
  [shortest, middle, longest]: readonly [number, number, number],
): Values {
  const first = (1e3 * (middle - shortest)) / (MIDDLE - SHORTEST);
  const second = (1e3 * (longest - middle)) / (LONGEST - MIDDLE);
  // With a snapshot both rises are noise about nothing, and so would be their ratio.
  const isSteep = arm === 'no-snapshot' && first > 0 && second > 0;
  return {
    [slopeOf(MIDDLE)]: first,
    [slopeOf(LONGEST)]: second,
    steepness: isSteep ? second / first : null,
    growth: longest / shortest,
  };
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
