import { CliError } from '../../../lib/cli-error.js';
import { clusterExperiment } from './cluster-experiment.js';
import { fillItems, itemKey } from './fill.js';
import type { LabCluster } from './lab-cluster.js';
import { prove, proveSwitch } from './proof.js';
import { type LoopRequest, type LoopResult, requestLoop } from './request-loop.js';
import type { LabSwitches } from './switches.js';

const CLIENTS = 50;
const KEYS = { quick: 10_000, full: 100_000 };
const RANGE_KEYS = 100;
/** Key names end in this many digits below a range's prefix: a hundred keys. */
const RANGE_DIGITS = 2;

export const store = clusterExperiment({
  id: 'C6-cluster',
  claims: ['C6'],
  title: 'Skip list and ordered map behind a server',
  question: 'What do clients notice of the store behind their reads?',
  document: {
    says: 'A skip list without its coarse lock serves 200–400 % more reads where reads prevail.',
    effects: [
      { metric: 'points', arm: 'ordered-map', against: 'skip-list', low: 3, high: 5 },
      { metric: 'ranges', arm: 'ordered-map', against: 'skip-list', low: 3, high: 5 },
    ],
  },
  arms: [
    { name: 'skip-list', what: 'A skip list behind one coarse lock.' },
    { name: 'ordered-map', what: 'The ordered map that every node has.' },
  ],
  workload: `Three nodes hold 100,000 keys (10,000 with --quick); ${CLIENTS} clients read single keys of the leader, then ranges of ${RANGE_KEYS}, both with the consistency \`stale\`, which asks nobody but the store.`,
  limits:
    'Parsing a request and writing its answer cost far more than looking up a key, and are the same in both arms: the store alone is compared by C6.',
  metrics: [
    { name: 'points', unit: '1/s', better: 'higher' },
    { name: 'points-p50', unit: 'ms', better: 'lower' },
    { name: 'ranges', unit: '1/s', better: 'higher' },
    { name: 'ranges-p50', unit: 'ms', better: 'lower' },
  ],
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: { store: arm as NonNullable<LabSwitches['store']> } }),
  measure: async (lab, arm) => {
    const { url } = await lab.leader();
    const keys = lab.quick ? KEYS.quick : KEYS.full;
    await fillItems({ url, keys, valueBytes: 128, signal: lab.signal });
    await proveRange(arm, url);
    const points = await measureReads(lab, arm, (at) => pointRequest((at * 7_919) % keys));
    const ranges = await measureReads(lab, arm, (at) => rangeRequest((at * 7) % (keys / RANGE_KEYS)));
    return {
      points: points.perSecond,
      'points-p50': points.p50Ms,
      ranges: ranges.perSecond,
      'ranges-p50': ranges.p50Ms,
    };
  },
});

async function measureReads(
  lab: LabCluster,
  arm: string,
  requestAt: (at: number) => LoopRequest,
): Promise<LoopResult> {
  const { url } = await lab.leader();
  let at = 0;
  const loop = { url, clients: CLIENTS, signal: lab.signal, next: () => requestAt(at++) };
  await requestLoop({ ...loop, seconds: lab.times.primeSeconds });
  let result: LoopResult | null = null;
  const window = await lab.window(async () => {
    result = await requestLoop({ ...loop, seconds: lab.times.windowSeconds });
  });
  if (window === null) throw new CliError('STRATA_LAB_UNSTEADY', `The lead moved while ${arm} was read.`);
  proveSwitch(arm, window.leader.config, 'store', arm);
  const { answered, failed } = result!;
  prove(answered > 0 && failed === 0, arm, `${failed} reads failed beside ${answered} answers`);
  return result!;
}

function pointRequest(at: number): LoopRequest {
  return { method: 'GET', path: `/kv/${itemKey(at)}?consistency=stale` };
}

function rangeRequest(block: number): LoopRequest {
  const prefix = itemKey(block * RANGE_KEYS).slice(0, -RANGE_DIGITS);
  return { method: 'GET', path: `/kv?prefix=${prefix}&limit=${RANGE_KEYS}&consistency=stale` };
}

/** A range holds the keys that were written, in their order. @throws UnprovenError */
async function proveRange(arm: string, url: string): Promise<void> {
  const { path } = rangeRequest(1);
  const response = await fetch(`${url}${path}&encoding=utf8`, { signal: AbortSignal.timeout(10_000) });
  const { items } = (await response.json()) as { items: readonly { readonly key: string }[] };
  const expected = Array.from({ length: RANGE_KEYS }, (_, at) => itemKey(RANGE_KEYS + at));
  const isRight = items.map(({ key }) => key).join() === expected.join();
  prove(isRight, arm, `a range holds ${items.length} keys from ${items[0]?.key ?? 'nowhere'} on`);
}
