import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PointData, RunData } from '../../../results/run-directory.js';
import { inLanguage } from '../../language/language.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { collectFacts } from '../facts.js';
import { capacityPrediction } from './capacity.js';

/** Throughputs of a known law: λ 900, σ 0.02, κ 1e-5, that peaks at 313 clients with 29,000 a second. */
const LAW = (clients: number) =>
  (900 * clients) / (1 + 0.02 * (clients - 1) + 1e-5 * clients * (clients - 1));

function runOf(levels: readonly number[], scale = 1): RunData {
  const run = madeUpRun();
  const first = run.points.find(({ ref }) => ref.series === 'sweep')!;
  const points = levels.map(
    (clients): PointData => ({
      ...first,
      summary: { ...first.summary, throughputPerSecond: scale * LAW(clients) },
      ref: { ...first.ref, id: `c${clients}`, level: `c${clients}`, clients },
    }),
  );
  return { ...run, points };
}

const textOf = (run: RunData) => capacityPrediction(collectFacts(run));
const rowOf = (text: string, start: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`| ${start}`))!
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe('scenarios of the document', () => {
  it('gives each the smallest level that carries it, and the clients that the law says it takes', () => {
    const text = textOf(runOf([1, 5, 10, 50, 100, 250, 500]));
    const low = rowOf(text, 'low concurrency');
    assert.deepEqual([low[1], low[2], low[7]], ['10 to 100/s', '5,000 to 10,000/s', 'less than 1']);
    assert.match(low[4]!, /^c1 .*: 900\/s$/);
    // X(12) is 8,845 and X(14) 9,987: it takes 15 clients, and the first level measured above is the one with 50.
    const high = rowOf(text, 'high concurrency');
    assert.match(high[4]!, /^c50 /);
    assert.equal(high[7], '15');
    assert.match(high[8]!, /^1\.4\d ms$/);
  });

  it('says so when no level and no curve reaches a demand', () => {
    const text = textOf(runOf([1, 5, 10, 50, 100, 250, 500], 0.1));
    const high = rowOf(text, 'high concurrency');
    assert.match(high[4]!, /^not measured \[\d\]$/);
    assert.match(high[7]!, /^not measured \[\d\]$/);
    assert.match(text, /the fitted curve never reaches it/);
    assert.match(high[6]!, /^0\.\d+x$/);
  });

  it('warns of clients beyond the widest level', () => {
    const text = textOf(runOf([1, 2, 3, 4, 6, 8]));
    assert.match(rowOf(text, 'high concurrency')[7]!, /^15 ⚠️$/);
  });

  it('is there without a fit, and judges nothing by suspect levels', () => {
    const three = textOf(runOf([10, 100, 250]));
    assert.match(three, /Not predicted, because the run has 3 sound levels/);
    assert.match(rowOf(three, 'mid concurrency')[4]!, /^c10 /);
    const suspect = runOf([10]);
    const first = suspect.points[0]!;
    const audit = { ...first.summary.audit, verdict: 'suspect' as const, findings: ['late'] };
    const none = textOf({ ...suspect, points: [{ ...first, summary: { ...first.summary, audit } }] });
    assert.match(none, /No scenario is judged/);
  });

  it('says what the document advises where it gives no figure', () => {
    const text = textOf(runOf([10]));
    assert.equal(rowOf(text, 'low concurrency')[3], 'no optimisation needed');
    assert.match(rowOf(text, 'mid concurrency')[3]!, /^no figure: watch how locks are contended/);
  });

  it('sets the totals of the document beside the level with as many clients, and beside none else', () => {
    const text = textOf(runOf([10, 100]));
    const after = rowOf(text, 'road map: after phase 3');
    assert.deepEqual(after.slice(1, 3), ['100', '100,000 to 300,000/s']);
    assert.match(after[3]!, /^c100 .*: 29,\d{3}\/s$/);
    assert.equal(after[4], '0.29x');
    const high = rowOf(text, 'summary: today, under lock contention');
    assert.match(high.slice(3).join(' '), /^not measured \[(\d)\] not measured \[\1\]$/);
    assert.match(text, /the run has no sound level with 1,000 clients/);
  });

  it('has every sentence in Chinese, with the same numbers', () => {
    for (const run of [runOf([1, 5, 10, 50, 100, 250, 500]), runOf([1, 2, 3, 4, 6, 8], 0.1), runOf([10])]) {
      const facts = collectFacts(run);
      const missing: string[] = [];
      const chinese = inLanguage(
        'zh',
        () => capacityPrediction(facts),
        (template) => missing.push(template),
      );
      assert.deepEqual(missing, []);
      const numbers = (text: string) => text.match(/\d+(?:[.,]\d+)*/g)!.sort();
      assert.deepEqual(numbers(chinese), numbers(textOf(run)));
    }
  });
});
