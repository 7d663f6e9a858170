import type { StrategyLetter } from '../../results/schema/index.js';
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
export function soundArm(row: StrategyComparison, strategy: StrategyLetter): PointFacts | null {
  return row.arms.find((arm) => arm.point.ref.strategy === strategy && arm.unsound.length === 0) ?? null;
}
