import { t } from '../language/language.js';
import { type MedianInterval, medianInterval } from '../statistics/order-statistics.js';
import { decimal, integer, perSecond, significant } from '../tables/format.js';
import type { Facts, PointFacts } from './facts.js';

/** From the lowest to the highest that a run measured of one thing: what lies between is not told apart from what was measured. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

/** What a run knows of how far the throughput of one level would be off, measured again. Rates are requests a second. */
export interface Confidence extends Spread {
  /** Of the median second of the measured pass; null for a window of fewer than six whole seconds. */
  readonly interval: MedianInterval | null;
  /** Rates of the other passes of the run that measured the same: this level, this strategy, and no probe that watched. */
  readonly others: readonly number[];
}

export function confidenceOf(point: PointFacts, facts: Facts): Confidence {
  const interval = secondsInterval(point);
  const others = [
    ...besideProbes(point),
    ...besideRecording(point),
    ...otherPoints(point, facts).flatMap((other) => [
      other.summary.throughputPerSecond,
      ...besideProbes(other),
    ]),
  ];
  const all = [point.summary.throughputPerSecond, ...others];
  if (interval !== null) all.push(interval.low, interval.high);
  return { interval, others, low: Math.min(...all), high: Math.max(...all) };
}

/** A percentile over the passes of the level that kept one: passes around probes keep their rate alone. Null where the window has too few requests for it. */
export function percentileSpread(point: PointFacts, facts: Facts, which: 'p50' | 'p99'): Spread | null {
  const own = point.summary.latency.response[which];
  if (own === null) return null;
  const others = otherPoints(point, facts).flatMap(({ summary }) => summary.latency.response[which] ?? []);
  return { low: Math.min(own, ...others), high: Math.max(own, ...others) };
}

/** Whether a figure is one that this run cannot tell from its own. */
export function isWithinSpread(figure: number, { low, high }: Spread): boolean {
  return low < high && low <= figure && figure <= high;
}

/** The spread inside the window: whole seconds only, because the last one of the timeline may be cut. */
export function secondsInterval({ summary }: Pick<PointFacts, 'summary'>): MedianInterval | null {
  const whole = summary.timeline.filter(({ second }) => second + 1 <= summary.durationSeconds);
  return medianInterval(whole.map(({ ops }) => ops));
}

/**
 * Passes around those with a probe. Probes that watched together have the same two, and neighbours share the one between them; nodes that were started in another
 * way are another cluster.
 */
function besideProbes({ point }: PointFacts): readonly number[] {
  const rates: number[] = [];
  let before: readonly number[] = [];
  for (const { pass } of point.passes) {
    if ((pass.nodeArguments ?? []).length > 0) continue;
    const references = pass.referencePerSecond;
    if (references.join() === before.join()) continue;
    rates.push(...(references[0] === before.at(-1) ? references.slice(1) : references));
    before = references;
  }
  return rates;
}

/** Where a history was recorded in the measured pass, the passes that recorded one too. */
function besideRecording({ point, summary }: PointFacts): readonly number[] {
  if (!summary.history) return [];
  return point.recording?.pairs.map(({ withPerSecond }) => withPerSecond) ?? [];
}

/** The arm of the comparison of strategies that has the settings of a level of the sweep, and the other way round; what its audit refused is no witness. */
function otherPoints(point: PointFacts, { sweep, strategies }: Facts): readonly PointFacts[] {
  const { clients, strategy, primitive } = point.point.ref;
  return [...sweep, ...strategies].filter((other) => {
    const { ref } = other.point;
    const isAlike = ref.clients === clients && ref.strategy === strategy && ref.primitive === primitive;
    // Load that goes to all nodes in turn is forwarded by most of them.
    const isSent = other.summary.targets.length === point.summary.targets.length;
    return other !== point && isAlike && isSent && other.unsound.length === 0;
  });
}

/** `15,770/s (5 other passes: 13,198 to 18,282/s)`: never a rate without what is known of its spread. */
export function rateWithConfidence(point: PointFacts, facts: Facts): string {
  return t`${perSecond(point.summary.throughputPerSecond)} (${spreadText(point, facts)})`;
}

/** Other passes are named beside an interval only where they contradict it: a window's own seconds know nothing of what differs between windows. */
export function spreadText(point: PointFacts, facts: Facts): string {
  const { interval, others } = confidenceOf(point, facts);
  if (interval === null) return others.length > 0 ? othersText(others) : noInterval(point);
  const { low, high } = interval;
  const within = t`95 % interval of its median second: ${range(low, high)}`;
  const isContradicted = others.some((rate) => rate < low || rate > high);
  return isContradicted ? t`${within}; ${othersText(others)}` : within;
}

function othersText(others: readonly number[]): string {
  if (others.length === 1) return t`another pass: ${perSecond(others[0]!)}`;
  return t`${integer(others.length)} other passes: ${range(Math.min(...others), Math.max(...others))}`;
}

function noInterval({ summary }: PointFacts): string {
  const { durationSeconds } = summary;
  return t`no interval: one window of ${decimal(durationSeconds, Number.isInteger(durationSeconds) ? 0 : 1)} s`;
}

/** The unit stands once, behind both. */
function range(low: number, high: number): string {
  const bare = low < 99.5 ? significant(low) : integer(low);
  return t`${bare} to ${perSecond(high)}`;
}
