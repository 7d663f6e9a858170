import type { StrategyLetter } from '../../results/schema/index.js';
import { fromLeader } from '../kpi/leader-readings.js';
import { t } from '../language/language.js';
import { valueOrNull } from '../measures/measured.js';
import { counterPerSecond } from '../measures/node-measures.js';
import { percent, significant, times } from '../tables/format.js';
import { confidenceOf, type Spread } from './confidence.js';
import type { Facts, PointFacts } from './facts.js';

export interface StrategyComparison {
  readonly clients: number;
  readonly level: string;
  /** A B C G, those that ran. */
  readonly arms: readonly PointFacts[];
  /** The fastest sound arm of A and G, the two that acknowledge after a sync, that lost nothing; null without one. */
  readonly safest: PointFacts | null;
}

/** Strategies side by side, one row a level, ascending by clients. */
export function compareStrategies(facts: Facts): readonly StrategyComparison[] {
  const clients = [...new Set(facts.strategies.map((arm) => arm.point.ref.clients))];
  return clients.map((count) => {
    const arms = facts.strategies.filter((arm) => arm.point.ref.clients === count);
    const safe = arms.filter(
      (arm) => 'AG'.includes(arm.point.ref.strategy) && arm.unsound.length === 0 && lostWrites(arm) === 0,
    );
    const safest = safe.reduce<PointFacts | null>(
      (best, arm) =>
        best === null || arm.summary.throughputPerSecond > best.summary.throughputPerSecond ? arm : best,
      null,
    );
    return { clients: count, level: arms[0]!.point.ref.level, arms, safest };
  });
}

/** Acknowledged writes that a read-back missed, after a crash, a power cut or without one; zero too when nobody looked. */
export function lostWrites(point: PointFacts): number {
  const { durability, powerCut } = point.point;
  return (durability?.lost ?? 0) + (powerCut?.lost ?? 0) + (point.summary.verification?.lost ?? 0);
}

/** The sound arm of a strategy at one level. */
export function soundArm(row: Pick<StrategyComparison, 'arms'>, strategy: StrategyLetter): PointFacts | null {
  return row.arms.find((arm) => arm.point.ref.strategy === strategy && arm.unsound.length === 0) ?? null;
}

/** One rate over another: from the lowest to the highest that all passes of both allow, which are the same where each has one. */
export function rateRatio(one: PointFacts, other: PointFacts, facts: Facts): Spread | null {
  const above = confidenceOf(one, facts);
  const below = confidenceOf(other, facts);
  if (!(above.low > 0) || !(below.low > 0)) return null;
  return { low: above.low / below.high, high: above.high / below.low };
}

/** A ratio whose passes lie on both sides of one is no difference. */
export function isDifference({ low, high }: Spread): boolean {
  return low > 1 || high < 1;
}

/** `5.87 to 8.13x`, or `5.87x` where there is one pass of each. */
export function ratioText({ low, high }: Spread): string {
  return times(low) === times(high) ? times(low) : t`${significant(low)} to ${times(high)}`;
}

/** The same as shares: `94.0 % to 110 %`. */
export function shareText({ low, high }: Spread): string {
  return percent(low) === percent(high) ? percent(low) : t`${percent(low)} to ${percent(high)}`;
}

/** At the two ends of a window what is committed and what is logged differ by a few entries, however the commits came about. */
const WINDOW_EDGE_SHARE = 0.02;

/** Entries a second that the log of the leader falls behind what is committed: followers make the quorum without it. Null where it keeps pace. */
export function fallsBehind(arm: PointFacts): number | null {
  const rates = ratesOf(arm);
  if (rates === null) return null;
  const { logged, committed } = rates;
  return committed > logged * (1 + WINDOW_EDGE_SHARE) ? committed - logged : null;
}

/** Both rates were measured, and the log of the leader did not fall behind. */
export function keepsPace(arm: PointFacts): boolean {
  return ratesOf(arm) !== null && fallsBehind(arm) === null;
}

/** Entries a second that the leader logged and committed; null where one of them was not counted. */
function ratesOf(arm: PointFacts): { readonly logged: number; readonly committed: number } | null {
  const rate = (name: string): number | null =>
    valueOrNull(fromLeader(arm, (node) => counterPerSecond(node, name)));
  const logged = rate('log_entries_total');
  const committed = rate('consensus_commits_total');
  return logged === null || committed === null ? null : { logged, committed };
}
