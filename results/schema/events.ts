import { z } from 'zod';

/**
 * What a node may remember of its own life: elections and what could explain them. An event is written when it ENDS, so `atNs` is its begin and
 * `durationNs` its length (0 for a moment).
 */
export const NODE_EVENTS = {
  'heartbeat-missed': 'a follower heard nothing of its leader for longer than two heartbeats',
  'election-timeout': 'a follower gave its leader up and asks whether it would be elected',
  campaign: 'a node asks for votes in a new term',
  leader: 'a node became leader',
  'step-down': 'a leader or a candidate became follower',
  'leader-changed': 'a node learned of another leader, or that there is none',
  gc: 'the garbage collector stopped the loop',
  'loop-delay': 'the loop came late: `cpuNs` of it the process was running, the rest it was not',
  'disk-stall': 'a write or a sync took longer than a heartbeat',
  snapshot: 'a snapshot was taken, sent, received or installed',
  link: 'the connection to a peer was lost, came back, or is being probed',
  started: 'the node began to serve',
} as const;
export const NodeEventKind = z.enum(
  Object.keys(NODE_EVENTS) as [keyof typeof NODE_EVENTS, ...(keyof typeof NODE_EVENTS)[]],
);
export type NodeEventKind = z.infer<typeof NodeEventKind>;

export const NodeEvent = z.strictObject({
  sequence: z.number().int().positive(),
  /** CLOCK_MONOTONIC at its begin. */
  atNs: z.number().nonnegative(),
  durationNs: z.number().nonnegative(),
  kind: NodeEventKind,
  /** Term of the node when it was written. */
  term: z.number().int().nonnegative(),
  /** The other node it is about, 0 for none: the peer of a link, the leader that is missed, the new leader. */
  peer: z.number().int().nonnegative(),
  /** In a word or two: `mark-sweep-compact`, `taken`, `lost`, `higher term`. */
  detail: z.string(),
  /** Of `loop-delay`: CPU time of the process within it. 0 for all others. */
  cpuNs: z.number().nonnegative(),
});
export type NodeEvent = z.infer<typeof NodeEvent>;

/** `GET /debug/events?since=N`, and `points/<id>/events/<node>.json`: those of the measured window, and of a few seconds before it. */
export const NodeEvents = z.strictObject({
  schema: z.literal('strata.events/1'),
  node: z.number().int().positive(),
  next: z.number().int().nonnegative(),
  /** Overwritten before anybody read them. */
  dropped: z.number().int().nonnegative(),
  /** In a run directory: when the measured time began and ended, CLOCK_MONOTONIC. A node's own answer has none. */
  window: z.strictObject({ fromNs: z.number(), toNs: z.number() }).optional(),
  events: z.array(NodeEvent),
});
export type NodeEvents = z.infer<typeof NodeEvents>;

/** `GET /debug/syncs?since=N`: the newest few thousand syncs as JavaScript saw them, CLOCK_MONOTONIC. */
export const NodeSyncs = z.strictObject({
  schema: z.literal('strata.syncs/1'),
  node: z.number().int().positive(),
  next: z.number().int().nonnegative(),
  dropped: z.number().int().nonnegative(),
  syncs: z.array(
    z.strictObject({
      sequence: z.number().int().positive(),
      submittedNs: z.number().nonnegative(),
      doneNs: z.number().nonnegative(),
      /** `fdatasync`, `fsync`, or `write` on a file opened with O_DSYNC. */
      call: z.string(),
      cause: z.string(),
      entries: z.number().int().nonnegative(),
      bytes: z.number().nonnegative(),
    }),
  ),
});
export type NodeSyncs = z.infer<typeof NodeSyncs>;
