import { z } from 'zod';

/** The layers of the report are the folders of the server; `gc`, `idle` and `unattributed` are kept apart, never dropped. */
export const LAYERS = ['network', 'consensus', 'log', 'io', 'state', 'runtime'] as const;
export const PSEUDO_LAYERS = ['gc', 'idle', 'unattributed'] as const;
export const LayerName = z.enum([...LAYERS, ...PSEUDO_LAYERS]);
export type LayerName = z.infer<typeof LayerName>;

/** A: fsync per entry. B: interval. C: none. G: group commit. */
export const StrategyLetter = z.enum(['A', 'B', 'C', 'G']);
export type StrategyLetter = z.infer<typeof StrategyLetter>;
export const STRATEGY_FLAGS = { A: 'always', B: 'interval', C: 'none', G: 'group' } as const;

export const Role = z.enum(['leader', 'follower', 'candidate', 'precandidate', 'learner']);

/** Microseconds. Percentiles that the sample is too small for (count * (1 - q) < 10) are null. */
export const Percentiles = z.strictObject({
  count: z.number().int().nonnegative(),
  mean: z.number(),
  min: z.number(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  p999: z.number().nullable(),
  p9999: z.number().nullable(),
  max: z.number(),
});
export type Percentiles = z.infer<typeof Percentiles>;

/**
 * A cumulative or windowed histogram: `[lower bound, count]` of the buckets that are not empty, ascending. A bucket reaches to
 * lower * (1 + 1/32), or lower + 1 below 64, so a value read from it is at most 1.6 % off its middle.
 */
export const Histogram = z.strictObject({
  count: z.number().int().nonnegative(),
  sum: z.number().nonnegative(),
  buckets: z.array(z.tuple([z.number().nonnegative(), z.number().int().nonnegative()])),
});
export type Histogram = z.infer<typeof Histogram>;

/** Something that a report would show and this run could not: a line with its reason, never a blank. */
export const NotMeasured = z.strictObject({ what: z.string(), because: z.string() });
export type NotMeasured = z.infer<typeof NotMeasured>;
