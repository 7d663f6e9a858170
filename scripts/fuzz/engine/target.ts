import type { Random } from '../../../server/sim/random.js';

/** One input to begin with, under a name that says what it is. */
export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * One parser and the properties it has to keep. `run` returns when the input was read and everything that must hold of the result holds; a
 * documented error that it throws is a refusal, anything else is a finding. It may not keep anything between two inputs.
 */
export interface Target {
  readonly name: string;
  /** One sentence: what is read and which properties are demanded. */
  readonly about: string;
  /** Modules whose coverage is reported, relative to the project, without extension. New ground in any other module counts as well. */
  readonly sources: readonly string[];
  /** Words of the format. */
  readonly dictionary?: readonly (string | Uint8Array)[];
  /** Made by the encoders, so that they never go stale; those of the corpus folder come on top. */
  seeds(): readonly Seed[];
  run(input: Buffer): void | Promise<void>;
  /** A mutation that knows the structure. */
  mutate?(input: Buffer, random: Random): Buffer;
  /** Makes checksums fit again, so that they do not hide what lies behind them. */
  seal?(input: Buffer): Buffer;
  /** Errors beside `StrataError` that the parser is documented to throw. */
  isRefusal?(error: unknown): boolean;
  /** Longest input made, 4096 when it is missing. */
  readonly bytesMax?: number;
  /** Bytes that one run may allocate: `base` and `perByte` for each byte of input. */
  readonly allocation?: Bound;
  /** Blocks that one run may execute, V8's own counts. */
  readonly steps?: Bound;
}

/** A bound that grows with the input: anything faster than linear breaks it. */
export interface Bound {
  readonly base: number;
  readonly perByte: number;
}

export const DEFAULTS = {
  bytesMax: 4_096,
  allocation: { base: 8 * 2 ** 20, perByte: 1_024 },
  steps: { base: 1_000_000, perByte: 2_000 },
} as const;

export function boundOf({ base, perByte }: Bound, input: Uint8Array): number {
  return base + perByte * input.length;
}

/** A property that does not hold. Never a refusal, whatever its cause. */
export class BrokenProperty extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokenProperty';
  }
}
