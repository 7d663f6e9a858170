import { t } from '../language/language.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import type { Facts, PointFacts } from '../report/facts.js';

const FLOOR_BLOCK_BYTES = 4096;

/** Write and sync of one block of 4 KiB by one process on the idle machine, mean. */
export function syncFloor(
  point: PointFacts,
  facts: Facts,
): Measured<{ readonly primitive: string; readonly ns: number }> {
  const row = facts.data.baseline?.sync.find(
    ({ primitive, blockBytes }) =>
      primitive === point.point.ref.primitive && blockBytes === FLOOR_BLOCK_BYTES,
  );
  return row === undefined || !(row.latency.mean > 0)
    ? missing(t`the baseline has no sync of 4 KiB by ${point.point.ref.primitive}`)
    : measured({ primitive: row.primitive, ns: row.latency.mean * 1e3 });
}
