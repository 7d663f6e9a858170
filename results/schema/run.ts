import { z } from 'zod';
import { NotMeasured, Percentiles, StrategyLetter } from './common.js';

export const Machine = z.strictObject({
  hostname: z.string(),
  cpuModel: z.string(),
  cpuCount: z.number().int(),
  cpuGovernor: z.string().nullable(),
  memoryBytes: z.number(),
  kernel: z.string(),
  os: z.string(),
  filesystem: z.string(),
  virtualized: z.string().nullable(),
});
export type Machine = z.infer<typeof Machine>;

export const Capability = z.strictObject({
  name: z.string(),
  tier: z.enum(['T0', 'T1', 'T2', 'T3']),
  available: z.boolean(),
  /** Version when available, the reason when not. */
  detail: z.string(),
  /** The command that would install it, null when none is needed or none is known. */
  install: z.string().nullable(),
});
export type Capability = z.infer<typeof Capability>;

export const PointRef = z.strictObject({
  /** Folder under `points/`: `low`, `mid`, `high`, `c50`, or `A-mid` for a strategy arm. */
  id: z.string().regex(/^[A-Za-z0-9-]+$/),
  /** `sweep`: a level of the sweep. `fsync`: one arm of the strategy comparison. */
  series: z.enum(['sweep', 'fsync']),
  level: z.string(),
  clients: z.number().int().positive(),
  strategy: StrategyLetter,
  primitive: z.enum(['fdatasync', 'fsync', 'dsync']),
  passes: z.array(z.string()),
});
export type PointRef = z.infer<typeof PointRef>;

/** `run.json` */
export const Run = z.strictObject({
  schema: z.literal('strata.run/1'),
  id: z.string(),
  command: z.string(),
  mode: z.enum(['quick', 'standard', 'full']),
  startedAt: z.string(),
  endedAt: z.string(),
  seed: z.number().int(),
  git: z.strictObject({ commit: z.string().nullable(), dirty: z.boolean() }),
  versions: z.record(z.string(), z.string()),
  machine: Machine,
  capabilities: z.array(Capability),
  cluster: z.strictObject({
    nodes: z.number().int().positive(),
    strategy: StrategyLetter,
    primitive: z.enum(['fdatasync', 'fsync', 'dsync']),
    heartbeatMs: z.number(),
    electionTimeoutMsMin: z.number(),
    electionTimeoutMsMax: z.number(),
    external: z.boolean(),
  }),
  load: z.strictObject({
    reads: z.number(),
    keys: z.number().int(),
    distribution: z.string(),
    valueBytes: z.number().int(),
  }),
  points: z.array(PointRef),
  notMeasured: z.array(NotMeasured),
});
export type Run = z.infer<typeof Run>;

/** `baseline.json`: what the machine can do without any of our code in the way. */
export const Baseline = z.strictObject({
  schema: z.literal('strata.baseline/1'),
  directory: z.string(),
  /** Latency of write + sync of one block appended to a preallocated file, synchronous calls, microseconds. */
  sync: z.array(
    z.strictObject({
      primitive: z.enum(['fdatasync', 'fsync', 'dsync']),
      blockBytes: z.number().int(),
      latency: Percentiles,
    }),
  ),
  sequential: z.strictObject({
    bytes: z.number(),
    writeMBps: z.number(),
    writeSyncedMBps: z.number(),
    readMBps: z.number(),
  }),
  /** One byte there and back over a TCP connection between two processes on the loopback. */
  loopbackRoundTrip: Percentiles,
  /** `node:http` answering an empty 200 to the project's own load generator. */
  httpEcho: z.array(
    z.strictObject({ clients: z.number().int(), throughputPerSecond: z.number(), response: Percentiles }),
  ),
});
export type Baseline = z.infer<typeof Baseline>;
