import { Random } from '../../../../loadgen/random.js';
import { AsyncLock } from '../../../../server/runtime/async-lock.js';
import { SystemClock } from '../../../../server/runtime/host/system-clock.js';
import { MetricsRegistry } from '../../../../server/runtime/metrics-registry.js';
import { createSkipList } from '../../../../server/state/lab/skip-list.js';
import { createOrderedMap, type OrderedRecords } from '../../../../server/state/ordered-records.js';
import type { Experiment, ExperimentContext, Session } from '../../experiment.js';
import { ratePerSecond, ratePerSecondSync } from './timing.js';

const KEYS = 50_000;
const RANGE_KEYS = 100;
const READERS = 32;
/** Reads between two looks at the clock. */
const READS_A_LOOK = 64;
const QUICK_SECONDS = 0.2;
const SECONDS = 1;

/** C6: reads of a skip list behind a lock, without it, and of what the store uses. */
export const orderedReads: Experiment = {
  id: 'C6',
  claims: ['C6'],
  title: 'Reads: a locked skip list, a skip list, the ordered map',
  question: 'How many more reads does a store serve whose readers need not wait for each other?',
  document: {
    says: 'A lock that readers share instead of one coarse lock around the skip list brings 200 to 400 % where reads prevail. On one event loop readers without a lock are what readers that share one are among threads.',
    effects: [
      { metric: 'points', arm: 'skip-list', against: 'locked-skip-list', low: 3, high: 5, bound: 'lower' },
      { metric: 'ranges', arm: 'skip-list', against: 'locked-skip-list', low: 3, high: 5, bound: 'lower' },
      { metric: 'points', arm: 'ordered-map', against: 'locked-skip-list', low: 3, high: 5, bound: 'lower' },
      { metric: 'ranges', arm: 'ordered-map', against: 'locked-skip-list', low: 3, high: 5, bound: 'lower' },
    ],
  },
  arms: [
    {
      name: 'locked-skip-list',
      what: 'A skip list behind one lock that every read takes and gives back.',
    },
    { name: 'skip-list', what: 'The skip list without the lock.' },
    { name: 'ordered-map', what: 'The map with an index of its keys that every node has, without a lock.' },
  ],
  workload: `${READERS} readers of a store of 50,000 keys: single keys, then ranges of ${RANGE_KEYS} keys, all drawn from the seed.`,
  limits:
    'One thread owns the state, so the lock costs the hand-over from reader to reader and no waiting for work that runs beside it. Threads would lose more to a coarse lock, and a processor for every reader would win more without one: the measured gain is a lower bound.',
  metrics: [
    { name: 'points', unit: '1/s', better: 'higher' },
    { name: 'ranges', unit: '1/s', better: 'higher' },
  ],
  repeats: 7,
  warmUp: true,
  cost: 'seconds',
  begin,
};

async function begin({ quick, seed }: ExperimentContext): Promise<Session> {
  const stores: Readonly<Record<string, OrderedRecords<number>>> = {
    'skip-list': filled(createSkipList(), seed),
    'ordered-map': filled(createOrderedMap(), seed),
  };
  const lock = new AsyncLock(
    new MetricsRegistry().lock('state_coarse_lock', 'One coarse lock around a store.', ['reader']),
    new SystemClock(),
  );
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  return {
    run: async (arm) => {
      const isLocked = arm === 'locked-skip-list';
      const store = stores[isLocked ? 'skip-list' : arm]!;
      const random = new Random(seed, 1);
      const point = () => readPoint(store, random);
      const range = () => readRange(store, random);
      return {
        points: isLocked ? await locked(lock, seconds, point) : unlocked(seconds, point),
        ranges: isLocked ? await locked(lock, seconds, range) : unlocked(seconds, range),
      };
    },
    end: async () => {},
  };
}

/** Readers that never wait: one after the other is all that one thread can do. */
function unlocked(seconds: number, read: () => void): number {
  return ratePerSecondSync(seconds, () => {
    for (let done = 0; done < READS_A_LOOK; done += 1) read();
    return READS_A_LOOK;
  });
}

async function locked(lock: AsyncLock<'reader'>, seconds: number, read: () => void): Promise<number> {
  const rates = await Promise.all(
    Array.from({ length: READERS }, () =>
      ratePerSecond(seconds, async () => {
        for (let done = 0; done < READS_A_LOOK; done += 1) {
          const release = await lock.acquire('reader');
          read();
          release();
        }
        return READS_A_LOOK;
      }),
    ),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

function readPoint(store: OrderedRecords<number>, random: Random): void {
  const at = random.nextBelow(KEYS);
  const found = store.get(keyOf(at));
  if (found !== at) throw new Error(`key ${at} gave ${found}`);
}

function readRange(store: OrderedRecords<number>, random: Random): void {
  const first = random.nextBelow(KEYS - RANGE_KEYS);
  const cursor = store.cursor(keyOf(first));
  for (let at = first; at < first + RANGE_KEYS; at += 1) {
    const key = cursor.next();
    const found = key === undefined ? undefined : store.get(key);
    if (found !== at) throw new Error(`key ${at} of a range gave ${found}`);
  }
}

/** In no order, as clients write them. */
function filled(store: OrderedRecords<number>, seed: number): OrderedRecords<number> {
  const random = new Random(seed);
  const order = Array.from({ length: KEYS }, (_, at) => at);
  for (let left = KEYS - 1; left > 0; left -= 1) {
    const other = random.nextBelow(left + 1);
    [order[left], order[other]] = [order[other]!, order[left]!];
  }
  for (const at of order) store.add(keyOf(at), at);
  return store;
}

function keyOf(at: number): string {
  return `key-${String(at).padStart(8, '0')}`;
}
