import { type Metric, Registry } from 'prom-client';
import type { HistogramReading, MetricsSource } from '../../ports/metrics.js';

/** Seconds, 10 µs to 10 s. */
const secondsBounds = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1, 2.5, 5, 10,
];
/** Counts and bytes: powers of four up to 2^30. */
const countBounds = Array.from({ length: 16 }, (_, exponent) => 4 ** exponent);
const nsPerSecond = 1e9;

interface Value {
  readonly value: number;
  readonly labels: Record<string, string | number>;
  readonly metricName?: string;
}

/**
 * The text that Prometheus scrapes. Names get the prefix `strata_`; nanoseconds become seconds, the unit Prometheus
 * asks for. The registry is built per scrape: metrics appear when their layer first counts.
 */
export function prometheusText(source: MetricsSource): Promise<string> {
  const registry = new Registry();
  const register = (name: string, help: string, type: string, values: readonly Value[]): void => {
    const reading = { name, help, type, values, aggregator: 'sum' };
    const metric = { ...reading, get: () => Promise.resolve(reading) };
    registry.registerMetric(metric as unknown as Metric);
  };
  for (const { name, help, value } of source.counters()) {
    register(`strata_${name}`, help, 'counter', [{ value, labels: {} }]);
  }
  for (const { name, help, value } of source.gauges()) {
    register(`strata_${name}`, help, 'gauge', [{ value, labels: {} }]);
  }
  for (const histogram of source.histograms()) {
    const isTime = histogram.name.endsWith('_ns');
    const name = isTime ? `strata_${histogram.name.slice(0, -3)}_seconds` : `strata_${histogram.name}`;
    register(name, histogram.help, 'histogram', histogramValues(name, histogram, isTime));
  }
  return registry.metrics();
}

export const prometheusContentType: string = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Cumulative buckets. A source bucket counts under the first bound that is not below its lower edge, so a value may
 * stand one source bucket too low, never more.
 */
function histogramValues(name: string, histogram: HistogramReading, isTime: boolean): Value[] {
  const scale = isTime ? nsPerSecond : 1;
  const bounds = isTime ? secondsBounds : countBounds;
  const values: Value[] = [];
  let cumulative = 0;
  let next = 0;
  for (const bound of bounds) {
    for (; next < histogram.buckets.length; next++) {
      const [lower, count] = histogram.buckets[next]!;
      if (lower > bound * scale) break;
      cumulative += count;
    }
    values.push({ metricName: `${name}_bucket`, labels: { le: bound }, value: cumulative });
  }
  values.push({ metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: histogram.count });
  values.push({ metricName: `${name}_sum`, labels: {}, value: histogram.sum / scale });
  values.push({ metricName: `${name}_count`, labels: {}, value: histogram.count });
  return values;
}
