import { z } from 'zod';
import type { BpfCapture } from '../../results/schema/index.js';
import { ProbeError } from '../probe-error.js';
import type { KernelHistogram } from './kernel-program.js';

const TEXT_MAX = 4 * 1024 * 1024;
const LINES_MAX = 10_000;
/** A histogram of 64 bits has one bucket a bit, and one for what is negative. */
const BUCKETS_MAX = 66;

/** A bucket from `min` to `max`; the lowest of a histogram with negative values has no `min`. */
const Bucket = z.object({
  min: z.number().int().nonnegative().optional(),
  count: z.number().int().nonnegative(),
});
const HistogramLine = z.object({
  type: z.literal('hist'),
  data: z.record(z.string(), z.array(Bucket).max(BUCKETS_MAX)),
});

/**
 * Reads the histograms that `bpftrace -f json` prints at its end: one line a map, `{"type":"hist","data":{"@name":[{"min":4,"max":7,"count":1}]}}`.
 * Other lines say how the program fares and are skipped. A histogram that nothing fell into is not printed; it is there with no bucket, for it was
 * measured. Values below zero (two processors whose clocks differ) count as zero.
 */
export function parseBpftraceHistograms(
  text: string,
  expected: readonly KernelHistogram[],
): BpfCapture['histograms'] {
  if (text.length > TEXT_MAX) throw invalid(`it has ${text.length} characters, more than ${TEXT_MAX}`);
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length > LINES_MAX) throw invalid(`it has ${lines.length} lines, more than ${LINES_MAX}`);
  const found = new Map<string, [number, number][]>();
  for (const line of lines) {
    const parsed = HistogramLine.safeParse(jsonOf(line));
    if (!parsed.success) continue;
    for (const [name, buckets] of Object.entries(parsed.data.data)) found.set(name, ascending(buckets));
  }
  return expected.map((histogram) => ({ ...histogram, buckets: found.get(`@${histogram.name}`) ?? [] }));
}

function ascending(buckets: readonly z.infer<typeof Bucket>[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const { min = 0, count } of buckets) {
    const sum = (counts.get(min) ?? 0) + count;
    if (count > 0 && Number.isSafeInteger(sum)) counts.set(min, sum);
  }
  return [...counts].sort((a, b) => a[0] - b[0]);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw invalid(`line ${JSON.stringify(line.slice(0, 80))} is no JSON`);
  }
}

function invalid(reason: string): ProbeError {
  return new ProbeError(
    'STRATA_PROBE_OUTPUT_INVALID',
    `The output of bpftrace cannot be read: ${reason}. Keep the file and report it.`,
  );
}
