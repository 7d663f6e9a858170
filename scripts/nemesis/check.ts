import type { HistoryEvent } from '../../results/schema/history.js';

export type Linearizable =
  | { readonly result: 'ok' | 'unknown' }
  | { readonly result: 'violation'; readonly sentence: string };

export async function checkRun(_events: readonly HistoryEvent[], _svgPath: string): Promise<Linearizable> {
  return { result: 'unknown' };
}
