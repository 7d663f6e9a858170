import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../../results/schema/history.js';
import { seededRandom } from '../../testing/random.js';
import { checkKey } from '../check-key.js';
import { type EqualTimes, type KeyHistory, splitByKey } from '../key-history.js';
import { pairOperations } from '../operations.js';
import { search } from '../search.js';
import { SearchBudget } from '../search-budget.js';
import { ValueTable } from '../values.js';
import { decideByZones } from '../zones.js';
import { bruteForce } from './brute-force.js';
import { type RandomRecipe, randomHistory } from './made-up-history.js';

export function plentifulBudget(): SearchBudget {
  return new SearchBudget(1_000_000, 8_000_000, () => false);
}

/** The history of the only key; undefined when nothing is left of it. */
export function keyHistoryOf(
  events: readonly HistoryEvent[],
  equalTimes: EqualTimes = 'concurrent',
): KeyHistory | undefined {
  return splitByKey(pairOperations(events), new ValueTable(), () => null, equalTimes)[0];
}

/**
 * Random histories of two to six operations: the search, the zones where they apply, and both together must agree with trying every order. Both
 * verdicts have to be frequent, or nothing was tested.
 */
export function crossCheck(recipe: RandomRecipe, histories: number, seed: number): void {
  const random = seededRandom(seed);
  const counts = { good: 0, bad: 0 };
  for (let count = 0; count < histories; count += 1) {
    const events = randomHistory(random, { ...recipe, operations: 2 + (count % 5) });
    const equalTimes = count % 3 === 0 ? 'in-order' : 'concurrent';
    const history = keyHistoryOf(events, equalTimes);
    const expected = bruteForce(events, null, equalTimes);
    counts[expected ? 'good' : 'bad'] += 1;
    if (history === undefined) continue;
    const found = {
      search: search(history, plentifulBudget(), { longest: count % 8 === 0 }).outcome,
      check: checkKey(history, plentifulBudget()),
      zones: inWords(decideByZones(history) ?? expected),
    };
    for (const [name, outcome] of Object.entries(found))
      if (outcome !== inWords(expected))
        assert.fail(
          `${name}: ${outcome}, every order: ${inWords(expected)}, equal times ${equalTimes}\n${asLines(events)}`,
        );
  }
  assert.ok(counts.good > histories / 10, `only ${counts.good} of ${histories} were linearizable`);
  assert.ok(counts.bad > histories / 10, `only ${counts.bad} of ${histories} were not linearizable`);
}

export function inWords(isLinearizable: boolean): 'linearizable' | 'not-linearizable' {
  return isLinearizable ? 'linearizable' : 'not-linearizable';
}

export function asLines(events: readonly HistoryEvent[]): string {
  return events.map((event) => JSON.stringify(event)).join('\n');
}
