import { SYNC_CAUSES, type SyncCause, type SyncLabel } from '../ports/file-system.js';
import type { Counter, Histogram, Metrics } from '../ports/metrics.js';
import type { SyncRecord } from '../ports/sync-history.js';
import type { SyncLog } from './sync-ring.js';

/**
 * The account of every write and every sync: how many, why, how long, and how many entries and bytes shared
 * one.
 *
 * Durations are as JavaScript saw them, from submission to callback: kernel time plus the wait for a libuv
 * pool thread plus the wake-up of the event loop. What the kernel alone took is a probe's business.
 *
 * Calls that no request waits for (preallocation, snapshots, directories) are counted like all others, but their
 * durations go to `io_write_background_ns` and `io_fsync_background_ns`: a 4 MiB preallocation would
 * otherwise be read as the tail of commit latency.
 */
export class FsyncLedger {
  readonly #writes: Counter;
  readonly #writeBytes: Counter;
  readonly #writeNs: Histogram;
  readonly #syncs: Counter;
  readonly #causes: Readonly<Record<SyncCause, Counter>>;
  readonly #syncNs: Histogram;
  readonly #syncEntries: Histogram;
  readonly #syncBytes: Histogram;
  readonly #writeBackgroundNs: Histogram;
  readonly #syncBackgroundNs: Histogram;
  /** Each sync by itself, with its stamps. */
  readonly #log: SyncLog;

  constructor(metrics: Metrics, log: SyncLog) {
    this.#log = log;
    this.#writes = metrics.counter('io_writes_total', 'Write calls.');
    this.#writeBytes = metrics.counter('io_write_bytes_total', 'Bytes handed to write calls.');
    this.#writeNs = metrics.histogram('io_write_ns', 'Write into the page cache, submission to callback.');
    this.#syncs = metrics.counter(
      'io_fsyncs_total',
      'Syncs of files and directories, O_DSYNC writes included.',
    );
    this.#causes = Object.fromEntries(
      SYNC_CAUSES.map((cause) => [cause, metrics.counter(causeMetric(cause), `Syncs because of: ${cause}.`)]),
    ) as Record<SyncCause, Counter>;
    this.#syncNs = metrics.histogram('io_fsync_ns', 'Sync that somebody waits for, submission to callback.');
    this.#syncEntries = metrics.histogram('io_fsync_entries', 'Log entries made durable by one sync.');
    this.#syncBytes = metrics.histogram('io_fsync_bytes', 'Bytes made durable by one sync.');
    this.#writeBackgroundNs = metrics.histogram(
      'io_write_background_ns',
      'Write of zeros ahead of need, submission to callback.',
    );
    this.#syncBackgroundNs = metrics.histogram(
      'io_fsync_background_ns',
      'Sync that no request waits for (preallocation, directory), submission to callback.',
    );
  }

  /** A write that returned from the page cache. */
  wrote(bytes: number, durationNs: number): void {
    this.#writes.add(1);
    this.#writeBytes.add(bytes);
    this.#writeNs.record(durationNs);
  }

  /** A write that prepares a file nobody uses yet. */
  wroteInBackground(bytes: number, durationNs: number): void {
    this.#writes.add(1);
    this.#writeBytes.add(bytes);
    this.#writeBackgroundNs.record(durationNs);
  }

  /** A write to an O_DSYNC file: one call that is a write by its bytes and a sync by its time. */
  wroteSynced(bytes: number, label: SyncLabel, submittedNs: number, doneNs: number): void {
    this.#writes.add(1);
    this.#writeBytes.add(bytes);
    this.synced('write', label, submittedNs, doneNs);
  }

  synced(call: SyncRecord['call'], label: SyncLabel, submittedNs: number, doneNs: number): void {
    const durationNs = doneNs - submittedNs;
    this.#log.add(call, label, submittedNs, doneNs);
    this.#syncs.add(1);
    this.#causes[label.cause].add(1);
    if (BACKGROUND_CAUSES.has(label.cause)) {
      this.#syncBackgroundNs.record(durationNs);
      return;
    }
    this.#syncNs.record(durationNs);
    this.#syncEntries.record(label.entries);
    this.#syncBytes.record(label.bytes);
  }
}

/** No request waits for these. */
const BACKGROUND_CAUSES: ReadonlySet<SyncCause> = new Set([
  'preallocate',
  'directory',
  'snapshot',
  'identity',
]);

function causeMetric(cause: SyncCause): string {
  return `io_fsync_cause_${cause.replaceAll('-', '_')}_total`;
}
