import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkHistory, renderTimelineSvg, renderTimelineText } from '../../analysis/linearizability/index.js';
import type { HistoryEvent } from '../../results/schema/history.js';

const CHECK_MS_MAX = 120_000;

export type Judgement =
  | { readonly result: 'ok' }
  | { readonly result: 'unknown' | 'violation'; readonly sentence: string };

/** Whether what the clients saw is linearizable. A counterexample is drawn, and told in words, beside the history. */
export function judge(events: readonly HistoryEvent[], directory: string): Judgement {
  // One thread has recorded everything, so the order of the list is the order of the events.
  const options = { model: 'kv', initial: {}, timeoutMs: CHECK_MS_MAX, equalTimes: 'in-order' } as const;
  const verdict = checkHistory(events, options);
  if (verdict.verdict === 'linearizable') return { result: 'ok' };
  if (verdict.verdict === 'unknown')
    return { result: 'unknown', sentence: `no verdict on the history: ${verdict.because}` };
  const { key, operations } = verdict.counterexample;
  const path = join(directory, 'counterexample.svg');
  writeFileSync(path, renderTimelineSvg(verdict.counterexample));
  writeFileSync(join(directory, 'counterexample.txt'), renderTimelineText(verdict.counterexample));
  const count = `${operations.length} operation${operations.length === 1 ? '' : 's'}`;
  const sentence = `not linearizable: no order explains ${count} on key ${key}: ${path}`;
  return { result: 'violation', sentence };
}
