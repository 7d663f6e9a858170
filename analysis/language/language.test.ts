import assert from 'node:assert/strict';
import test from 'node:test';
import { inLanguage, t, translated } from './language.js';

test('English is what stands in the code', () => {
  assert.equal(t`${3} of ${'10 %'}\n`, '3 of 10 %\n');
  assert.equal(translated('a title'), 'a title');
});

test('what has no translation stays English, its places filled, and is told', () => {
  const missing: string[] = [];
  const said = inLanguage(
    'zh',
    () => [t`no such ${'{1}'} sentence ${2}`, translated('toString')],
    (it) => missing.push(it),
  );
  assert.deepEqual(said, ['no such {1} sentence 2', 'toString']);
  assert.deepEqual(missing, ['no such {0} sentence {1}', 'toString']);
});

test('the language ends with the work, also with one that fails', () => {
  assert.throws(() =>
    inLanguage('zh', () => {
      throw new Error('broken');
    }),
  );
  const missing: string[] = [];
  inLanguage(
    'en',
    () => t`English`,
    (it) => missing.push(it),
  );
  assert.deepEqual(missing, []);
});
