import { z } from 'zod';

/** `passes/<probe>/pass.json`: one probe's own pass over the same load, and what the load managed while it watched. */
export const ProbePass = z.strictObject({
  schema: z.literal('strata.pass/1'),
  probe: z.string(),
  question: z.string(),
  tier: z.enum(['T0', 'T1', 'T2', 'T3']),
  cost: z.string(),
  seconds: z.number().positive(),
  throughputPerSecond: z.number(),
  /** Throughput of passes without the probe taken right before and after, for the probe effect. */
  referencePerSecond: z.array(z.number()),
  /** Other probes that watched the same load: what the load lost then is the cost of all of them. Absent: none. */
  sharedWith: z.array(z.string()).optional(),
  /** Arguments of Node.js with which the nodes of this pass were started, its reference passes too. Absent: as those of the measured pass. */
  nodeArguments: z.array(z.string()).optional(),
  captures: z.array(z.string()),
  failed: z.string().nullable(),
});
export type ProbePass = z.infer<typeof ProbePass>;

/** `points/<id>/durability.json`: what was acknowledged, what was there after all nodes were killed with SIGKILL. */
export const Durability = z.strictObject({
  schema: z.literal('strata.durability/1'),
  method: z.string(),
  acknowledgedWrites: z.number().int(),
  keysChecked: z.number().int(),
  lost: z.number().int(),
  stale: z.number().int(),
  unreadable: z.number().int(),
});
export type Durability = z.infer<typeof Durability>;
