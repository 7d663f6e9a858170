import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import { readRulesFile } from './rules-file.js';

const CASES: readonly (readonly [string, string | null, RegExp])[] = [
  ['a file that is not there', null, /cannot be read: ENOENT.*strata rules --json/],
  ['no JSON', '{', /^my-rules\.json is not JSON: /],
  ['a wrong row', '{"schema":"strata.rules/1","rules":[{"id":"gc","bad":"x"}]}', /rule gc, field bad: /],
  [
    'a field that JSON.parse hides',
    '{"schema":"strata.rules/1","rules":[{"id":"gc","__proto__":{}}]}',
    /rule gc, field __proto__: /,
  ],
  ['a file without end', ' '.repeat(1024 * 1024 + 1), /has 1048577 bytes; .* at most 1048576/],
];

for (const [what, text, sentence] of CASES) {
  test(`${what} is wrong usage, in one sentence`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'strata-rules-'));
    const path = join(directory, 'my-rules.json');
    try {
      if (text !== null) writeFileSync(path, text);
      assert.throws(
        () => readRulesFile(path),
        (error) =>
          error instanceof CliError &&
          error.code === 'STRATA_RULES_INVALID' &&
          error.exitCode === EXIT.usage &&
          sentence.test(error.message),
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

test('the rules of a file stand under its name, without its folder', () => {
  const directory = mkdtempSync(join(tmpdir(), 'strata-rules-'));
  try {
    const path = join(directory, 'mine.json');
    writeFileSync(path, '{"schema":"strata.rules/1","rules":[{"id":"gc","bad":0.2,"good":0.2}]}');
    assert.deepEqual(readRulesFile(path).changedBy, { name: 'mine.json', ids: ['gc'] });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
