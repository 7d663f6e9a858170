import type { Clock } from './clock.js';
import type { LockMeter, LockReading } from './lock.js';

/**
 * Counters and histograms, cumulative since the process started: a window is the difference of two readings.
 * Names are `<layer>_<what>_<unit>`: `io_fsync_ns`, `log_entries_total`. The layer is the folder that owns the metric.
 */
export interface Counter {
  readonly value: number;
  add(amount: number): void;
}

export interface Histogram {
  /** Values are non-negative; fractions are cut off. */
  record(value: number): void;
}

/** Where time is read, and nothing else. */
export type Stamps = Pick<Clock, 'nowNs'>;

export interface Metrics {
  /** The same name gives the same counter. */
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string): Histogram;
  /** `read` is called when somebody looks. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same name gives the same account. `users`: all who may wait for it or hold it. */
  lock<User extends string>(name: string, help: string, users: readonly User[]): LockMeter<User>;
  /** For stamps that end up in these metrics and nowhere else: `clock`, or one that stands still where nothing is measured. */
  stampsOf(clock: Stamps): Stamps;
}

export interface HistogramReading {
  readonly name: string;
  readonly help: string;
  readonly count: number;
  readonly sum: number;
  /** Lower edge and count of the buckets that are not empty, ascending. */
  readonly buckets: readonly (readonly [lower: number, count: number])[];
}

/** Everything that was counted, as somebody who looks sees it: the read side of `Metrics`. */
export interface MetricsSource {
  counters(): Iterable<{ readonly name: string; readonly help: string; readonly value: number }>;
  histograms(): Iterable<HistogramReading>;
  gauges(): Iterable<{ readonly name: string; readonly help: string; readonly value: number }>;
  locks(): Iterable<LockReading>;
}
