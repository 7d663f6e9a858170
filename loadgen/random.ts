/** xoshiro128** with a seed and a stream: the same two numbers give the same values on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** `stream` separates generators of one seed: one a worker, one for the arrivals. */
  constructor(seed: number, stream = 0) {
    // splitmix32 spreads neighbouring seeds; the high half of a large seed counts too.
    let state = (seed ^ Math.imul(Math.floor(seed / 4_294_967_296), 0x85ebca6b)) >>> 0;
    state = (state ^ Math.imul(stream + 1, 0x9e3779b9)) >>> 0;
    const next = () => {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    // All zero is the one state that the generator never leaves.
    this.#d = next() | 1;
  }

  /** 0 to 2^32 - 1. */
  nextUint32(): number {
    const rotated = Math.imul(this.#b, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** 0 inclusive to 1 exclusive, 53 bits. */
  nextFloat(): number {
    return ((this.nextUint32() >>> 5) * 67_108_864 + (this.nextUint32() >>> 6)) / 9_007_199_254_740_992;
  }

  /** Exponential with mean 1. */
  nextExponential(): number {
    return -Math.log(1 - this.nextFloat());
  }

  /** 0 to `bound` - 1, without the bias of a plain remainder; `bound` up to 2^53. */
  nextBelow(bound: number): number {
    return Math.floor(this.nextFloat() * bound);
  }
}
