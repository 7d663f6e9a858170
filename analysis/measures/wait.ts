import type { LayerName, NodeWindow } from '../../results/schema/index.js';
import { translated } from '../language/language.js';
import { bucketMiddle } from '../statistics/histogram.js';
import { MEASURED_PASS } from './locks.js';
import { combine, type Measured, map } from './measured.js';
import { histogramCount, histogramMean, histogramQuantile } from './node-measures.js';
import type { QueueDefinition } from './queues.js';

/** One place where something waits, in the words of the report's language. Nanoseconds. */
export interface Wait {
  readonly layer: LayerName;
  readonly name: string;
  readonly what: string;
  /** Name of the asynchronous lock that is waited for; absent where it is none. */
  readonly lock?: string;
  readonly count: Measured;
  readonly meanNs: Measured;
  readonly p99Ns: Measured;
  readonly longestNs: Measured;
  /** Mean number that stood there at one wait. */
  readonly waiters: Measured;
  /** Lost by all waiters together in one second of the window: 1e9 is one waiter that stands there all the time. */
  readonly lostNsPerSecond: Measured;
  /** `measured pass`, or the probe. */
  readonly from: string;
}

export const NO_PERCENTILE = 'only sum, count and longest are kept of this wait';

/** A wait that the node keeps a histogram of. */
export function histogramWait(
  node: NodeWindow,
  queue: Pick<QueueDefinition, 'histogram' | 'layer' | 'name' | 'what'>,
  waiters: Measured,
): Wait {
  const { histogram, layer, name, what } = queue;
  const mean = histogramMean(node, histogram);
  const count = histogramCount(node, histogram);
  const perSecond = combine(mean, count, (ns, times) => (ns * times) / node.seconds);
  return {
    layer,
    name: translated(name),
    what: translated(what),
    count,
    meanNs: mean,
    p99Ns: histogramQuantile(node, histogram, 0.99),
    longestNs: map(mean, () => bucketMiddle(node.histograms[histogram]?.buckets.at(-1)?.[0] ?? 0)),
    waiters,
    lostNsPerSecond: combine(perSecond, waiters, (ns, each) => ns * each),
    from: MEASURED_PASS,
  };
}
