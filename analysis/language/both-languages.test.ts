import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RunData } from '../../results/run-directory.js';
import { renderReport, reportPath } from '../report/render-report.js';
import { differences, drawnNumbers, englishLeft, halfWidthMarks } from './testing/compare-reports.js';
import { MADE_UP_RUNS, sampleRun } from './testing/runs.js';

const RUNS: Readonly<
  Record<string, readonly [read: () => RunData, verbatimOf: (run: RunData) => readonly string[]]>
> = {
  'the sample sweep': [sampleRun, namesAndVersions],
  // Nobody measured these, so no catalogue has what they recorded.
  ...Object.fromEntries(Object.entries(MADE_UP_RUNS).map(([name, read]) => [name, [read, sentencesIn]])),
};

for (const [name, [read, verbatimOf]] of Object.entries(RUNS)) {
  describe(`${name} in both languages`, () => {
    const run = read();
    const english = renderReport(run);
    const chinese = renderReport(run, 'zh');
    const textEn = english.get(reportPath('en'))!;
    const textZh = chinese.get(reportPath('zh'))!;

    test('line by line: the same headings, tables, rows, figures and numbers', () => {
      assert.deepEqual(differences(textEn, textZh), []);
    });

    test('the same pictures with the same numbers; one that both show is the same file', () => {
      const inEnglish = (path: string): string => path.replace('.zh.', '.');
      assert.deepEqual([...chinese.keys()].map(inEnglish).sort(), [...english.keys()].sort());
      for (const [path, drawn] of chinese) {
        if (!path.endsWith('.svg')) continue;
        const other = english.get(inEnglish(path))!;
        if (inEnglish(path) === path) assert.equal(drawn, other, path);
        else assert.deepEqual(drawnNumbers(drawn), drawnNumbers(other), path);
      }
      for (const [, shown] of textZh.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g))
        assert.ok(chinese.has(shown!), shown);
    });

    test('what stands between Chinese words is full-width', () => {
      assert.deepEqual(halfWidthMarks(textZh), []);
    });

    test('no English sentence is left', () => {
      assert.deepEqual(englishLeft(textZh, verbatimOf(run)), []);
      assert.notDeepEqual(englishLeft(textEn, verbatimOf(run)), []);
    });
  });
}

/** Of the machine and of what it can do. */
function namesAndVersions({ run }: RunData): readonly string[] {
  const { os, virtualized } = run.machine;
  const available = run.capabilities.filter((capability) => capability.available);
  return [os, virtualized ?? [], available.map(({ detail }) => detail), V8_SPACES].flat();
}

/** Spaces of the heap have the names that V8 gives them. */
const V8_SPACES = ['shared large object space', 'new large object space', 'code large object space'];

/** Every string of several words, wherever in the run it stands; the longest first, because one may hold another. */
function sentencesIn(run: RunData): readonly string[] {
  const found = new Set<string>();
  JSON.stringify(run, (_, value: unknown) => {
    if (typeof value === 'string' && value.includes(' ')) found.add(value);
    return value;
  });
  return [...found].sort((one, other) => other.length - one.length);
}

test('what differs between two reports is told', () => {
  assert.deepEqual(differences('# A\n\nB of 1,000 is 2.', '# 甲\n\n2 是 1,000 的乙。'), []);
  assert.match(differences('a 1.5', '甲 1.6')[0]!, /numbers/);
  assert.match(differences('| 1 | 2 |', '| 2 | 1 |')[0]!, /numbers/);
  assert.match(differences('| a | b |', '| 甲 |')[0]!, /shape/);
  assert.match(differences('## A', '### 甲')[0]!, /shape/);
  assert.match(differences('![a](x.svg)', '甲')[0]!, /shape/);
  assert.match(differences('a\nb', '甲')[0]!, /2 lines in English, 1 here/);
  assert.deepEqual(drawnNumbers('<svg><title>a 3 of 4</title><text x="7">b</text><text>12 ms</text></svg>'), [
    '3 4',
    '12',
  ]);
});

test('a half-width mark between Chinese words is told, one within code or numbers is not', () => {
  assert.deepEqual(halfWidthMarks('甲, 乙'), ['甲, 乙']);
  assert.deepEqual(halfWidthMarks('10 ms, 乙'), ['10 ms, 乙']);
  assert.deepEqual(halfWidthMarks('甲; 3'), ['甲; 3']);
  assert.deepEqual(halfWidthMarks('甲：1,024、`a, b; c`；乙。N1, C2'), []);
});

test('an English sentence between Chinese ones is told, code and product names are not', () => {
  const left = (text: string): readonly string[] => englishLeft(text, ['Debian GNU and its friends here']);
  assert.deepEqual(left('甲 this is not translated 乙'), ['this is not translated']);
  assert.deepEqual(left('甲 `this is code in fact` [乙](a b c d e) three words only 丙'), []);
  assert.deepEqual(left('系统 Debian GNU and its friends here。'), []);
  assert.deepEqual(left('```text\nno need to read this\n```\n'), []);
});
