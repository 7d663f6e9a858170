import type { HistoryOptions, LoadOptions } from './options.js';

/** A history that a checker answers within seconds, and few enough keys that operations on one overlap. */
export const defaultHistory: HistoryOptions = { keys: 10, operationsMax: 20_000 };

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
  history: null,
  keyPrefix: 'load-',
};
