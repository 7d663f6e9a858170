import { z } from 'zod';
import { LayerName, Role } from './common.js';

const captureHead = {
  probe: z.string(),
  node: z.number().int().nonnegative(),
  role: Role.or(z.literal('unknown')),
  pid: z.number().int().positive(),
  seconds: z.number().positive(),
  /** Raw files of this capture, relative to the pass folder. */
  raw: z.array(z.string()),
};

/** A frame of a profile. `file` is relative to the project (`server/log/wal.js`), `node:…` for Node's own, empty for native. */
export const CpuFrame = z.strictObject({
  name: z.string(),
  file: z.string(),
  line: z.number().int(),
  /** Layer of the code itself; `unattributed` when only the callers can tell. */
  layer: LayerName,
});
export type CpuFrame = z.infer<typeof CpuFrame>;

/** `passes/<probe>/node-<id>.json`: CPU samples on two axes, owner layer (who asked) and mechanism (what ran). Microseconds. */
export const CpuCapture = z.strictObject({
  schema: z.literal('strata.cpu/1'),
  ...captureHead,
  intervalUs: z.number().positive(),
  sampledUs: z.number().nonnegative(),
  layers: z.record(LayerName, z.number()),
  mechanisms: z.record(z.string(), z.number()),
  /** `layer` × `mechanism`, microseconds. */
  matrix: z.array(z.strictObject({ layer: LayerName, mechanism: z.string(), us: z.number() })),
  frames: z.array(CpuFrame),
  /** Root first, indexes into `frames`; `layer` is the owner of the leaf's self time. */
  stacks: z.array(z.strictObject({ frames: z.array(z.number().int()), us: z.number(), layer: LayerName })),
});
export type CpuCapture = z.infer<typeof CpuCapture>;

/** `passes/strace/node-<id>.json`: the table of `strace -c -f -w`. Seconds are wall time inside the call. */
export const SyscallCapture = z.strictObject({
  schema: z.literal('strata.syscalls/1'),
  ...captureHead,
  rows: z.array(
    z.strictObject({
      syscall: z.string(),
      calls: z.number().int(),
      errors: z.number().int(),
      seconds: z.number(),
      usecsPerCall: z.number(),
      minUs: z.number().nullable(),
      maxUs: z.number().nullable(),
    }),
  ),
});
export type SyscallCapture = z.infer<typeof SyscallCapture>;

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
