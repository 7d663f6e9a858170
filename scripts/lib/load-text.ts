import type { LoadSummary, Percentiles } from '../../results/schema/index.js';
import { describeHistory } from './history-text.js';
import { textTable } from './output.js';
import type { ThresholdResult } from './threshold.js';

/** One load run for a terminal. A run that failed its own audit says so on the first line. */
export function describeSummary(summary: LoadSummary, thresholds: readonly ThresholdResult[]): string {
  const { audit, operations, verification, errors } = summary;
  const history = summary.history ?? null;
  const lines: string[] = [];
  // What breaks the promise of the store comes before every number.
  if (history !== null && history.verdict !== 'linearizable') lines.push(describeHistory(history));
  if (audit.verdict !== 'ok') lines.push(`SUSPECT: ${audit.reasons.join('; ')}`);
  lines.push(
    `${Math.round(summary.throughputPerSecond)} requests per second · ${summary.clients} clients · ${summary.durationSeconds.toFixed(1)} s · ${operations.put} puts, ${operations.get} gets`,
    '',
    latencyTable(summary),
  );
  if (errors.length > 0) lines.push('', `errors: ${errors.map((e) => `${e.kind} ${e.count}`).join(', ')}`);
  if (verification !== null)
    lines.push(
      '',
      `read back: ${verification.acknowledgedWrites} acknowledged writes on ${verification.keysChecked} keys, ${verification.lost} lost (${verification.stale} stale), ${verification.unreadable} unreadable`,
    );
  if (history?.verdict === 'linearizable') lines.push('', describeHistory(history));
  if (thresholds.length > 0) lines.push('', ...thresholds.map(describeThreshold));
  return lines.join('\n');
}

const COLUMNS = ['p50', 'p90', 'p99', 'p999', 'max'] as const;

function latencyTable({ latency }: LoadSummary): string {
  const row = (name: string, values: Percentiles) => [
    name,
    milliseconds(values.count === 0 ? null : values.mean),
    ...COLUMNS.map((column) => milliseconds(values.count === 0 ? null : values[column])),
  ];
  return textTable([
    ['latency, ms', 'mean', ...COLUMNS],
    row('response', latency.response),
    row('service', latency.service),
    ...(latency.put === null ? [] : [row('put', latency.put)]),
    ...(latency.get === null ? [] : [row('get', latency.get)]),
  ]);
}

/** A percentile that the sample is too small for is a tilde. */
function milliseconds(us: number | null): string {
  return us === null ? '~' : (us / 1000).toFixed(2);
}

function describeThreshold({ threshold, actual, met }: ThresholdResult): string {
  if (met === null) return `unknown  ${threshold}  (the sample is too small)`;
  return `${met ? 'met    ' : 'MISSED '}  ${threshold}  (measured ${Number(actual!.toPrecision(4))})`;
}
