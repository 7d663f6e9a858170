import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapPoints } from '../../testing/change-run.js';
import { madeUpRun } from '../../testing/made-up-run.js';
import { renderReport, reportPath } from '../render-report.js';

describe('what a run recorded of a broken promise', () => {
  it('is said in the language of the report', () => {
    const run = mapPoints(madeUpRun(), (point) =>
      point.ref.id === 'G-mid'
        ? { ...point, powerCut: { ...point.powerCut!, broken: ['cut 1: the nodes differ afterwards'] } }
        : point,
    );
    const of = (language: 'en' | 'zh'): string => {
      const report = renderReport(run, language).get(reportPath(language))!;
      return report.split('\n').find((line) => line.startsWith('1. ❌'))!;
    };
    assert.match(of('en'), /at point G-mid, cut 1: the nodes differ afterwards\.$/);
    assert.match(of('zh'), /第 1 次断电：之后各节点不一致。$/);
  });
});
