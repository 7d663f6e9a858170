import { z } from 'zod';
import { StrategyLetter } from './common.js';

const count = z.number().int().nonnegative();

/** One cut: a load, the power of all nodes at once, a start, and every acknowledged write looked for. */
export const PowerCutRound = z.strictObject({
  acknowledged: count,
  /** Acknowledged, and not there afterwards. */
  lost: count,
  /** How long before the cut the oldest lost write had been acknowledged; null when none was lost. */
  oldestLostMs: z.number().nonnegative().nullable(),
  /** What the strategy allows that to be; 0 where it allows no loss, null where it promises nothing. */
  allowedMs: z.number().nonnegative().nullable(),
  /** Of any node until the cut: the longest sync of the log, the one under way included, and the latest timer. */
  longestSyncMs: z.number().nonnegative(),
  latestTimerMs: z.number().nonnegative(),
  /** Sent and not answered: may be there or not. */
  unanswered: count,
  unansweredFound: count,
  /** Found and never sent, or with another value than was sent. */
  foreign: count,
  /** Every node held the same keys and values afterwards. */
  nodesEqual: z.boolean(),
  /** From the start of the processes to a leader that serves. */
  restartMs: z.number().nonnegative(),
});
export type PowerCutRound = z.infer<typeof PowerCutRound>;

/** `points/<id>/power-cut.json`: what a strategy loses when nothing survives that was not synced. */
export const PowerCut = z.strictObject({
  schema: z.literal('strata.power-cut/1'),
  method: z.string(),
  strategy: StrategyLetter,
  nodes: z.number().int().positive(),
  clients: z.number().int().positive(),
  /** Strategy B: time between two syncs; null for the others. */
  intervalMs: z.number().positive().nullable(),
  rounds: z.array(PowerCutRound).min(1),
  acknowledged: count,
  lost: count,
  oldestLostMs: z.number().nonnegative().nullable(),
  /** One sentence for each promise of the strategy that a round broke. */
  broken: z.array(z.string()),
});
export type PowerCut = z.infer<typeof PowerCut>;
