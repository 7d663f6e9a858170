import { type KeyHistory, KIND } from './key-history.js';
import { reduceAppends } from './reduce-appends.js';
import { search } from './search.js';
import type { Exhausted, SearchBudget } from './search-budget.js';
import { decideByZones } from './zones.js';

export type KeyOutcome = 'linearizable' | 'not-linearizable' | Exhausted;

/** Zones where they apply, as they always end and soon; the search for everything else. */
export function checkKey(history: KeyHistory, budget: SearchBudget): KeyOutcome {
  const register = asRegister(history);
  if (register === 'impossible') return 'not-linearizable';
  const decided = decideByZones(register);
  if (decided !== null) return decided ? 'linearizable' : 'not-linearizable';
  return search(register, budget, { longest: false }).outcome;
}

/** The key as a register if it is one or can be made one, else as it is. */
export function asRegister(history: KeyHistory): KeyHistory | 'impossible' {
  if (!history.operations.some(({ kind }) => kind === KIND.append)) return history;
  return reduceAppends(history) ?? history;
}
