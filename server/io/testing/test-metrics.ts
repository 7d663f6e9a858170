import type { LockMeter } from '../../ports/lock.js';
import type { Counter, Histogram, Metrics, Stamps } from '../../ports/metrics.js';

/** Metrics that a test can read back. */
export class TestMetrics implements Metrics {
  readonly #counters = new Map<string, { value: number; add(amount: number): void }>();
  readonly #histograms = new Map<string, number[]>();
  readonly #gauges = new Map<string, () => number>();
  readonly #locks = new Map<string, string[]>();

  counter(name: string): Counter {
    const made = {
      value: 0,
      add: (amount: number): void => {
        made.value += amount;
      },
    };
    const counter = this.#counters.get(name) ?? made;
    this.#counters.set(name, counter);
    return counter;
  }

  histogram(name: string): Histogram {
    const values = this.#histograms.get(name) ?? [];
    this.#histograms.set(name, values);
    return { record: (value) => void values.push(value) };
  }

  gauge(name: string, _help: string, read: () => number): void {
    this.#gauges.set(name, read);
  }

  /** What the lock was told, in order, one line a call: `waits 12`. */
  lock(name: string): LockMeter {
    const told: string[] = this.#locks.get(name) ?? [];
    this.#locks.set(name, told);
    const tell =
      (call: string) =>
      (...values: readonly (string | number)[]): void =>
        void told.push([call, ...values].join(' '));
    return {
      passed: tell('passed'),
      refused: tell('refused'),
      waits: tell('waits'),
      granted: tell('granted'),
      gaveUp: tell('gave up'),
      held: tell('held'),
      released: tell('released'),
      gathered: tell('gathered'),
    };
  }

  stampsOf(clock: Stamps): Stamps {
    return clock;
  }

  told(lock: string): readonly string[] {
    return this.#locks.get(lock) ?? [];
  }

  count(name: string): number {
    const counter = this.#counters.get(name);
    if (counter === undefined) throw new Error(`no counter ${name}`);
    return counter.value;
  }

  recorded(name: string): readonly number[] {
    const values = this.#histograms.get(name);
    if (values === undefined) throw new Error(`no histogram ${name}`);
    return values;
  }

  read(name: string): number {
    return this.#gauges.get(name)!();
  }

  names(): readonly string[] {
    return [...this.#counters.keys(), ...this.#histograms.keys(), ...this.#gauges.keys()];
  }
}
