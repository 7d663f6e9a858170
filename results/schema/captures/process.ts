import { z } from 'zod';
import { LayerName, Percentiles } from '../common.js';
import { captureHead } from './head.js';

const ms = z.number().nonnegative();
const count = z.number().int().nonnegative();

/** Collections of V8, as the process itself was told of them. */
export const GcCapture = z.strictObject({
  schema: z.literal('strata.gc/1'),
  ...captureHead,
  kinds: z.array(z.strictObject({ kind: z.string(), count, totalMs: ms, longestMs: ms })),
  /** The longest first, at most a few hundred; `atNs` is CLOCK_MONOTONIC at the begin. */
  pauses: z.array(z.strictObject({ kind: z.string(), atNs: z.number(), ms })),
  heapUsedBytes: z.number().nonnegative(),
  heapTotalBytes: z.number().nonnegative(),
  spaces: z.array(
    z.strictObject({
      name: z.string(),
      usedBytes: z.number().nonnegative(),
      sizeBytes: z.number().nonnegative(),
    }),
  ),
});
export type GcCapture = z.infer<typeof GcCapture>;

/** How late the event loop comes. Microseconds in `delay`, the sampler's own period already taken off. */
export const EventLoopCapture = z.strictObject({
  schema: z.literal('strata.event-loop/1'),
  ...captureHead,
  resolutionMs: z.number().positive(),
  utilization: z.number().min(0).max(1),
  delay: Percentiles,
  /** Turns that held the loop up, longest first; `where` is the function that a CPU profile saw meanwhile, if one ran. */
  stalls: z.array(z.strictObject({ atNs: z.number(), ms, where: z.string().nullable() })),
});
export type EventLoopCapture = z.infer<typeof EventLoopCapture>;

/** The wait for a thread of libuv's pool, seen by small tasks of known cost that are sent through it. Microseconds. */
export const PoolCapture = z.strictObject({
  schema: z.literal('strata.pool/1'),
  ...captureHead,
  threads: z.number().int().positive(),
  /** Round trip of the task on an idle pool, measured first: the floor that is taken off. */
  floorUs: z.number().nonnegative(),
  wait: Percentiles,
  /** Share of the tasks that waited for more than ten floors. */
  saturatedShare: z.number().min(0).max(1),
});
export type PoolCapture = z.infer<typeof PoolCapture>;

/**
 * One lock: its waits and holds, by those who wait and by those who make them wait. A wait counts once a waiter, so a hold of 10 ms before 100
 * waiters costs 1,000 ms (the rule of Go's mutex profile since 1.22). Uncontended acquisitions are counted and not timed.
 */
export const LockReading = z.strictObject({
  name: z.string(),
  layer: LayerName,
  acquisitions: count,
  contended: count,
  waitNs: z.number().nonnegative(),
  waitNsMax: z.number().nonnegative(),
  /** Holds that somebody waited for. */
  holdNs: z.number().nonnegative(),
  holdNsMax: z.number().nonnegative(),
  /** Release until the next holder runs. */
  handOffNs: z.number().nonnegative(),
  waitersMax: count,
  /** Who waited. */
  waiters: z.array(z.strictObject({ who: z.string(), count, waitNs: z.number().nonnegative() })),
  /** Who held it meanwhile: the waits of all others, charged to the holder. */
  holders: z.array(z.strictObject({ who: z.string(), count, blameNs: z.number().nonnegative() })),
});
export type LockReading = z.infer<typeof LockReading>;

/** Locks of one process: asynchronous ones, and `Atomics.wait`, during which a whole thread stands. */
export const LockCapture = z.strictObject({
  schema: z.literal('strata.locks/1'),
  ...captureHead,
  locks: z.array(LockReading),
  atomics: z
    .strictObject({
      waits: count,
      waitMs: ms,
      longestMs: ms,
      callers: z.array(z.strictObject({ where: z.string(), layer: LayerName, count, waitMs: ms })),
    })
    .nullable(),
});
export type LockCapture = z.infer<typeof LockCapture>;

/** What an outside tool left: files for people, and its verdict where it gives one. */
export const ToolCapture = z.strictObject({
  schema: z.literal('strata.tool/1'),
  ...captureHead,
  tool: z.string(),
  version: z.string(),
  files: z.array(z.strictObject({ name: z.string(), what: z.string() })),
  verdict: z.string().nullable(),
  warnings: z.array(z.string()),
});
export type ToolCapture = z.infer<typeof ToolCapture>;
