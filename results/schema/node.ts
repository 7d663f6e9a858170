import { z } from 'zod';
import { LockReading } from './captures/process.js';
import { Histogram, Role } from './common.js';

/** What a node says of itself at `GET /debug/layers`. Counters and histograms are cumulative since its start. */
export const LayersSnapshot = z.strictObject({
  schema: z.literal('strata.layers/1'),
  node: z.strictObject({
    id: z.number().int().positive(),
    role: Role,
    term: z.number().int().nonnegative(),
    leader: z.number().int().nonnegative(),
    pid: z.number().int().positive(),
    strata: z.string(),
    nodejs: z.string(),
  }),
  /** Monotonic nanoseconds of the machine. */
  takenNs: z.number().nonnegative(),
  startedNs: z.number().nonnegative(),
  config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  counters: z.record(z.string(), z.number()),
  gauges: z.record(z.string(), z.number()),
  histograms: z.record(z.string(), Histogram),
  /** Locks of the node, cumulative; absent in documents of versions that had none. */
  locks: z.array(LockReading).optional(),
});
export type LayersSnapshot = z.infer<typeof LayersSnapshot>;

const ns = z.number();

/**
 * One sampled request as the leader saw it; absolute monotonic nanoseconds. Cumulative stamps: stages are differences.
 * A write has all of them; a read has no append, fsync, sent: those are null.
 */
export const NodeSample = z.strictObject({
  sequence: z.number().int().positive(),
  traceId: z.string().nullable(),
  op: z.enum(['put', 'delete', 'command', 'get']),
  index: z.number().int().nonnegative(),
  receivedNs: ns,
  parsedNs: ns,
  proposedNs: ns,
  appendStartedNs: ns.nullable(),
  appendedNs: ns.nullable(),
  fsyncSubmittedNs: ns.nullable(),
  fsyncDoneNs: ns.nullable(),
  firstSentNs: ns.nullable(),
  quorumAckedNs: ns,
  committedNs: ns,
  applyStartNs: ns,
  appliedNs: ns,
  repliedNs: ns,
  /** Which branch of commit = max(persist, replicate) finished last; null for reads. */
  winner: z.enum(['persist', 'replicate']).nullable(),
  /** The peer whose acknowledgement closed the quorum of the replicate branch, 0 for none. */
  closer: z.number().int().nonnegative(),
  /** What that peer said its own disk cost. */
  remote: z.strictObject({ queueNs: ns, writeNs: ns, syncNs: ns }).nullable(),
});
export type NodeSample = z.infer<typeof NodeSample>;

/** `GET /debug/layers/samples?since=N`: at most the newest few thousand. `dropped` counts those that were overwritten unread. */
export const NodeSamples = z.strictObject({
  schema: z.literal('strata.samples/1'),
  node: z.number().int().positive(),
  next: z.number().int().nonnegative(),
  dropped: z.number().int().nonnegative(),
  samples: z.array(NodeSample),
});
export type NodeSamples = z.infer<typeof NodeSamples>;

/** /proc of one process over a window. Null where the kernel hides the file. */
export const ProcWindow = z.strictObject({
  cpuUserMs: z.number(),
  cpuSystemMs: z.number(),
  rssBytes: z.number(),
  io: z
    .strictObject({
      rchar: z.number(),
      wchar: z.number(),
      syscr: z.number(),
      syscw: z.number(),
      readBytes: z.number(),
      writeBytes: z.number(),
    })
    .nullable(),
  threads: z.array(
    z.strictObject({
      tid: z.number().int(),
      /** main, pool (libuv), platform (V8), other. */
      kind: z.string(),
      cpuMs: z.number(),
      runqueueWaitMs: z.number(),
      switchesVoluntary: z.number(),
      switchesInvoluntary: z.number(),
    }),
  ),
});
export type ProcWindow = z.infer<typeof ProcWindow>;

/**
 * `points/<id>/disk.json`: the block device under the data over the measured window, as the kernel counts for the whole machine. The only count of
 * what reaches a device: `write_bytes` of a process counts page-cache folios, and a folio of a preallocated file can be a megabyte.
 */
export const DiskWindow = z.strictObject({
  schema: z.literal('strata.disk/1'),
  device: z.string(),
  seconds: z.number().positive(),
  bytesWritten: z.number().nonnegative(),
  writes: z.number().int().nonnegative(),
  /** Cache flushes, and the time they took; null where the kernel does not count them. */
  flushes: z.number().int().nonnegative().nullable(),
  flushMs: z.number().nonnegative().nullable(),
});
export type DiskWindow = z.infer<typeof DiskWindow>;

/** `points/<id>/nodes/<node>.json`: one node over the measured window; counters and histograms are differences. */
export const NodeWindow = z.strictObject({
  schema: z.literal('strata.node/1'),
  node: z.number().int().positive(),
  role: Role,
  pid: z.number().int().positive(),
  seconds: z.number().positive(),
  config: LayersSnapshot.shape.config,
  counters: z.record(z.string(), z.number()),
  gauges: z.record(z.string(), z.number()),
  histograms: z.record(z.string(), Histogram),
  /** Differences too, but for the maxima, which are those since the start. */
  locks: z.array(LockReading).optional(),
  proc: ProcWindow.nullable(),
});
export type NodeWindow = z.infer<typeof NodeWindow>;
