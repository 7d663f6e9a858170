import { t } from '../language/language.js';
import { type Measured, measured, missing } from '../measures/measured.js';
import type { Facts, PointFacts } from '../report/facts.js';
import { fsyncAgain } from '../report/run-again.js';
import { compareStrategies, rateRatio } from '../report/strategies.js';
import { type Reading, reading, type Seen } from '../rules/reading.js';
import { integer } from '../tables/format.js';

export const STRATEGY_READINGS = {
  'better-strategy': reading('times', betterStrategy, {
    command: (point, facts) => fsyncAgain(facts, ['A', 'B', 'C', 'G'], [point.point.ref.clients]),
  }),
} as const satisfies Readonly<Record<string, Reading>>;

/** Rate of the fastest strategy that loses nothing over that of the strategy in use, where the run compares them; 1 where their passes overlap. */
function betterStrategy(point: PointFacts, facts: Facts): Measured<Seen> {
  const used = point.point.ref.strategy;
  const row = compareStrategies(facts).find((entry) => entry.clients === point.point.ref.clients);
  const best = row?.safest;
  const own = row?.arms.find((arm) => arm.point.ref.strategy === used);
  if (row === undefined || best === undefined || best === null || own === undefined)
    return missing(t`the run compares no strategies at this level`);
  const letter = best.point.ref.strategy;
  const ownRate = own.summary.throughputPerSecond;
  const bestRate = best.summary.throughputPerSecond;
  if (!(ownRate > 0)) return missing(t`strategy ${used} completed nothing`);
  const isFaster = letter !== used && (rateRatio(best, own, facts)?.low ?? 0) > 1;
  return measured({
    value: isFaster ? bestRate / ownRate : 1,
    evidence: t`${letter} ${integer(bestRate)}/s against ${used} ${integer(ownRate)}/s in the same run`,
    bound: Math.max(0, 1 - ownRate / bestRate),
  });
}
