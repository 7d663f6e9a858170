import type { Random } from './random.js';

/**
 * Ranks 1 to `count` with probability proportional to rank^-theta, theta > 0, by rejection-inversion
 * (Hörmann & Derflinger 1996): exact for every exponent, no table, about 1.1 draws a value.
 *
 * The usual choice (Gray et al. 1994, YCSB) is exact only for the first two ranks, breaks at theta >= 1, and sums a zeta over
 * all keys before it starts; YCSB's scrambled variant also folds ten billion ranks into the key count by a
 * hash, which changes the skew that was asked for.
 */
export class Zipf {
  readonly #count: number;
  readonly #theta: number;
  readonly #hAtFirst: number;
  readonly #hAtLast: number;
  readonly #acceptBelow: number;

  constructor(count: number, theta: number) {
    this.#count = count;
    this.#theta = theta;
    this.#hAtFirst = this.#integral(1.5) - 1;
    this.#hAtLast = this.#integral(count + 0.5);
    this.#acceptBelow = 2 - this.#inverse(this.#integral(2.5) - this.#density(2));
  }

  next(random: Random): number {
    for (;;) {
      const u = this.#hAtLast + random.nextFloat() * (this.#hAtFirst - this.#hAtLast);
      const x = this.#inverse(u);
      const rank = Math.min(this.#count, Math.max(1, Math.floor(x + 0.5)));
      if (rank - x <= this.#acceptBelow || u >= this.#integral(rank + 0.5) - this.#density(rank)) return rank;
    }
  }

  /** x^-theta */
  #density(x: number): number {
    return Math.exp(-this.#theta * Math.log(x));
  }

  /** Integral of the density from 1 to x, written so that it stays exact as theta passes through 1. */
  #integral(x: number): number {
    const logX = Math.log(x);
    return expm1OverX((1 - this.#theta) * logX) * logX;
  }

  #inverse(y: number): number {
    // Rounding may push the argument a hair below -1, where the logarithm ends.
    const t = Math.max(-1, y * (1 - this.#theta));
    return Math.exp(log1pOverX(t) * y);
  }
}

function log1pOverX(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x * (1 / 2 - x * (1 / 3 - x / 4));
}

function expm1OverX(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + (x / 2) * (1 + (x / 3) * (1 + x / 4));
}
