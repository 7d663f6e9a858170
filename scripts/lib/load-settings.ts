import type { LoadOptions } from '../../loadgen/options.js';

/** The part of a load that stays the same over a whole run. */
export interface LoadSettings {
  readonly reads: number;
  readonly keys: number;
  readonly distribution: string;
  readonly valueBytes: number;
  readonly workers: number;
  readonly seed: number;
  readonly requestTimeoutMs: number;
}

export const LOAD_DEFAULTS = {
  keys: 100_000,
  distribution: 'uniform',
  valueBytes: 128,
  workers: 1,
  requestTimeoutMs: 10_000,
} as const;

export interface ClosedLoop {
  readonly targets: readonly string[];
  readonly clients: number;
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
  readonly traceEvery: number;
}

/** A closed loop: each client sends its next request when it has the answer to the last one. */
export function closedLoop(settings: LoadSettings, loop: ClosedLoop): LoadOptions {
  return { ...settings, ...loop, rate: null, arrival: 'poisson', ledger: false, keyPrefix: 'key-' };
}
