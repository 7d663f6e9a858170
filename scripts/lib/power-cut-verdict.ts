import type { PowerCutRound, StrategyLetter } from '../../results/schema/index.js';
import type { WriteRecord } from './power-cut-load.js';

/** What was found in one node: values by key. */
export type Contents = ReadonlyMap<string, string>;

export interface CutFacts {
  readonly written: WriteRecord;
  /** Of `performance.now()`. */
  readonly cutAtMs: number;
  /** What each node holds afterwards. */
  readonly contents: readonly Contents[];
  /** What was sent for a key. */
  readonly sent: (key: string) => string;
}

type Loss = Pick<
  PowerCutRound,
  'acknowledged' | 'lost' | 'oldestLostMs' | 'unanswered' | 'unansweredFound' | 'foreign' | 'nodesEqual'
>;

/** Looks for every write of a round in what the first node holds, and compares the others with it. */
export function countLoss({ written, cutAtMs, contents, sent }: CutFacts): Loss {
  const [found = new Map<string, string>(), ...others] = contents;
  const loss = { acknowledged: 0, lost: 0, unanswered: 0, unansweredFound: 0, foreign: 0 };
  let oldestLostMs: number | null = null;
  for (const [key, atMs] of written) {
    const isThere = found.has(key);
    if (atMs === null) {
      loss.unanswered++;
      if (isThere) loss.unansweredFound++;
      continue;
    }
    loss.acknowledged++;
    if (isThere) continue;
    loss.lost++;
    // An answer that was read after the cut had left before it.
    oldestLostMs = Math.max(oldestLostMs ?? 0, cutAtMs - atMs);
  }
  for (const [key, value] of found) if (!written.has(key) || value !== sent(key)) loss.foreign++;
  return { ...loss, oldestLostMs, nodesEqual: others.every((other) => sameContents(found, other)) };
}

function sameContents(one: Contents, other: Contents): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}

export interface SyncTimes {
  readonly intervalMs: number;
  readonly longestSyncMs: number;
  readonly latestTimerMs: number;
}

/**
 * How old a lost write may be. A and G: none may be lost. C promises nothing. B: a write waits for the sync that is under way when it comes, for the
 * next turn of the interval, which may come late, and for its own sync; and it is lost until that one is done.
 */
export function allowedLossMs(strategy: StrategyLetter, times: SyncTimes): number | null {
  if (strategy === 'C') return null;
  if (strategy !== 'B') return 0;
  return times.intervalMs + 2 * times.longestSyncMs + times.latestTimerMs;
}

/** One sentence for each promise that the round broke. */
export function brokenPromises(strategy: StrategyLetter, number: number, round: PowerCutRound): string[] {
  const broken: string[] = [];
  const { lost, oldestLostMs, allowedMs, foreign, nodesEqual } = round;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  if (allowedMs === 0 && lost > 0)
    broken.push(`cut ${number}: ${lost} acknowledged writes are gone under ${strategy}, which promises all`);
  if (allowedMs !== null && allowedMs > 0 && (oldestLostMs ?? 0) > allowedMs)
    broken.push(
      `cut ${number}: a write acknowledged ${ms(oldestLostMs!)} before the cut is gone, ${strategy} allows ${ms(allowedMs)}`,
    );
  if (foreign > 0) broken.push(`cut ${number}: ${foreign} keys hold what was never written`);
  if (!nodesEqual) broken.push(`cut ${number}: the nodes differ afterwards`);
  return broken;
}
