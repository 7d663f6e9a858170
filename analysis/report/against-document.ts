import type { DocumentLevel } from '../reference/document.js';
import { echoOf } from './ceiling.js';
import { confidenceOf, isWithinSpread, percentileSpread, type Spread } from './confidence.js';
import type { Facts, PointFacts } from './facts.js';

export type AgainstDocument =
  | 'reached'
  | 'not reached'
  | 'within the spread'
  | 'not decidable on this machine';

/** A figure that an empty HTTP server does not reach here either is not missed by what is measured: this machine cannot tell. */
export function judgeThroughput(point: PointFacts, document: DocumentLevel, facts: Facts): AgainstDocument {
  const figure = document.throughputPerSecond;
  const { throughputPerSecond } = point.summary;
  if (isWithinSpread(figure, confidenceOf(point, facts))) return 'within the spread';
  if (throughputPerSecond >= figure) return 'reached';
  const echo = echoOf(point, facts);
  return echo !== null && figure > echo.throughputPerSecond ? 'not decidable on this machine' : 'not reached';
}

/** Null where the window has too few requests for this percentile. */
export function judgePercentile(
  point: PointFacts,
  document: DocumentLevel,
  which: 'p50' | 'p99',
  facts: Facts,
): AgainstDocument | null {
  const figure = which === 'p50' ? document.p50Us : document.p99Us;
  const ours = point.summary.latency.response[which];
  const spread = percentileSpread(point, facts, which);
  if (ours === null || spread === null) return null;
  if (isWithinSpread(figure, spread)) return 'within the spread';
  if (ours <= figure) return 'reached';
  const floor = echoOf(point, facts)?.response[which] ?? 0;
  return figure < floor ? 'not decidable on this machine' : 'not reached';
}

export type AgainstRange =
  | 'below'
  | 'inside'
  | 'above'
  | 'within the spread'
  | 'not decidable on this machine';

/** Where all that was measured of an arm lies against a range of rates; a border between its passes decides nothing. */
export function judgeRange(arm: PointFacts, range: Spread, facts: Facts): AgainstRange {
  const { low, high } = confidenceOf(arm, facts);
  if (low > range.high) return 'above';
  if (low >= range.low && high <= range.high) return 'inside';
  if (high >= range.low) return 'within the spread';
  const echo = echoOf(arm, facts);
  return echo !== null && range.low > echo.throughputPerSecond ? 'not decidable on this machine' : 'below';
}
