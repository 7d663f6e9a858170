import { InvariantError } from '../errors.js';
import type { LockMeter, LockReading } from '../ports/lock.js';
import type {
  Counter,
  Histogram,
  HistogramReading,
  Metrics,
  MetricsSource,
  Stamps,
} from '../ports/metrics.js';
import { LogLinearHistogram } from './histogram.js';
import { LockAccount } from './lock-account.js';

class PlainCounter implements Counter {
  readonly name: string;
  readonly help: string;
  value = 0;

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

const NAME = /^(network|consensus|log|io|state|runtime)_([a-z0-9_]+)$/;

/** Every number of one node, by name; the first word of a name is the layer that owns it. */
export class MetricsRegistry implements Metrics, MetricsSource {
  readonly #counters = new Map<string, PlainCounter>();
  readonly #histograms = new Map<string, LogLinearHistogram>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #locks = new Map<string, LockAccount<string>>();

  counter(name: string, help: string): Counter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = new PlainCounter(checkName(name), help);
      this.#counters.set(name, counter);
    }
    return counter;
  }

  histogram(name: string, help: string): Histogram {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      histogram = new LogLinearHistogram(checkName(name), help);
      this.#histograms.set(name, histogram);
    }
    return histogram;
  }

  gauge(name: string, help: string, read: () => number): void {
    this.#gauges.set(checkName(name), { name, help, read });
  }

  lock<User extends string>(name: string, help: string, users: readonly User[]): LockMeter<User> {
    let account = this.#locks.get(name);
    if (account === undefined) {
      const [, layer, own] = NAME.exec(checkName(name))!;
      account = new LockAccount<string>({ layer: layer!, name: own!, help, users });
      this.#locks.set(name, account);
    }
    return account;
  }

  stampsOf(clock: Stamps): Stamps {
    return clock;
  }

  counters(): Iterable<{ readonly name: string; readonly help: string; readonly value: number }> {
    return this.#counters.values();
  }

  *gauges(): Iterable<{ readonly name: string; readonly help: string; readonly value: number }> {
    for (const { name, help, read } of this.#gauges.values()) yield { name, help, value: read() };
  }

  *histograms(): Iterable<HistogramReading> {
    for (const histogram of this.#histograms.values()) {
      const { name, help, count, sum } = histogram;
      yield { name, help, count, sum, buckets: histogram.buckets() };
    }
  }

  *locks(): Iterable<LockReading> {
    for (const account of this.#locks.values()) yield account.reading();
  }
}

function checkName(name: string): string {
  if (!NAME.test(name)) throw new InvariantError(`metric ${name} does not start with a layer`);
  return name;
}
