import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HistoryEvent } from '../../results/schema/history.js';
import { seededRandom } from '../testing/random.js';
import { checkHistory } from './check-history.js';
import { checkKey } from './check-key.js';
import { search } from './search.js';
import { shrink } from './shrink.js';
import { bruteForce } from './testing/brute-force.js';
import { inWords, keyHistoryOf, plentifulBudget } from './testing/cross-check.js';
import { honestHistory, type Recipe, randomHistory } from './testing/made-up-history.js';
import { decideByZones } from './zones.js';

const FUNCTIONS = [
  ['read', 'write'],
  ['read', 'write', 'cas'],
  ['get', 'put', 'append'],
  ['get', 'append'],
  ['get', 'put', 'append', 'cas'],
] as const;

/** Recipes of every kind; values are strings, so that they can be appended. */
const recipes = fc
  .record({
    operations: fc.integer({ min: 1, max: 60 }),
    processes: fc.integer({ min: 1, max: 12 }),
    functions: fc.constantFrom(...FUNCTIONS),
    distinct: fc.constantFrom(1, 2, 5, 1_000),
    failed: fc.double({ min: 0, max: 0.3, noNaN: true }),
    open: fc.double({ min: 0, max: 0.3, noNaN: true }),
    latencyNsMax: fc.constantFrom(1, 4, 100, 10_000),
    keys: fc.integer({ min: 1, max: 3 }),
    tellsWhole: fc.boolean(),
  })
  .map(({ distinct, ...recipe }): Recipe => ({ ...recipe, value: (_, count) => `${count % distinct},` }));
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** One answer changed to what another operation wrote or read. */
function mutated(events: readonly HistoryEvent[], random: () => number): HistoryEvent[] {
  const answers = events.flatMap(({ type, f }, index) =>
    type === 'ok' && (f === 'read' || f === 'get') ? [index] : [],
  );
  const values = events.flatMap(({ f, value }) => (f === 'cas' ? [] : [value]));
  const chosen = answers[Math.floor(random() * answers.length)];
  const value = values[Math.floor(random() * values.length)] ?? null;
  return events.map((event, index) => (index === chosen ? { ...event, value } : event));
}

describe('checkHistory, for any history', () => {
  it('accepts what clients of a real sequential object saw', () => {
    fc.assert(
      fc.property(recipes, seeds, (recipe, seed) => {
        const events = honestHistory(seededRandom(seed), recipe);
        const { verdict } = checkHistory(events, { stepsMax: 2_000_000 });
        // An object that only open operations met tested nothing.
        const completed = events.some(({ type }) => type === 'ok');
        assert.equal(verdict, completed ? 'linearizable' : 'unknown');
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with trying every order when one answer is changed', () => {
    fc.assert(
      fc.property(recipes, seeds, (recipe, seed) => {
        const random = seededRandom(seed);
        const operations = Math.min(6, recipe.operations);
        const events = mutated(honestHistory(random, { ...recipe, operations, keys: 1 }), random);
        fc.pre(events.some(({ type }) => type === 'ok'));
        assert.equal(checkHistory(events).verdict, inWords(bruteForce(events, null)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives the same verdict whatever the order of the lines of different processes', () => {
    fc.assert(
      fc.property(recipes, seeds, (recipe, seed) => {
        const random = seededRandom(seed);
        const events = mutated(honestHistory(random, recipe), random);
        const byProcess = [...events].sort((one, other) => one.process - other.process);
        const limits = { stepsMax: 200_000 };
        assert.equal(checkHistory(byProcess, limits).verdict, checkHistory(events, limits).verdict);
      }),
      { numRuns: 100 },
    );
  });
});

describe('zones and search, each for itself', () => {
  it('agree on longer registers with unique values', () => {
    const counts = { good: 0, bad: 0 };
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 40 }), fc.boolean(), (seed, operations, withCas) => {
        const random = seededRandom(seed);
        const events = honestHistory(random, {
          operations,
          processes: 6,
          functions: withCas ? ['read', 'write', 'cas'] : ['read', 'read', 'write'],
          value: (_, count) => count + 1,
          open: 0.1,
          latencyNsMax: 1_000,
        });
        const history = keyHistoryOf(random() < 0.6 ? mutated(events, random) : events);
        const decided = history === undefined ? null : decideByZones(history);
        if (history === undefined || decided === null) return;
        counts[decided ? 'good' : 'bad'] += 1;
        assert.equal(search(history, plentifulBudget(), { longest: false }).outcome, inWords(decided));
      }),
      { numRuns: 1_500 },
    );
    assert.ok(counts.good > 200 && counts.bad > 200, JSON.stringify(counts));
  });
});

describe('shrink', () => {
  it('leaves a part that is not linearizable by itself, of operations of the whole', () => {
    let shrunk = 0;
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...FUNCTIONS),
        fc.integer({ min: 1, max: 6 }),
        (seed, functions, distinct) => {
          const events = randomHistory(seededRandom(seed), {
            operations: 12,
            processes: 3,
            functions,
            values: ['0', '1', '2', '01', '10', '12'],
            value: (_, count) => `${count % distinct}`,
            open: 0.1,
            latencyNsMax: 20,
          });
          const history = keyHistoryOf(events);
          if (history === undefined || checkKey(history, plentifulBudget()) !== 'not-linearizable') return;
          const limits = { stepsMax: 1_000_000, memoBytesMax: 1_000_000 };
          const { history: small } = shrink(history, limits);
          assert.equal(search(small, plentifulBudget(), { longest: false }).outcome, 'not-linearizable');
          const ids = new Set(history.operations.map(({ id }) => id));
          assert.ok(small.operations.every(({ id }) => ids.has(id)));
          if (small.operations.length < history.operations.length) shrunk += 1;
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(shrunk > 100, `only ${shrunk} became smaller`);
  });
});
