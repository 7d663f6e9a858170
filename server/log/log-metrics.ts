import type { LogStorage } from '../ports/log-storage.js';
import type { Counter, Histogram, Metrics } from '../ports/metrics.js';

/** What the log counts; the fsync ledger of `io/` counts the calls below it. */
export interface LogMetrics {
  readonly appends: Counter;
  readonly entries: Counter;
  readonly bytes: Counter;
  readonly batches: Counter;
  readonly rotations: Counter;
  readonly encodeNs: Histogram;
  readonly writeNs: Histogram;
  readonly batchEntries: Histogram;
}

export function logMetrics(metrics: Metrics): LogMetrics {
  return {
    appends: metrics.counter('log_appends_total', 'Appends acknowledged.'),
    entries: metrics.counter('log_entries_total', 'Entries written.'),
    bytes: metrics.counter('log_bytes_total', 'Bytes written, headers and marks included.'),
    batches: metrics.counter('log_batches_total', 'Writes, each with one batch.'),
    rotations: metrics.counter('log_rotations_total', 'Changes to the next segment.'),
    encodeNs: metrics.histogram('log_encode_ns', 'Encoding of one batch.'),
    writeNs: metrics.histogram('log_write_ns', 'Write of one batch, submission to callback.'),
    batchEntries: metrics.histogram('log_batch_entries', 'Entries in one batch.'),
  };
}

/** What is read when somebody asks. */
export function watchLog(metrics: Metrics, log: Omit<LogStorage, 'recovered'>): void {
  metrics.gauge('log_pending_appends', 'Appends not yet acknowledged.', () => log.pendingAppends);
  metrics.gauge('log_pending_bytes', 'Bytes of entries not yet acknowledged.', () => log.pendingBytes);
  metrics.gauge('log_segment_bytes', 'Bytes of the segments on disk.', () => log.health.segmentBytes);
  metrics.gauge('log_disk_full', '1 while the disk has no room for what waits, else 0.', () =>
    Number(log.health.isFull),
  );
}
