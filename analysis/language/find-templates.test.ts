// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings of these tests are sources with templates in them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findSentences } from './testing/find-templates.js';

const keysOf = (source: string): string[] => findSentences(source).templates.map(({ key }) => key);

test('a template is found under the key of the catalogue, its places numbered', () => {
  assert.deepEqual(keysOf('const a = t`plain`;'), ['plain']);
  assert.deepEqual(keysOf('f(t`${a.b({ c: 1 })} of ${d}\\n`)'), ['{0} of {1}\n']);
  assert.deepEqual(keysOf('t`see \\`run.json\\` and \\${x} \\u2265 1`'), ['see `run.json` and ${x} ≥ 1']);
});

test('templates in the places of templates are found too', () => {
  const source = "t`a ${n === 0 ? '' : t`, ${n} b`} c ${list.map((x) => `${x} ${t`d`}`).join(t`; `)}`";
  assert.deepEqual(keysOf(source).sort(), ['a {0} c {1}', ', {0} b', 'd', '; '].sort());
});

test('what is no sentence is none: other tags, plain templates, comments, regular expressions, strings', () => {
  assert.deepEqual(
    keysOf('// t`no`\n/* t`no` */ const a = `no ${b}`; at`no`; x.t`no`; const r = /t`no`["\']/.test(a);'),
    [],
  );
  assert.deepEqual(keysOf('const a = b / 2; const c = t`yes`; const d = 3 / e;'), ['yes']);
  assert.deepEqual(keysOf("const a = 't`no`'; // don't\nt`yes`;"), ['yes']);
});

test('strings are told as the program sees them', () => {
  const { strings } = findSentences("const a = 'it\\'s'; const b = \"the other\"; t`${c ? 'inside' : 1}`;");
  assert.deepEqual([...strings], ["it's", 'the other', 'inside']);
});

test('lines are counted, and what has no end is told', () => {
  assert.deepEqual(findSentences('\n\nt`third`').templates, [{ key: 'third', line: 3 }]);
  assert.throws(() => findSentences('\nt`open'), /template without an end begins at line 2/);
  assert.throws(() => findSentences("'open\n'"), /string without an end begins at line 1/);
  assert.throws(() => findSentences('a }'), /unexpected } at line 1/);
});
