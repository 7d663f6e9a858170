import type { KeyHistory } from './key-history.js';
import { search } from './search.js';
import type { Exhausted, SearchBudget } from './search-budget.js';
import { decideByZones } from './zones.js';

export type KeyOutcome = 'linearizable' | 'not-linearizable' | Exhausted;

/** Zones where they apply, as they always end and soon; the search for everything else. */
export function checkKey(history: KeyHistory, budget: SearchBudget): KeyOutcome {
  const decided = decideByZones(history);
  if (decided !== null) return decided ? 'linearizable' : 'not-linearizable';
  return search(history, budget, { longest: false }).outcome;
}
