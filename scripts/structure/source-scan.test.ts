import assert from 'node:assert/strict';
import test from 'node:test';
import { findImports, maskSource } from './source-scan.js';

test('every form of import is found with its line and whether it is only a type', () => {
  const text = [
    "import { readFileSync } from 'node:fs';",
    "import type { A } from './a.js';",
    "import { type B, type C } from './b.js';",
    "import { type D, e } from './d.js';",
    "import './side-effect.js';",
    "export * from './all.js';",
    "export type { F } from './f.js';",
    'import {',
    '  g,',
    '  type H,',
    "} from './g.js';",
    "const later = await import('./later.js');",
    "type T = typeof import('./typeof.js');",
    "import type from './default-named-type.js';",
  ].join('\n');
  assert.deepEqual(
    findImports(text).map(({ specifier, line, typeOnly }) => [specifier, line, typeOnly]),
    [
      ['node:fs', 1, false],
      ['./a.js', 2, true],
      ['./b.js', 3, true],
      ['./d.js', 4, false],
      ['./side-effect.js', 5, false],
      ['./all.js', 6, false],
      ['./f.js', 7, true],
      ['./g.js', 8, false],
      ['./later.js', 12, false],
      ['./typeof.js', 13, true],
      ['./default-named-type.js', 14, false],
    ],
  );
});

test('what looks like an import in a comment, string, template or regular expression is not one', () => {
  const text = [
    "// import 'a';",
    "/* import x from 'b'; */",
    'const s = "import \'c\'";',
    "const t = `import 'd' \x24{inner(`import 'e'`)} import 'f'`;",
    "const r = /import 'g'/;",
    "const q = 4 / 2; import h from 'h'; const w = 6 / 3;",
  ].join('\n');
  assert.deepEqual(
    findImports(text).map(({ specifier }) => specifier),
    ['h'],
  );
});

test('masking keeps every line break and the length, and code inside a template', () => {
  const text =
    "const a = 'x\\'y'; // Date\nconst b = `Date \x24{Date.now()} Date`;\nconst c = /[/']Date/g.test(a);\n";
  const masked = maskSource(text);
  assert.equal(masked.length, text.length);
  assert.equal(masked.split('\n').length, text.split('\n').length);
  assert.deepEqual(
    [...masked.matchAll(/Date/g)].map((match) => match.index),
    [text.indexOf('Date.now')],
  );
});
