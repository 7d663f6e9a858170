/**
 * What a worker shows while it runs: counters in shared memory that the worker alone writes and the coordinator reads twice a
 * second, so that progress costs the worker no message. Latencies are kept to 1/16; the result's own numbers come
 * from the histograms.
 */
export class LiveCounters {
  static readonly BYTES = 4 * (2 + 512);
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  countOk(latencyNs: number): void {
    this.#cells[0]!++;
    this.#cells[2 + bucketOf(latencyNs)]!++;
  }

  countError(): void {
    this.#cells[1]!++;
  }

  /** Adds this worker's counters to `sum`, made by `emptySnapshot`. */
  addTo(sum: Float64Array): void {
    for (let cell = 0; cell < sum.length; cell++) sum[cell]! += this.#cells[cell]!;
  }

  static emptySnapshot(): Float64Array {
    return new Float64Array(2 + 512);
  }
}

export interface LiveInterval {
  readonly ok: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
}

export function totalErrors(snapshot: Float64Array): number {
  return snapshot[1]!;
}

/** What happened between two snapshots. Counters are 32 bits and wrap; differences are taken modulo that. */
export function liveInterval(before: Float64Array, after: Float64Array): LiveInterval {
  const difference = after.map((value, cell) => (value - before[cell]!) >>> 0);
  const ok = difference[0]!;
  return { ok, p50Us: quantile(difference, 0.5, ok), p99Us: quantile(difference, 0.99, ok) };
}

function quantile(difference: Float64Array, share: number, count: number): number | null {
  if (count === 0) return null;
  let remaining = Math.ceil(count * share);
  for (let bucket = 0; bucket < 512; bucket++) {
    remaining -= difference[2 + bucket]!;
    if (remaining <= 0) return middleUs(bucket);
  }
  return null;
}

/** 16 buckets to a doubling of microseconds. */
function bucketOf(latencyNs: number): number {
  const us = Math.min(latencyNs / 1000, 2_147_483_647) | 0;
  if (us < 16) return us;
  const exponent = 31 - Math.clz32(us);
  return (exponent - 3) * 16 + ((us >>> (exponent - 4)) & 15);
}

function middleUs(bucket: number): number {
  if (bucket < 16) return bucket + 0.5;
  const exponent = (bucket >>> 4) + 3;
  return (16 + (bucket & 15) + 0.5) * 2 ** (exponent - 4);
}
