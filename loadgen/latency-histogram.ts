import { build, initWebAssemblySync, WasmHistogram } from 'hdr-histogram-js';
import type { Percentiles } from '../results/schema/index.js';

/** One hour in nanoseconds; a longer latency is recorded as this. */
const HIGHEST_NS = 3.6e12;
const SAMPLES_BEYOND_MIN = 10;

/**
 * Latencies in whole nanoseconds, three significant digits, in WebAssembly (a fifth of the cost of the JavaScript one, which
 * also counts NaN in silence). Recycle with `reset`: the memory of a thread's WebAssembly heap only grows.
 *
 * There is deliberately no way to "correct" for coordinated omission: latencies are taken from intended start times, and
 * expanding those again would count every stall twice.
 */
export class LatencyHistogram {
  readonly #histogram: WasmHistogram;

  constructor() {
    initWebAssemblySync();
    this.#histogram = build({
      bitBucketSize: 32,
      autoResize: false,
      lowestDiscernibleValue: 1,
      highestTrackableValue: HIGHEST_NS,
      numberOfSignificantValueDigits: 3,
      useWebAssembly: true,
    }) as WasmHistogram;
  }

  /** A negative latency or NaN is a defect of ours and throws (in WebAssembly it would trap without a word). */
  record(latencyNs: number): void {
    if (!(latencyNs >= 0)) throw new Error(`invariant broken: a latency is ${latencyNs} ns, below 0`);
    this.#histogram.recordValue(latencyNs < HIGHEST_NS ? Math.floor(latencyNs) : HIGHEST_NS);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** The HdrHistogram V2 encoding, uncompressed: a tenth of a millisecond, so that a worker can afford it each second. */
  encode(): Uint8Array {
    return this.#histogram.encode();
  }

  addEncoded(encoded: Uint8Array): void {
    const other = WasmHistogram.decode(encoded, 32) as WasmHistogram;
    this.#histogram.add(other);
    other.destroy();
  }

  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  reset(): void {
    this.#histogram.reset();
  }

  destroy(): void {
    this.#histogram.destroy();
  }

  /** For a log writer; the caller must not keep it. */
  get inner(): WasmHistogram {
    return this.#histogram;
  }

  /** Microseconds, or null when fewer than ten values lie beyond it: such a number is an anecdote. `quantile` is 0 to 1. */
  quantileUs(quantile: number): number | null {
    // The slack keeps 1000 values enough for p99: 1000 * (1 - 0.99) is 10 less a rounding error.
    if (this.count * (1 - quantile) < SAMPLES_BEYOND_MIN - 1e-6) return null;
    return toUs(this.#histogram.getValueAtPercentile(quantile * 100));
  }

  /** How many values lie above `latencyNs`, by bisection of the quantiles (the library has no call for it). */
  countAbove(latencyNs: number): number {
    const { count } = this;
    let below = 0;
    let above = count;
    while (below < above) {
      const middle = Math.floor((below + above) / 2);
      // The value of rank middle + 1: halfway between two ranks no rounding can miss it.
      const value = this.#histogram.getValueAtPercentile((100 * (middle + 0.5)) / count);
      if (value <= latencyNs) below = middle + 1;
      else above = middle;
    }
    return count - below;
  }

  percentiles(): Percentiles {
    const empty = this.count === 0;
    return {
      count: this.count,
      mean: empty ? 0 : toUs(this.#histogram.mean),
      min: empty ? 0 : toUs(this.#histogram.getValueAtPercentile(0)),
      p50: this.quantileUs(0.5),
      p90: this.quantileUs(0.9),
      p95: this.quantileUs(0.95),
      p99: this.quantileUs(0.99),
      p999: this.quantileUs(0.999),
      p9999: this.quantileUs(0.9999),
      max: empty ? 0 : toUs(this.#histogram.maxValue),
    };
  }
}

/** Nanoseconds to microseconds, to the nanosecond. */
function toUs(ns: number): number {
  return Math.round(ns) / 1000;
}
