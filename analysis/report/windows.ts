import { t } from '../language/language.js';
import { decimal } from '../tables/format.js';
import type { PointFacts } from './facts.js';

/** How long the points were measured, and warmed up before; null without a point. */
export function windowsText(points: readonly PointFacts[]): string | null {
  if (points.length === 0) return null;
  const lengths = secondsText(points.map(({ summary }) => summary.durationSeconds));
  const warmups = secondsText(points.map(({ summary }) => summary.warmupSeconds));
  return t`windows of ${lengths} after ${warmups} of warm-up`;
}

function secondsText(all: readonly number[]): string {
  const text = (seconds: number): string => decimal(seconds, Number.isInteger(seconds) ? 0 : 1);
  const low = text(Math.min(...all));
  const high = text(Math.max(...all));
  return low === high ? `${low} s` : t`${low} to ${high} s`;
}
