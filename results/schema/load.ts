import { z } from 'zod';
import { Percentiles } from './common.js';
import { HistoryCheck } from './verification.js';

export const LoadAudit = z.strictObject({
  /** N = X * R: clients in the system against throughput times mean response time. `ok` allows for what the ends of the window cut. */
  littlesLaw: z.strictObject({
    clients: z.number(),
    product: z.number(),
    ratio: z.number(),
    ok: z.boolean(),
  }),
  /** How late requests left against their schedule (open loop), microseconds; null in a closed loop. */
  scheduleLag: Percentiles.nullable(),
  /** CPU of the generator, cores. */
  generatorCpuCores: z.number(),
  eventLoopUtilization: z.number(),
  /** True when the generator, not the server, may be what limited the run. */
  saturated: z.boolean(),
  verdict: z.enum(['ok', 'suspect']),
  /** One sentence per failed check. */
  reasons: z.array(z.string()),
});
export type LoadAudit = z.infer<typeof LoadAudit>;

/** `summary.json` of one load run. Latencies in microseconds. */
export const LoadSummary = z.strictObject({
  schema: z.literal('strata.load/1'),
  targets: z.array(z.string()),
  mode: z.enum(['closed', 'open']),
  clients: z.number().int().positive(),
  /** Requests per second asked for; null in a closed loop. */
  rate: z.number().positive().nullable(),
  arrival: z.enum(['poisson', 'constant']).nullable(),
  durationSeconds: z.number().positive(),
  warmupSeconds: z.number().nonnegative(),
  reads: z.number().min(0).max(1),
  keys: z.number().int().positive(),
  distribution: z.string(),
  valueBytes: z.number().int().nonnegative(),
  workers: z.number().int().positive(),
  seed: z.number().int(),
  operations: z.strictObject({
    total: z.number().int(),
    ok: z.number().int(),
    put: z.number().int(),
    get: z.number().int(),
  }),
  throughputPerSecond: z.number(),
  latency: z.strictObject({
    /** From the intended start. */
    response: Percentiles,
    /** From the write to the socket. */
    service: Percentiles,
    /** From the intended start to the write to the socket. */
    queue: Percentiles,
    put: Percentiles.nullable(),
    get: Percentiles.nullable(),
  }),
  errors: z.array(z.strictObject({ kind: z.string(), count: z.number().int().positive() })),
  /** Requests whose latency is only known to be at least their age: timed out, or under way at the end. */
  censored: z.strictObject({
    timedOut: z.number().int(),
    inFlightAtEnd: z.number().int(),
    shed: z.number().int(),
  }),
  /** Requests the HTTP client sent twice by itself. */
  resends: z.number().int(),
  timeline: z.array(
    z.strictObject({
      second: z.number().int(),
      ops: z.number().int(),
      errors: z.number().int(),
      p50: z.number().nullable(),
      p99: z.number().nullable(),
    }),
  ),
  /** Read-back of every acknowledged write, when asked for with --verify. */
  verification: z
    .strictObject({
      acknowledgedWrites: z.number().int(),
      keysChecked: z.number().int(),
      lost: z.number().int(),
      stale: z.number().int(),
      unreadable: z.number().int(),
    })
    .nullable(),
  /** The recorded history and its verdict, when asked for with --verify. */
  history: HistoryCheck.nullable().optional(),
  audit: LoadAudit,
});
export type LoadSummary = z.infer<typeof LoadSummary>;

/** One traced request as the client saw it: monotonic nanoseconds of the client's machine. */
export interface ClientSample {
  readonly traceId: string;
  readonly op: 'put' | 'get';
  readonly intendedNs: number;
  readonly sentNs: number;
  readonly doneNs: number;
}

const offset = z.number();

/**
 * `points/<id>/stages.json`: traced requests with the client's and the leader's stamps joined by trace id.
 * All times are nanoseconds after the client's intended start of that request.
 */
export const StageSample = z.strictObject({
  traceId: z.string(),
  op: z.enum(['put', 'delete', 'command', 'get']),
  node: z.number().int().positive(),
  sentNs: offset,
  receivedNs: offset,
  parsedNs: offset,
  proposedNs: offset,
  appendStartedNs: offset.nullable(),
  appendedNs: offset.nullable(),
  fsyncSubmittedNs: offset.nullable(),
  fsyncDoneNs: offset.nullable(),
  firstSentNs: offset.nullable(),
  quorumAckedNs: offset,
  committedNs: offset,
  applyStartNs: offset,
  appliedNs: offset,
  repliedNs: offset,
  doneNs: offset,
  winner: z.enum(['persist', 'replicate']).nullable(),
  closer: z.number().int().nonnegative(),
  remote: z.strictObject({ queueNs: offset, writeNs: offset, syncNs: offset }).nullable(),
});
export type StageSample = z.infer<typeof StageSample>;

export const Stages = z.strictObject({
  schema: z.literal('strata.stages/1'),
  /** False when client and server do not share a monotonic clock: then the samples are empty and `because` says why. */
  sharedClock: z.boolean(),
  because: z.string().nullable(),
  /** Traced by the client, and how many of them the server still had. */
  traced: z.number().int(),
  joined: z.number().int(),
  samples: z.array(StageSample),
});
export type Stages = z.infer<typeof Stages>;
