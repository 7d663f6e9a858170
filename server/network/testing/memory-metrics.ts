import type { LockMeter, LockReading } from '../../ports/lock.js';
import type {
  Counter,
  Histogram,
  HistogramReading,
  Metrics,
  MetricsSource,
  Stamps,
} from '../../ports/metrics.js';

/** Metrics that a test can look into; histograms have one bucket a value. */
export class MemoryMetrics implements Metrics, MetricsSource {
  readonly #counters = new Map<string, { help: string; value: number; add(amount: number): void }>();
  readonly #histograms = new Map<string, { help: string; values: number[]; record(value: number): void }>();
  readonly #gauges = new Map<string, { help: string; read: () => number }>();

  counter(name: string, help: string): Counter {
    const existing = this.#counters.get(name);
    if (existing !== undefined) return existing;
    const counter = {
      help,
      value: 0,
      add(amount: number): void {
        counter.value += amount;
      },
    };
    this.#counters.set(name, counter);
    return counter;
  }

  histogram(name: string, help: string): Histogram {
    const existing = this.#histograms.get(name);
    if (existing !== undefined) return existing;
    const values: number[] = [];
    const histogram = { help, values, record: (value: number): void => void values.push(value) };
    this.#histograms.set(name, histogram);
    return histogram;
  }

  gauge(name: string, help: string, read: () => number): void {
    this.#gauges.set(name, { help, read });
  }

  /** The network layer has no locks; a test may say what others have. */
  readonly lockReadings: LockReading[] = [];

  lock(): LockMeter {
    throw new Error('the network layer has no locks');
  }

  locks(): Iterable<LockReading> {
    return this.lockReadings;
  }

  stampsOf(clock: Stamps): Stamps {
    return clock;
  }

  value(name: string): number {
    const counter = this.#counters.get(name);
    if (counter === undefined) throw new Error(`no counter ${name}`);
    return counter.value;
  }

  recorded(name: string): readonly number[] {
    const histogram = this.#histograms.get(name);
    if (histogram === undefined) throw new Error(`no histogram ${name}`);
    return histogram.values;
  }

  reading(name: string): number {
    const gauge = this.#gauges.get(name);
    if (gauge === undefined) throw new Error(`no gauge ${name}`);
    return gauge.read();
  }

  *counters(): Iterable<{ name: string; help: string; value: number }> {
    for (const [name, { help, value }] of this.#counters) yield { name, help, value };
  }

  *gauges(): Iterable<{ name: string; help: string; value: number }> {
    for (const [name, { help, read }] of this.#gauges) yield { name, help, value: read() };
  }

  *histograms(): Iterable<HistogramReading> {
    for (const [name, { help, values }] of this.#histograms) {
      const buckets = [...values].sort((a, b) => a - b).map((value) => [value, 1] as const);
      yield { name, help, count: values.length, sum: values.reduce((sum, value) => sum + value, 0), buckets };
    }
  }
}
