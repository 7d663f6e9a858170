import assert from 'node:assert/strict';
import test from 'node:test';
import { inLanguage } from './language.js';
import { clauses, listed } from './lists.js';

test('a list is set with the marks of its language', () => {
  const items = ['a', 'b, c', 'd'];
  assert.equal(listed(items), 'a, b, c, d');
  assert.equal(clauses(new Set(items)), 'a; b, c; d');
  assert.equal(
    inLanguage('zh', () => listed(items)),
    'a、b, c、d',
  );
  assert.equal(
    inLanguage('zh', () => clauses(items)),
    'a；b, c；d',
  );
  assert.equal(listed([]), '');
});
