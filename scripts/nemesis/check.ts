import { writeFileSync } from 'node:fs';
import { checkHistory } from '../../analysis/linearizability/index.js';
import type { HistoryEvent } from '../../results/schema/history.js';
import { counterexampleText } from '../lib/counterexample-text.js';

const CHECK_MS_MAX = 120_000;

export type Judgement =
  | { readonly result: 'ok' }
  | { readonly result: 'unknown' | 'violation'; readonly sentence: string };

/** Whether what the clients saw is linearizable. A counterexample is written to a file for a person to look at. */
export function judge(events: readonly HistoryEvent[], counterexamplePath: string): Judgement {
  // One thread has recorded everything, so the order of the list is the order of the events.
  const options = { model: 'kv', initial: {}, timeoutMs: CHECK_MS_MAX, equalTimes: 'in-order' } as const;
  const verdict = checkHistory(events, options);
  if (verdict.verdict === 'linearizable') return { result: 'ok' };
  if (verdict.verdict === 'unknown')
    return { result: 'unknown', sentence: `no verdict on the history: ${verdict.because}` };
  const { key, operations } = verdict.counterexample;
  writeFileSync(counterexamplePath, counterexampleText(verdict.counterexample));
  const sentence = `not linearizable: no order explains ${operations.length} operations on key ${key}: ${counterexamplePath}`;
  return { result: 'violation', sentence };
}
