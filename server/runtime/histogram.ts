import type { Histogram } from '../ports/metrics.js';

const LINEAR_LIMIT = 64;
const SUB_BUCKET_BITS = 5;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
const LOWEST_EXPONENT = 6;
const HIGHEST_EXPONENT = 52;
const BUCKETS = LINEAR_LIMIT + (HIGHEST_EXPONENT - LOWEST_EXPONENT + 1) * SUB_BUCKETS;
const TWO_32 = 4_294_967_296;

/**
 * Log-linear histogram: exact below 64, then 32 buckets an octave, so a value is known to 1/32. A record is a few integer
 * operations and one increment (hdr-histogram-js in JavaScript pays a Math.log2); counts only grow, so that a window is
 * the difference of two readings. 12 KiB each.
 */
export class LogLinearHistogram implements Histogram {
  readonly name: string;
  readonly help: string;
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  record(value: number): void {
    // A clock that steps back between two cores gives -1 ns now and then; it means "no time at all".
    const whole = value > 0 ? Math.floor(value) : 0;
    const index = bucketOf(whole);
    this.#counts[index] = this.#counts[index]! + 1;
    this.#count += 1;
    this.#sum += whole;
  }

  /** `[lower bound, count]` of the buckets that are not empty, ascending. */
  buckets(): [number, number][] {
    const found: [number, number][] = [];
    for (let index = 0; index < BUCKETS; index++) {
      const count = this.#counts[index]!;
      if (count !== 0) found.push([lowerBoundOf(index), count]);
    }
    return found;
  }
}

/** Bucket of a non-negative integer. */
export function bucketOf(value: number): number {
  if (value < LINEAR_LIMIT) return value;
  if (value < TWO_32) {
    const exponent = 31 - Math.clz32(value);
    return (
      LINEAR_LIMIT +
      (exponent - LOWEST_EXPONENT) * SUB_BUCKETS +
      (value >>> (exponent - SUB_BUCKET_BITS)) -
      SUB_BUCKETS
    );
  }
  const exponent = Math.min(HIGHEST_EXPONENT, 63 - Math.clz32(Math.floor(value / TWO_32)));
  const sub = Math.min(SUB_BUCKETS - 1, Math.floor(value / 2 ** (exponent - SUB_BUCKET_BITS)) - SUB_BUCKETS);
  return LINEAR_LIMIT + (exponent - LOWEST_EXPONENT) * SUB_BUCKETS + sub;
}

export function lowerBoundOf(bucket: number): number {
  if (bucket < LINEAR_LIMIT) return bucket;
  const above = bucket - LINEAR_LIMIT;
  const exponent = LOWEST_EXPONENT + Math.floor(above / SUB_BUCKETS);
  return (SUB_BUCKETS + (above % SUB_BUCKETS)) * 2 ** (exponent - SUB_BUCKET_BITS);
}
