import { type Metric, Registry } from 'prom-client';
import type { LockReading } from '../../ports/lock.js';
import type { HistogramReading, MetricsSource } from '../../ports/metrics.js';

/** Seconds, 10 µs to 10 s. */
const secondsBounds = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1, 2.5, 5, 10,
];
/** Counts and bytes: powers of four up to 2^30. */
const countBounds = Array.from({ length: 16 }, (_, exponent) => 4 ** exponent);

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** All that stands under one HELP and TYPE. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

export const prometheusContentType: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** The text that Prometheus scrapes. The registry is built per scrape: metrics appear when their layer first counts. */
export function prometheusText(families: Iterable<Family>): Promise<string> {
  const registry = new Registry();
  for (const { name, help, type, samples } of families) {
    const reading = { name, help, type, values: samples, aggregator: 'sum' };
    const metric = { ...reading, get: () => Promise.resolve(reading) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry.metrics();
}

/**
 * What the layers count, under the names that Prometheus' conventions ask for: the prefix `strata_`, base units (seconds, bytes, ratios) and
 * `_total` on what only grows. The names inside the process, which the report uses, stay as they are.
 */
export function* layerFamilies(source: MetricsSource): Generator<Family> {
  for (const { name, help, value } of source.counters())
    yield single(exposed(name, true), help, 'counter', value);
  for (const { name, help, value } of source.gauges()) {
    // A gauge is how a number that is kept elsewhere is read; one that only grows is a counter all the same.
    const isCounter = name.endsWith('_total');
    yield single(exposed(name, isCounter), help, isCounter ? 'counter' : 'gauge', value);
  }
  for (const histogram of source.histograms()) {
    const { name, scale } = exposed(histogram.name, false);
    yield {
      name,
      help: histogram.help,
      type: 'histogram',
      samples: histogramSamples(name, histogram, scale),
    };
  }
  yield* lockFamilies([...source.locks()]);
}

const NS_PER_SECOND = 1e9;

/** One family a figure, one line a lock; none where there are no locks. */
function* lockFamilies(locks: readonly LockReading[]): Generator<Family> {
  if (locks.length === 0) return;
  const family = (name: string, help: string, value: (lock: LockReading) => number): Family => ({
    name: `strata_lock_${name}`,
    help,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    samples: locks.map((lock) => ({ value: value(lock), labels: labelsOf(lock) })),
  });
  yield family('acquisitions_total', 'Times that somebody got the lock.', (lock) => lock.acquisitions);
  yield family('contended_total', 'Times that somebody else was in the way.', (lock) => lock.contended);
  yield family('wait_seconds_total', 'Waits, each once a waiter.', (lock) => lock.waitNs / NS_PER_SECOND);
  yield family(
    'hold_seconds_total',
    'Holds that somebody waited for.',
    (lock) => lock.holdNs / NS_PER_SECOND,
  );
  yield family(
    'hand_off_seconds_total',
    'Release until the next holder ran.',
    (lock) => lock.handOffNs / NS_PER_SECOND,
  );
  yield family('wait_seconds_max', 'Longest wait since the start.', (lock) => lock.waitNsMax / NS_PER_SECOND);
  yield family('waiters_max', 'Most waiters at a time since the start.', (lock) => lock.waitersMax);
  yield {
    name: 'strata_lock_blame_seconds_total',
    help: 'Waits of all others, charged to who held the lock meanwhile.',
    type: 'counter',
    samples: locks.flatMap((lock) =>
      lock.holders.map(({ who, blameNs }) => ({
        value: blameNs / NS_PER_SECOND,
        labels: { ...labelsOf(lock), holder: who },
      })),
    ),
  };
}

function labelsOf({ layer, name }: LockReading): Readonly<Record<string, string>> {
  return { layer, lock: name };
}

interface Exposed {
  readonly name: string;
  /** How many of the inner unit make one of the exposed. */
  readonly scale: number;
}

const units: readonly (readonly [suffix: string, exposed: string, scale: number])[] = [
  ['_ns', '_seconds', 1e9],
  ['_us', '_seconds', 1e6],
  ['_ms', '_seconds', 1e3],
  ['_utilization', '_utilization_ratio', 1],
];

export function exposed(innerName: string, isCounter: boolean): Exposed {
  const stem = innerName.replace(/_total$/, '');
  const total = isCounter ? '_total' : '';
  for (const [suffix, unit, scale] of units) {
    if (stem.endsWith(suffix))
      return { name: `strata_${stem.slice(0, -suffix.length)}${unit}${total}`, scale };
  }
  return { name: `strata_${stem}${total}`, scale: 1 };
}

function single({ name, scale }: Exposed, help: string, type: 'counter' | 'gauge', value: number): Family {
  return { name, help, type, samples: [{ value: value / scale, labels: {} }] };
}

/**
 * Cumulative buckets. A source bucket counts under the first bound that is not below its lower edge, so a value may
 * stand one source bucket too low, never more.
 */
function histogramSamples(name: string, histogram: HistogramReading, scale: number): Sample[] {
  const bounds = scale === 1 ? countBounds : secondsBounds;
  const samples: Sample[] = [];
  let cumulative = 0;
  let next = 0;
  for (const bound of bounds) {
    for (; next < histogram.buckets.length; next++) {
      const [lower, count] = histogram.buckets[next]!;
      if (lower > bound * scale) break;
      cumulative += count;
    }
    samples.push({ metricName: `${name}_bucket`, labels: { le: bound }, value: cumulative });
  }
  samples.push({ metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: histogram.count });
  samples.push({ metricName: `${name}_sum`, labels: {}, value: histogram.sum / scale });
  samples.push({ metricName: `${name}_count`, labels: {}, value: histogram.count });
  return samples;
}
