import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PointData, RunData } from '../../results/run-directory.js';
import type { HistoryCheck, RecordingCost } from '../../results/schema/index.js';
import { mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { assertReadable, textOf } from '../testing/readable.js';

const passed: HistoryCheck = {
  file: 'history.jsonl',
  model: 'register',
  keys: 10,
  operations: 4_321,
  reads: 2_000,
  writes: 2_321,
  ok: 4_310,
  failed: 8,
  unknown: 3,
  operationsMax: 20_000,
  limitReached: false,
  verdict: 'linearizable',
  because: null,
  counterexample: null,
  checkSeconds: 0.5,
};

const broken: Partial<HistoryCheck> = {
  verdict: 'not-linearizable',
  because: 'key history-a-3 was read stale',
  counterexample: 'history.counterexample.txt',
};

function pairs(...effects: readonly number[]): RecordingCost {
  return {
    schema: 'strata.recording/1',
    seconds: 1,
    pairs: effects.map((effect) => ({
      withoutPerSecond: 10_000,
      withPerSecond: 10_000 * (1 + effect),
      recorded: 900,
    })),
  };
}

/** The made-up run as `sweep --verify` would have left it, with changes to the verdicts of single points. */
function verified(
  changed: Readonly<Record<string, Partial<HistoryCheck>>> = {},
  cost = pairs(-0.01),
): RunData {
  return mapPoints(madeUpRun(), (point): PointData => {
    if (point.ref.series !== 'sweep') return point;
    const history = { ...passed, ...changed[point.ref.id] };
    const recording = point.ref.id === 'mid' ? cost : null;
    return { ...point, summary: { ...point.summary, history }, recording };
  });
}

function verdictOf(report: string): string {
  return report.slice(report.indexOf('## Verdict'), report.indexOf('## Machine baseline'));
}

describe('the report of a verified run', () => {
  it('says that histories are linearizable, how many operations that rests on, and what recording cost', () => {
    const run = verified({}, pairs(-0.03, -0.01, 0.005));
    const report = textOf(run);
    const verdict = verdictOf(report);
    assert.match(verdict, /Linearizable at low, mid, high: 12,963 recorded operations\./);
    assert.match(
      verdict,
      /throughput at mid \(100 clients\) by -1\.0 % \(median of 3 pairs of passes, from -3\.0 % to 0\.50 %; too few/,
    );
    assert.match(report.split('\n')[0]!, /^# Layered/);
    assert.match(report, /\| 1 \| 10,000\/s \| 9,700\/s \| 900 \| -3\.0 % \|/);
    assert.match(report, /\| mid \| 4,321 \| 2,000 \| 2,321 \| 3 \| yes \| linearizable \|/);
    assertReadable(run);
  });

  it('gives an interval from six pairs on', () => {
    const verdict = verdictOf(textOf(verified({}, pairs(-0.03, -0.01, 0.005, -0.02, -0.02, -0.04))));
    assert.match(verdict, /by -2\.0 % \(median of 6 pairs of passes, 95 % interval -4\.0 % to 0\.50 %\)/);
  });

  it('puts a history that is not linearizable on line one, before a suspect point, and first among the findings', () => {
    const run = mapPoints(verified({ mid: broken }), (point) =>
      point.ref.id === 'low'
        ? {
            ...point,
            summary: {
              ...point.summary,
              audit: { ...point.summary.audit, verdict: 'suspect' as const, reasons: ['Saturated.'] },
            },
          }
        : point,
    );
    const report = textOf(run);
    const [first] = report.split('\n');
    assert.match(
      first!,
      /^> ❌ \*\*Not linearizable.* 1 of 11 points .*`mid` \(`points\/mid\/history\.counterexample\.txt`\)/,
    );
    assert.match(verdictOf(report), /❌ \*\*Not linearizable at mid\.\*\*.*Linearizable at low, high/);
    assert.match(
      report,
      /^1\. ❌ \*\*The history at point mid is not linearizable\*\*: key history-a-3 was read stale/m,
    );
    assertReadable(run);
  });

  it('never counts what is unknown as a pass', () => {
    const because = 'it tested nothing: 7 operations were answered';
    const run = verified({ high: { verdict: 'unknown', because, operations: 9 } });
    const verdict = verdictOf(textOf(run));
    assert.match(verdict, /Linearizability unknown at high, which is no pass\*\*: it tested nothing: 7 op/);
    assert.match(verdict, /Linearizable at low, mid: 8,642 recorded operations/);
    assert.match(textOf(run), /\| high \| 9 \|.*\*\*unknown\*\*: it tested nothing/);
    assertReadable(run);
  });

  it('says where a limit cut the end of a run off', () => {
    const report = textOf(verified({ low: { limitReached: true } }));
    assert.match(report, /\| low \|.*no, the limit of 20,000 was reached/);
  });

  it('says what it cannot: a cost without passes, a pass without answers', () => {
    const without = mapPoints(verified(), (point) => ({ ...point, recording: null }));
    assert.match(verdictOf(textOf(without)), /What recording cost was not measured/);
    const silent: RecordingCost = {
      ...pairs(0),
      pairs: [{ withoutPerSecond: 0, withPerSecond: 0, recorded: 0 }],
    };
    assert.match(verdictOf(textOf(verified({}, silent))), /cannot be said: nothing was answered/);
    assertReadable(verified({}, silent));
  });
});

describe('the report of a run without a history', () => {
  it('calls linearizability not measured and says how to', () => {
    const report = textOf(madeUpRun());
    assert.match(report, /\| linearizability \| this run recorded no history \| `strata sweep --verify` \|/);
    assert.doesNotMatch(verdictOf(report), /inearizab/);
  });
});
