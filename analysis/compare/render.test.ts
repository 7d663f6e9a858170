import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inLanguage } from '../language/language.js';
import { normalDraws, seededRandom } from '../statistics/seeded-random.js';
import { newestBaseline } from './baseline.js';
import { compareRuns } from './compare-runs.js';
import { runHistory } from './history.js';
import { historyMarkdown, historyText } from './render-history.js';
import { COMMENT_MARK, comparisonMarkdown } from './render-markdown.js';
import { comparisonText } from './render-text.js';
import { madeUpArm } from './testing/made-up-repeat.js';

const draw = normalDraws(seededRandom(2));
const arm = (prefix: string, count: number, factor: number, more = {}) =>
  madeUpArm(prefix, count, () => factor * (1 + 0.01 * draw()), more);
/** The intervals are not looked at where all pages are. */
const short = { resamples: 50 };
const commit = (letter: string): string => letter.repeat(40);
const SLOWER = [arm('base', 8, 1), arm('new', 8, 0.8, { commit: commit('b') })] as const;

/** As fast as before, with twice the entries per fsync. */
const LARGER_BATCHES = () =>
  compareRuns(
    SLOWER[0],
    SLOWER[0].map((one, at) => ({
      ...one,
      name: `new-${at}`,
      run: { ...one.run, id: `new-${at}` },
      points: one.points.map((point) => ({
        ...point,
        nodes: point.nodes.map((node) => ({
          ...node,
          counters: { ...node.counters, log_entries_total: 200 },
        })),
      })),
    })),
    short,
  );

/** Every kind of page there is. */
function pages(): string[] {
  const otherMode = arm('new', 2, 1, { change: { mode: 'full' } });
  const failing = arm('new', 8, 1, { summary: { operations: { total: 10, ok: 5, put: 10, get: 0 } } });
  const comparisons = [
    compareRuns(...SLOWER, short),
    compareRuns(...SLOWER, { ...short, threshold: 0.5 }),
    compareRuns(SLOWER[1], SLOWER[0], short),
    compareRuns(SLOWER[0], arm('new', 8, 1), short),
    compareRuns(SLOWER[0].slice(0, 1), SLOWER[1].slice(0, 1)),
    compareRuns(SLOWER[0], otherMode, short),
    compareRuns(SLOWER[0], otherMode, { ...short, force: true }),
    compareRuns(SLOWER[0], failing, short),
    compareRuns(SLOWER[0], arm('new', 8, 1, { minute: 900, commit: null }), short),
    compareRuns(wandering('base'), wandering('new'), short),
    LARGER_BATCHES(),
    compareRuns([...SLOWER[0], ...SLOWER[1]], arm('other', 8, 1, { config: { gatherMsMax: 1 } }), short),
  ];
  const histories = [
    historyOf(),
    runHistory(SLOWER[0].slice(0, 2)),
    runHistory([...arm('base', 9, 1), ...otherMode]),
    runHistory([...arm('base', 9, 1), ...failing]),
  ];
  return [
    ...comparisons.flatMap((found) => [comparisonText(found), comparisonMarkdown(found)]),
    ...histories.flatMap((found) => [historyText(found), historyMarkdown(found)]),
  ];
}

/** Runs that come out at half or at twice the speed. */
function wandering(prefix: string) {
  let at = 0;
  // Asked once a level, and there are two.
  return madeUpArm(prefix, 8, () => [0.5, 2][(at++ >> 1) % 2]! + at / 1_000);
}

function historyOf() {
  const at =
    (hours: number) =>
    ({ run, ...rest }: (typeof SLOWER)[0][number]) => ({
      ...rest,
      run: { ...run, startedAt: new Date(Date.parse(run.startedAt) + hours * 3_600_000).toISOString() },
    });
  return runHistory([
    ...arm('base', 10, 1).map(at(0)),
    ...arm('new', 10, 0.85, { commit: commit('c') }).map(at(2)),
    ...arm('new', 2, 1, { change: { mode: 'full' } }).map(at(1)),
  ]);
}

describe('the pages of a comparison', () => {
  it('say the verdict first, with the row and its p', () => {
    const text = comparisonText(compareRuns(...SLOWER));
    assert.match(
      text,
      /^Worse by more than 5\.0 %: throughput at (mid|high) -(19|20|21)\.\d % \(p 0\.00\d\d\)/,
    );
    assert.match(text, /base {7}8 runs of aaaaaaa, 2001-01-01 00:00/);
    assert.match(text, /\nmid +throughput +\S+\/s ± \S+ %.*regression\n/);
    assert.match(text, /geometric mean over 2 levels: throughput -(19|20|21)\.\d % \[-2/);
  });

  it('fold all but what changed in a comment, which can be found again', () => {
    const text = comparisonMarkdown(compareRuns(...SLOWER));
    assert.ok(text.startsWith(`${COMMENT_MARK}\n\n### 🔴 Performance\n\n**Worse by more than`));
    const [shown, folded] = text.split('<details>') as [string, string];
    assert.ok(!shown.includes('~') && folded.includes('entries per fsync'));
    const same = comparisonMarkdown(compareRuns(SLOWER[0], arm('new', 8, 1)));
    assert.ok(same.includes('### ⚪') && !same.split('<details>')[0]!.includes('|---'));
  });

  it('head a change of what is neither good nor bad with neither, in both languages', () => {
    const found = LARGER_BATCHES();
    const head =
      'Changed, neither better nor worse: entries per fsync at (mid|high) \\+100 % \\(p 0.0\\d+\\), and 1 more\\.';
    assert.match(comparisonText(found), new RegExp(`^${head}\n`));
    assert.match(comparisonMarkdown(found), new RegExp(`### 🔵 Performance\n\n\\*\\*${head}`));
    assert.match(
      inLanguage('zh', () => comparisonText(LARGER_BATCHES())),
      /^有变化，但谈不上变好或变差：(mid|high) 级别的每次 fsync 条目数 \+100 %/,
    );
  });

  it('have the same numbers in Chinese, and no sentence without a translation', () => {
    const missing = new Set<string>();
    const chinese = inLanguage('zh', pages, (template) => missing.add(template));
    assert.deepEqual([...missing], []);
    const numbers = (page: string): string[] => (page.match(/\d+(?:[.,]\d+)*/g) ?? []).sort();
    // The same seed of noise is used up by the first rendering, so both languages render the same comparison.
    const found = compareRuns(...SLOWER);
    const inChinese = inLanguage('zh', () => [
      comparisonText(compareRuns(...SLOWER)),
      comparisonMarkdown(compareRuns(...SLOWER)),
    ]);
    assert.deepEqual(inChinese.map(numbers), [comparisonText(found), comparisonMarkdown(found)].map(numbers));
    assert.match(inChinese[0]!, /^变差超过 5\.0 %：/);
    assert.ok(chinese.every((page) => !/\{\d\}|undefined|NaN/.test(page)));
  });

  it('name the commit with which a metric changed for the worse', () => {
    const found = historyOf();
    assert.equal(found.verdict, 'worse');
    assert.deepEqual([found.runs.length, found.others.length], [20, 2]);
    const throughput = found.series.find(({ point, metric }) => point === 'mid' && metric === 'throughput')!;
    assert.deepEqual(
      throughput.changes.map(({ commit: begun, previousCommit, verdict }) => [
        begun,
        previousCommit,
        verdict,
      ]),
      [[commit('c'), commit('a'), 'worse']],
    );
    assert.match(historyText(found), /mid +throughput +ccccccc .*-1\d\.\d % .*worse/);
    assert.equal(runHistory(arm('base', 20, 1)).verdict, '~');
    assert.equal(runHistory([]).verdict, 'unknown');
  });

  it('say when no number of repeats would do, and leave runs out of a history that failed their audit', () => {
    const found = compareRuns(wandering('base'), wandering('new'), short);
    assert.ok(found.rows.some(({ tooNoisy, runsNeeded }) => tooNoisy && runsNeeded === null));
    assert.match(comparisonText(found), /too noisy for 5\.0 %: not even 1,000 runs/);
    const failing = arm('new', 8, 0.5, {
      minute: 900,
      summary: { operations: { total: 10, ok: 5, put: 10, get: 0 } },
    });
    const history = runHistory([...arm('base', 12, 1), ...failing]);
    // Eight runs, each at two levels.
    assert.deepEqual([history.verdict, history.unsound.length], ['~', 16]);
    assert.match(historyText(history), /Left out, because .*50\.0 % of the requests of run new/);
  });

  it('take the repeats of the newest fitting commit as a baseline', () => {
    const stored = [
      ...arm('base', 3, 1),
      ...arm('new', 4, 1, { commit: commit('b') }),
      ...arm('x', 2, 1, { change: { mode: 'full' }, minute: 900 }),
    ];
    const contender = arm('later', 2, 1, { commit: commit('c'), minute: 950 });
    assert.deepEqual(
      newestBaseline(stored, contender).map(({ name }) => name),
      ['new-0', 'new-1', 'new-2', 'new-3'],
    );
    assert.deepEqual(newestBaseline([...stored, ...contender], contender).length, 4);
    assert.deepEqual(newestBaseline([], contender), []);
  });
});
