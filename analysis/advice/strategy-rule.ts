import type { Facts, PointFacts } from '../report/facts.js';
import { compareStrategies } from '../report/strategies.js';
import { integer } from '../tables/format.js';
import type { AdviceRule, Evidence } from './advice-rule.js';

/** Fires when the run itself shows a strategy that loses nothing and is faster than the one in use. */
export const STRATEGY_RULE: AdviceRule = {
  id: 'better-strategy',
  claims: ['L1', 'L6'],
  layer: 'log',
  of: 'throughput',
  title: 'Another strategy that loses nothing is faster',
  action: 'Switch with `--fsync group` (G) or `--fsync always` (A).',
  examine: betterStrategy,
  command: (point) => `strata fsync --strategies A,B,C,G --levels ${point.point.ref.clients}`,
};

function betterStrategy(point: PointFacts, facts: Facts): Evidence | null {
  const used = point.point.ref.strategy;
  const row = compareStrategies(facts).find((entry) => entry.clients === point.point.ref.clients);
  const best = row?.safest;
  const own = row?.arms.find((arm) => arm.point.ref.strategy === used);
  if (row === undefined || best === undefined || best === null || own === undefined) return null;
  const letter = best.point.ref.strategy;
  const ownRate = own.summary.throughputPerSecond;
  const bestRate = best.summary.throughputPerSecond;
  if (letter === used || bestRate <= ownRate * 1.05) return null;
  return {
    text: `${letter} ${integer(bestRate)}/s against ${used} ${integer(ownRate)}/s in the same run`,
    bound: 1 - ownRate / bestRate,
  };
}
