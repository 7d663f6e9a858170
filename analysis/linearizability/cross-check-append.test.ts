import { describe, it } from 'node:test';
import { crossCheck } from './testing/cross-check.js';
import type { RandomRecipe } from './testing/made-up-history.js';

/** With those of `cross-check-register.test.ts`, more than 100,000. */
const HISTORIES = 17_000;
const COMMON = { operations: 6, processes: 3, failed: 0.08, open: 0.2, latencyNsMax: 6 } as const;

const RECIPES: Readonly<Record<string, RandomRecipe>> = {
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
};

describe('the checker agrees with trying every order', () => {
  for (const [name, recipe] of Object.entries(RECIPES))
    it(`${name}, with open and failed operations`, () => crossCheck(recipe, HISTORIES, name.length));
});
