import { InvalidArgumentError } from 'commander';
import type { LoadSummary } from '../../results/schema/index.js';

/** One demand on a load run, for example `p99<20ms`, `throughput>5000` or `errors<0.1%`. */
export interface Threshold {
  readonly text: string;
  readonly metric: string;
  readonly operator: '<' | '<=' | '>' | '>=';
  /** Microseconds for latencies, per second for throughput, share for errors. */
  readonly limit: number;
}

export interface ThresholdResult {
  readonly threshold: string;
  /** In the unit of `Threshold.limit`; null when the sample is too small to say. */
  readonly actual: number | null;
  /** Null: cannot be said. */
  readonly met: boolean | null;
}

const LATENCIES = ['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'p9999', 'max'] as const;
type Latency = (typeof LATENCIES)[number];
const MICROSECONDS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000 };
const PATTERN = /^(\w+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(us|ms|s|%)?$/;

/** Latencies are the response time, from the intended start of a request, in us, ms or s. */
export function parseThreshold(text: string): Threshold {
  const match = PATTERN.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("It must look like 'p99<20ms' or 'throughput>5000'.");
  const [, metric, operator, number, unit] = match as unknown as [string, string, string, string, string?];
  const limit = Number(number) * factor(metric, unit);
  return { text: text.trim(), metric, operator: operator as Threshold['operator'], limit };
}

function factor(metric: string, unit: string | undefined): number {
  if (isLatency(metric)) {
    const microseconds = MICROSECONDS[unit ?? ''];
    if (microseconds === undefined) throw new InvalidArgumentError(`${metric} needs a unit: us, ms or s.`);
    return microseconds;
  }
  if (metric === 'throughput') {
    if (unit !== undefined) throw new InvalidArgumentError('throughput is a bare number, per second.');
    return 1;
  }
  if (metric === 'errors') {
    if (unit !== undefined && unit !== '%')
      throw new InvalidArgumentError('errors is a share or a percentage.');
    return unit === '%' ? 0.01 : 1;
  }
  throw new InvalidArgumentError(`It knows ${LATENCIES.join(', ')}, throughput and errors.`);
}

export function evaluateThreshold(threshold: Threshold, summary: LoadSummary): ThresholdResult {
  const actual = measured(threshold.metric, summary);
  const met = actual === null ? null : holds(actual, threshold.operator, threshold.limit);
  return { threshold: threshold.text, actual, met };
}

function measured(metric: string, summary: LoadSummary): number | null {
  if (isLatency(metric)) return summary.operations.ok === 0 ? null : summary.latency.response[metric];
  if (metric === 'throughput') return summary.throughputPerSecond;
  const { total, ok } = summary.operations;
  return total === 0 ? null : (total - ok) / total;
}

function holds(actual: number, operator: Threshold['operator'], limit: number): boolean {
  if (operator === '<') return actual < limit;
  if (operator === '<=') return actual <= limit;
  return operator === '>' ? actual > limit : actual >= limit;
}

function isLatency(metric: string): metric is Latency {
  return (LATENCIES as readonly string[]).includes(metric);
}
