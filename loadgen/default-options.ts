import type { LoadOptions } from './options.js';

/** Everything but the targets. Spread it and replace what differs. */
export const defaultLoadOptions: Omit<LoadOptions, 'targets'> = {
  clients: 100,
  rate: null,
  arrival: 'poisson',
  durationSeconds: 10,
  warmupSeconds: 2,
  reads: 0.5,
  keys: 100_000,
  distribution: 'uniform',
  valueBytes: 128,
  workers: 1,
  seed: 1,
  requestTimeoutMs: 10_000,
  traceEvery: 0,
  ledger: false,
  keyPrefix: 'load-',
};
