import { describe, it } from 'node:test';
import { crossCheck } from './testing/cross-check.js';
import type { RandomRecipe } from './testing/made-up-history.js';
import type { JsonValue } from './values.js';

/** With those of `cross-check-append.test.ts`, more than 100,000. */
const HISTORIES = 17_000;
const COMMON = { operations: 6, processes: 3, failed: 0.08, open: 0.2, latencyNsMax: 6 } as const;
const LETTERS: readonly JsonValue[] = ['a', 'b', ['c'], null];

const RECIPES: Readonly<Record<string, RandomRecipe>> = {
  'registers with few values': {
    ...COMMON,
    functions: ['read', 'read', 'write'],
    values: [null, 1, 2],
    value: (random) => 1 + Math.floor(random() * 2),
  },
  'registers with cas': {
    ...COMMON,
    functions: ['read', 'write', 'cas', 'cas'],
    values: LETTERS,
    value: (random) => LETTERS[Math.floor(random() * LETTERS.length)]!,
  },
  'registers with unique values': {
    ...COMMON,
    functions: ['read', 'read', 'write', 'cas'],
    values: [null, 1, 2, 3, 4],
    value: (_, count) => count + 1,
  },
};

describe('the checker agrees with trying every order', () => {
  for (const [name, recipe] of Object.entries(RECIPES))
    it(`${name}, with open and failed operations`, () => crossCheck(recipe, HISTORIES, name.length));
});
