import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HistoryEvent } from '../../results/schema/history.js';
import { seededRandom } from '../testing/random.js';
import { checkKey } from './check-key.js';
import { type EqualTimes, splitByKey } from './key-history.js';
import { pairOperations } from './operations.js';
import { search } from './search.js';
import { SearchBudget } from './search-budget.js';
import { bruteForce } from './testing/brute-force.js';
import { type Recipe, randomHistory } from './testing/made-up-history.js';
import { type JsonValue, ValueTable } from './values.js';
import { decideByZones } from './zones.js';

/** Of each kind; together 100,000. */
const HISTORIES = 20_000;

type Setting = Omit<Recipe, 'keys'> & { readonly values: readonly JsonValue[] };

const COMMON = { operations: 6, processes: 3, failed: 0.08, open: 0.2, latencyNsMax: 6 } as const;

const SETTINGS: Readonly<Record<string, Setting>> = {
  'registers with few values': {
    ...COMMON,
    functions: ['read', 'read', 'write'],
    values: [null, 1, 2],
    value: (random) => 1 + Math.floor(random() * 2),
  },
  'registers with cas': {
    ...COMMON,
    functions: ['read', 'write', 'cas', 'cas'],
    values: [null, 'a', 'b', ['c']],
    value: (random) => (['a', 'b', ['c'], null] as const)[Math.floor(random() * 4)] as JsonValue,
  },
  'keys with append': {
    ...COMMON,
    functions: ['get', 'append', 'append', 'put', 'cas'],
    values: [null, '', 'a', 'b', 'ab', 'ba', 'aa', 7],
    value: (random) => ['a', 'b', 'ab', ''][Math.floor(random() * 4)]!,
  },
  'keys that are only appended to': {
    ...COMMON,
    functions: ['get', 'append'],
    values: [null, 'a', 'b', 'ab', 'ba', 'aab'],
    value: (random) => ['a', 'b', 'ab'][Math.floor(random() * 3)]!,
  },
  'keys with unique pieces': {
    ...COMMON,
    functions: ['get', 'append', 'append', 'put'],
    values: [null, 'a', 'b', 'ab', 'bc', 'abc', 'cd'],
    value: (_, count) => 'abcdef'[count]!,
  },
  'registers with unique values': {
    ...COMMON,
    functions: ['read', 'read', 'write', 'cas'],
    values: [null, 1, 2, 3, 4],
    value: (_, count) => count + 1,
  },
};

function keyHistory(events: readonly HistoryEvent[], equalTimes: EqualTimes) {
  return splitByKey(pairOperations(events), new ValueTable(), () => null, equalTimes)[0];
}

describe('the search agrees with trying every order', () => {
  for (const [name, setting] of Object.entries(SETTINGS)) {
    it(`${name}, ${HISTORIES} histories of up to ${setting.operations} operations`, () => {
      const random = seededRandom(name.length);
      const counts = { good: 0, bad: 0, zones: 0 };
      for (let count = 0; count < HISTORIES; count += 1) {
        const events = randomHistory(random, { ...setting, operations: 2 + (count % 5) });
        const equalTimes = count % 3 === 0 ? 'in-order' : 'concurrent';
        const history = keyHistory(events, equalTimes);
        if (history === undefined) continue;
        const expected = bruteForce(events, null, equalTimes);
        counts[expected ? 'good' : 'bad'] += 1;
        const { outcome } = search(history, new SearchBudget(100_000, 1_000_000, () => false), {
          longest: count % 8 === 0,
        });
        const show = () => `${equalTimes}\n${events.map((event) => JSON.stringify(event)).join('\n')}`;
        if ((outcome === 'linearizable') !== expected)
          assert.fail(`search: ${outcome}, every order: ${expected}, ${show()}`);
        const whole = checkKey(history, new SearchBudget(100_000, 1_000_000, () => false));
        if (whole !== outcome) assert.fail(`check: ${whole}, every order: ${expected}, ${show()}`);
        const zones = decideByZones(history);
        if (zones !== null) counts.zones += 1;
        if (zones !== null && zones !== expected)
          assert.fail(`zones: ${zones}, every order: ${expected}, ${show()}`);
      }
      console.log(counts);
      assert.ok(counts.good > HISTORIES / 10, `only ${counts.good} were linearizable`);
      assert.ok(counts.bad > HISTORIES / 10, `only ${counts.bad} were not linearizable`);
    });
  }
});
