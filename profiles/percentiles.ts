import type { z } from 'zod';
import type { Percentiles } from '../results/schema/index.js';

/** Ten-thousandths, so that the rule below is exact: in floating point 100 * (1 - 0.9) is less than 10. */
const PERCENTILES = { p50: 5_000, p90: 9_000, p95: 9_500, p99: 9_900, p999: 9_990, p9999: 9_999 } as const;
const WHOLE = 10_000;
/** A percentile with fewer values beyond it is an anecdote, so it is null. */
const VALUES_BEYOND_MIN = 10;

/** Exact percentiles (nearest rank) of at least one value, in the unit of the values. */
export function exactPercentiles(values: Float64Array): z.infer<typeof Percentiles> {
  if (values.length === 0) throw new RangeError('percentiles of no value');
  const sorted = values.slice().sort();
  const at = (share: number): number | null => {
    if (sorted.length * (WHOLE - share) < VALUES_BEYOND_MIN * WHOLE) return null;
    return sorted[Math.ceil((sorted.length * share) / WHOLE) - 1]!;
  };
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    min: sorted[0]!,
    p50: at(PERCENTILES.p50),
    p90: at(PERCENTILES.p90),
    p95: at(PERCENTILES.p95),
    p99: at(PERCENTILES.p99),
    p999: at(PERCENTILES.p999),
    p9999: at(PERCENTILES.p9999),
    max: sorted.at(-1)!,
  };
}
