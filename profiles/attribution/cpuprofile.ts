import { z } from 'zod';
import { ProbeError } from '../probe-error.js';

/** V8 counts lines in 32 bits. */
const LINE_MAX = 2 ** 31 - 1;

export const CallFrame = z.object({
  functionName: z.string(),
  url: z.string(),
  /** Zero-based; -1 for native code. */
  lineNumber: z.number().int().max(LINE_MAX),
});

/** V8's `.cpuprofile`, only the fields that are read. Times are microseconds of the profiler's own clock. */
const CpuProfileSchema = z.object({
  nodes: z
    .array(
      z.object({
        id: z.number().int(),
        callFrame: CallFrame,
        children: z.array(z.number().int()).optional(),
        /** Samples by line; for inlined code the line in ITS file, without a word about which file that is. */
        positionTicks: z
          .array(z.object({ line: z.number().int().max(LINE_MAX), ticks: z.number().int() }))
          .optional(),
      }),
    )
    .min(1),
  startTime: z.number(),
  endTime: z.number(),
  samples: z.array(z.number().int()),
  timeDeltas: z.array(z.number()),
});
export type CpuProfile = z.infer<typeof CpuProfileSchema>;
export type CpuProfileNode = CpuProfile['nodes'][number];
export type CpuProfileCallFrame = z.infer<typeof CallFrame>;

/** Reads the text of a `.cpuprofile`; `source` names it in errors. */
export function parseCpuProfile(text: string, source: string): CpuProfile {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid(`${source} is not JSON: ${(error as Error).message}`);
  }
  return readCpuProfile(document, source);
}

/** The same for a document that is parsed already. */
export function readCpuProfile(document: unknown, source: string): CpuProfile {
  const result = CpuProfileSchema.safeParse(document);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw invalid(`${source} is no V8 CPU profile: field ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { nodes, samples, timeDeltas } = result.data;
  if (new Set(nodes.map(({ id }) => id)).size !== nodes.length)
    throw invalid(`${source} has two nodes of one id`);
  if (samples.length !== timeDeltas.length) {
    throw invalid(`${source} has ${samples.length} samples but ${timeDeltas.length} time deltas`);
  }
  return result.data;
}

/** One sample: what was on the CPU, or what the thread waited in, from `atUs` on. */
export interface SampleSpan {
  readonly node: number;
  /** Of the profiler's clock: CLOCK_MONOTONIC on Linux. */
  readonly atUs: number;
  readonly us: number;
}

/**
 * Samples in the order of time, from `timeDeltas`, never from `hitCount`: a sampler that wakes late takes one sample for a long interval.
 * `timeDeltas[i]` is the gap BEFORE sample i, so sample i lasts until sample i+1 and the last one until `endTime`; what
 * passed before the first sample was seen by nobody and is not counted. V8 may write samples out of order: sort by time.
 */
export function sampleSpans(profile: CpuProfile): SampleSpan[] {
  let time = profile.startTime;
  const marks = profile.samples.map((node, index) => {
    time += profile.timeDeltas[index]!;
    return { node, atUs: time };
  });
  marks.sort((a, b) => a.atUs - b.atUs);
  return marks.map(({ node, atUs }, index) => {
    const endUs = marks[index + 1]?.atUs ?? Math.max(profile.endTime, atUs);
    return { node, atUs, us: endUs - atUs };
  });
}

/** Microseconds each node was seen running itself. */
export interface SelfTimes {
  readonly byNode: ReadonlyMap<number, number>;
  readonly totalUs: number;
}

export function selfTimes(profile: CpuProfile): SelfTimes {
  const byNode = new Map<number, number>();
  let totalUs = 0;
  for (const { node, us } of sampleSpans(profile)) {
    byNode.set(node, (byNode.get(node) ?? 0) + us);
    totalUs += us;
  }
  return { byNode, totalUs };
}

function invalid(message: string): ProbeError {
  return new ProbeError('STRATA_PROBE_OUTPUT_INVALID', `${message}. Capture again.`);
}
