import { z } from 'zod';
import { LayerName } from '../common.js';
import { captureHead, ThreadKind } from './head.js';

/** A frame of a profile. `file` is relative to the project (`server/log/wal.js`), `node:…` for Node's own, empty for native. */
export const CpuFrame = z.strictObject({
  name: z.string(),
  file: z.string(),
  line: z.number().int(),
  /** Layer of the code itself; `unattributed` when only the callers can tell. */
  layer: LayerName,
});
export type CpuFrame = z.infer<typeof CpuFrame>;

const onTwoAxes = {
  layers: z.record(LayerName, z.number()),
  mechanisms: z.record(z.string(), z.number()),
  /** `layer` × `mechanism`, microseconds. */
  matrix: z.array(z.strictObject({ layer: LayerName, mechanism: z.string(), us: z.number() })),
};

/** `passes/<probe>/node-<id>.json`: CPU samples on two axes, owner layer (who asked) and mechanism (what ran). Microseconds. */
export const CpuCapture = z.strictObject({
  schema: z.literal('strata.cpu/1'),
  ...captureHead,
  intervalUs: z.number().positive(),
  sampledUs: z.number().nonnegative(),
  ...onTwoAxes,
  frames: z.array(CpuFrame),
  /** Root first, indexes into `frames`; `layer` is the owner of the leaf's self time. */
  stacks: z.array(
    z.strictObject({ frames: z.array(z.number().int()), us: z.number().nonnegative(), layer: LayerName }),
  ),
});
export type CpuCapture = z.infer<typeof CpuCapture>;

/** `js`: a JavaScript function, its tiers merged. `builtin`: V8's own machine code. `native`: C and C++. `kernel`: the kernel's. */
export const PerfFrame = z.strictObject({
  ...CpuFrame.shape,
  kind: z.enum(['js', 'builtin', 'native', 'kernel', 'unknown']),
});
export type PerfFrame = z.infer<typeof PerfFrame>;

/** `perf record` over all threads of a process: kernel, libuv and JavaScript in one stack. Time on a CPU only; there is no idle in it. */
export const PerfCapture = z.strictObject({
  schema: z.literal('strata.perf/1'),
  ...captureHead,
  /** What perf really sampled: without performance counters it falls back to `cpu-clock` and says nothing. */
  event: z.string(),
  frequencyHz: z.number().positive(),
  samples: z.number().int().nonnegative(),
  lost: z.number().int().nonnegative(),
  /** False where the process was not started with the flags that give JavaScript frames names. */
  namesJavaScript: z.boolean(),
  sampledUs: z.number().nonnegative(),
  threads: z.array(
    z.strictObject({
      tid: z.number().int(),
      kind: ThreadKind,
      us: z.number(),
      samples: z.number().int(),
    }),
  ),
  ...onTwoAxes,
  frames: z.array(PerfFrame),
  /** Root first; `thread` is the kind of the thread that ran it. */
  stacks: z.array(
    z.strictObject({
      frames: z.array(z.number().int()),
      us: z.number().nonnegative(),
      layer: LayerName,
      thread: ThreadKind,
    }),
  ),
});
export type PerfCapture = z.infer<typeof PerfCapture>;

/** Sampled allocations of the JavaScript heap. `alloc`: all that was allocated meanwhile. `inuse`: what of it was still there at the end. */
export const HeapCapture = z.strictObject({
  schema: z.literal('strata.heap/1'),
  ...captureHead,
  kind: z.enum(['alloc', 'inuse']),
  /** One sample for about this many bytes. */
  intervalBytes: z.number().positive(),
  sampledBytes: z.number().nonnegative(),
  layers: z.record(LayerName, z.number()),
  frames: z.array(CpuFrame),
  stacks: z.array(
    z.strictObject({ frames: z.array(z.number().int()), bytes: z.number().nonnegative(), layer: LayerName }),
  ),
});
export type HeapCapture = z.infer<typeof HeapCapture>;
