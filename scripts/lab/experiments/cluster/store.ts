import type { NodeWindow } from '../../../../results/schema/index.js';
import type { ClaimedEffect, Metric } from '../../experiment.js';
import { clusterExperiment, type Values } from './cluster-experiment.js';
import { fillItems, itemKey } from './fill.js';
import type { LabCluster } from './lab-cluster.js';
import { labLocks, proveStateLock } from './lock-share.js';
import { prove, proveSwitch } from './proof.js';
import { type LoopRequest, type LoopResult, requestLoop } from './request-loop.js';
import type { LabSwitches } from './switches.js';

const CLIENTS = 50;
const KEYS = { quick: 10_000, full: 100_000 };
const RANGE_KEYS = 100;
/** Key names end in this many digits below a range's prefix: a hundred keys. */
const RANGE_DIGITS = 2;
/** One request in so many is a write, where reads prevail. */
const WRITE_EVERY = 10;
const VALUE = 'v'.repeat(128);

const ARMS: Readonly<Record<string, Required<Pick<LabSwitches, 'store' | 'lock'>>>> = {
  'locked-skip-list': { store: 'skip-list', lock: 'state' },
  'skip-list': { store: 'skip-list', lock: 'none' },
  'ordered-map': { store: 'ordered-map', lock: 'none' },
};

/** What the clients ask for, by the name of its metric. */
const WORKLOADS: Readonly<Record<string, (at: number, keys: number) => LoopRequest>> = {
  points: pointRequest,
  ranges: rangeRequest,
  mixed: (at, keys) => (at % WRITE_EVERY === 0 ? writeRequest(at, keys) : pointRequest(at, keys)),
};
const WORKLOAD_NAMES = Object.keys(WORKLOADS);

export const store = clusterExperiment({
  id: 'C6-cluster',
  claims: ['C6'],
  title: 'Skip list and ordered map behind a server',
  question: 'What do clients notice of the store behind their reads, and of its lock?',
  document: {
    says: 'A skip list that readers share instead of locking it coarsely serves 200–400 % more reads where reads prevail.',
    effects: WORKLOAD_NAMES.map(
      (metric): ClaimedEffect => ({
        metric,
        arm: 'skip-list',
        against: 'locked-skip-list',
        low: 3,
        high: 5,
        bound: 'lower',
      }),
    ),
  },
  arms: [
    {
      name: 'locked-skip-list',
      what: 'A skip list behind one lock that every read holds while it looks its keys up, and every apply.',
    },
    { name: 'skip-list', what: 'The same list without the lock: readers never wait for each other.' },
    { name: 'ordered-map', what: 'The ordered map that every node has.' },
  ],
  workload: `Three nodes hold 100,000 keys (10,000 with --quick); ${CLIENTS} clients ask the leader for single keys, then for ranges of ${RANGE_KEYS}, then for single keys with one write in ten requests. All reads are linearizable.`,
  limits:
    'One thread serves all readers, so a lock costs them its queue and never a processor: threads would lose more to it, and the measured gain is a lower bound. Parsing a request and writing its answer cost far more than looking up a key: the store alone is compared by C6.',
  metrics: WORKLOAD_NAMES.flatMap((name): Metric[] => [
    { name, unit: '1/s', better: 'higher' },
    { name: `${name}-p50`, unit: 'ms', better: 'lower' },
  ]),
  repeats: 6,
  cost: 'minutes',
  setup: (arm) => ({ switches: ARMS[arm]! }),
  measure: measureStore,
});

async function measureStore(lab: LabCluster, arm: string): Promise<Values> {
  const { url } = await lab.leader();
  const keys = lab.quick ? KEYS.quick : KEYS.full;
  await fillItems({ url, keys, valueBytes: VALUE.length, signal: lab.signal });
  await proveRange(arm, url);
  const values: Record<string, number | null> = {};
  for (const [name, requestAt] of Object.entries(WORKLOADS)) {
    const { perSecond, p50Ms } = await measureRequests(lab, arm, (at) => requestAt(at, keys));
    values[name] = perSecond;
    values[`${name}-p50`] = p50Ms;
  }
  return values;
}

async function measureRequests(
  lab: LabCluster,
  arm: string,
  requestAt: (at: number) => LoopRequest,
): Promise<LoopResult> {
  const { url } = await lab.leader();
  let at = 0;
  const loop = { clients: CLIENTS, signal: lab.signal, next: () => requestAt(at++) };
  const { primeRequests, primeSeconds, windowSeconds } = lab.times;
  await requestLoop({ ...loop, url, seconds: primeSeconds, answers: primeRequests });
  const { window, result } = await lab.steadyWindow((leader) =>
    requestLoop({ ...loop, url: leader, seconds: windowSeconds }),
  );
  const { answered, failed } = result;
  prove(answered > 0 && failed === 0, arm, `${failed} requests failed beside ${answered} answers`);
  proveStore(arm, window.leader, (answered * (WRITE_EVERY - 1)) / WRITE_EVERY);
  return result;
}

function pointRequest(at: number, keys: number): LoopRequest {
  return { method: 'GET', path: `/kv/${itemKey((at * 7_919) % keys)}` };
}

function writeRequest(at: number, keys: number): LoopRequest {
  return { method: 'PUT', path: `/kv/${itemKey((at * 7_919) % keys)}`, body: VALUE };
}

function rangeRequest(at: number, keys: number): LoopRequest {
  const block = (at * 7) % (keys / RANGE_KEYS);
  const prefix = itemKey(block * RANGE_KEYS).slice(0, -RANGE_DIGITS);
  return { method: 'GET', path: `/kv?prefix=${prefix}&limit=${RANGE_KEYS}` };
}

/** The store is the arm's, and a locked one is locked by so many reads at least. @throws UnprovenError */
export function proveStore(arm: string, leader: NodeWindow, reads: number): void {
  const { store, lock } = ARMS[arm]!;
  proveSwitch(arm, leader.config, 'store', store);
  proveSwitch(arm, leader.config, 'lock', lock);
  const locks = labLocks(leader);
  const names = locks.map(({ name }) => name).join(', ') || 'none';
  // No lock of the log: its writes are compared by C3.
  prove(names === (lock === 'none' ? 'none' : 'apply_lock'), arm, `its locks are ${names}`);
  if (lock !== 'none') proveStateLock(arm, locks, reads);
}

/** A range holds the keys that were written, in their order. @throws UnprovenError */
async function proveRange(arm: string, url: string): Promise<void> {
  const prefix = itemKey(RANGE_KEYS).slice(0, -RANGE_DIGITS);
  const response = await fetch(`${url}/kv?prefix=${prefix}&encoding=utf8`, {
    signal: AbortSignal.timeout(10_000),
  });
  const { items } = (await response.json()) as { items: readonly { readonly key: string }[] };
  const expected = Array.from({ length: RANGE_KEYS }, (_, at) => itemKey(RANGE_KEYS + at));
  const isRight = items.map(({ key }) => key).join() === expected.join();
  prove(isRight, arm, `a range holds ${items.length} keys from ${items[0]?.key ?? 'nowhere'} on`);
}
