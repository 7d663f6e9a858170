import { LoadError } from './load-error.js';
import { Random } from './random.js';
import { Zipf } from './zipf.js';

export type KeyDistribution =
  | { readonly kind: 'uniform' }
  | { readonly kind: 'zipf'; readonly theta: number }
  | { readonly kind: 'hotspot' }
  | { readonly kind: 'sequential' };

/** `hotspot`: this share of the keys gets this share of the operations. */
export const HOTSPOT_KEY_SHARE = 0.2;
export const HOTSPOT_OPERATION_SHARE = 0.8;

export function parseDistribution(text: string): KeyDistribution {
  if (text === 'uniform' || text === 'hotspot' || text === 'sequential') return { kind: text };
  const match = /^zipf:(\d+(?:\.\d+)?)$/.exec(text);
  const theta = Number(match?.[1]);
  if (match === null || !(theta > 0 && theta <= 10)) {
    throw new LoadError(
      'STRATA_LOAD_OPTIONS',
      `distribution is ${JSON.stringify(text)}; it must be uniform, zipf:<theta> with theta above 0 and up to 10, hotspot or sequential.`,
    );
  }
  return { kind: 'zipf', theta };
}

/**
 * Gives key numbers 0 to `keys` - 1. Which keys are hot depends on the seed alone, so that all workers agree; in what order
 * a worker asks for them depends on its number too.
 */
export class KeyChooser {
  readonly #distribution: KeyDistribution;
  readonly #keys: number;
  readonly #random: Random;
  readonly #zipf: Zipf | null;
  readonly #hotKeys: number;
  readonly #step: number;
  readonly #shift: number;
  readonly #stride: number;
  #position: number;

  constructor(
    distribution: KeyDistribution,
    keys: number,
    seed: number,
    worker: { readonly index: number; readonly count: number } = { index: 0, count: 1 },
  ) {
    this.#distribution = distribution;
    this.#keys = keys;
    this.#random = new Random(seed, 0x10000 + worker.index);
    this.#zipf = distribution.kind === 'zipf' ? new Zipf(keys, distribution.theta) : null;
    this.#hotKeys = Math.max(1, Math.round(keys * HOTSPOT_KEY_SHARE));
    this.#step = scatterStep(keys);
    this.#shift = new Random(seed, 1).nextBelow(keys);
    this.#position = worker.index % keys;
    this.#stride = worker.count % keys;
  }

  next(): number {
    switch (this.#distribution.kind) {
      case 'uniform':
        return this.#random.nextBelow(this.#keys);
      case 'zipf':
        return this.#scatter(this.#zipf!.next(this.#random) - 1);
      case 'hotspot':
        return this.#scatter(this.#nextHotspotRank());
      case 'sequential':
        return this.#nextInSequence();
    }
  }

  #nextHotspotRank(): number {
    const cold = this.#keys - this.#hotKeys;
    if (cold === 0 || this.#random.nextFloat() < HOTSPOT_OPERATION_SHARE) {
      return this.#random.nextBelow(this.#hotKeys);
    }
    return this.#hotKeys + this.#random.nextBelow(cold);
  }

  #nextInSequence(): number {
    const key = this.#position;
    this.#position = (this.#position + this.#stride) % this.#keys;
    return key;
  }

  /** Spreads neighbouring ranks over the key space. A bijection: a hash would fold ranks together and change the skew. */
  #scatter(rank: number): number {
    return (rank * this.#step + this.#shift) % this.#keys;
  }
}

/** Nearest number to keys / golden ratio that shares no factor with `keys`. rank * step stays exact up to KEYS_MAX. */
function scatterStep(keys: number): number {
  let step = Math.max(1, Math.floor(keys * 0.618_033_988_749_895));
  while (greatestCommonDivisor(step, keys) !== 1) step++;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
