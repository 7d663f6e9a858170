import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PointData, RunData } from '../../results/run-directory.js';
import { factsOf, levelOf, mapPoints } from '../testing/change-run.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { textOf } from '../testing/readable.js';
import { confidenceOf, isWithinSpread, rateWithConfidence } from './confidence.js';

const changed = (id: string, change: (point: PointData) => Partial<PointData>) => (run: RunData) =>
  mapPoints(run, (point) => (point.ref.id === id ? { ...point, ...change(point) } : point));

/** A quick run: windows too short for an interval, and these rates of the arm beside the level. */
function quickRun(armPerSecond: number): RunData {
  const short = mapPoints(madeUpRun(), (point) => ({
    ...point,
    summary: { ...point.summary, durationSeconds: 3, timeline: point.summary.timeline.slice(0, 3) },
  }));
  return changed('G-mid', ({ summary }) => ({ summary: { ...summary, throughputPerSecond: armPerSecond } }))(
    short,
  );
}

const withoutArms = (run: RunData): RunData => ({
  ...run,
  points: run.points.filter(({ ref }) => ref.series === 'sweep'),
});

const atMid = (run: RunData): string => {
  const facts = factsOf(run);
  return rateWithConfidence(levelOf(facts, 'mid'), facts);
};

const othersOf = (run: RunData): readonly number[] => {
  const facts = factsOf(run);
  return confidenceOf(levelOf(facts, 'mid'), facts).others;
};

describe('how sure a run is of a rate', () => {
  it('is the interval of the median second where the window has six of them', () => {
    const ops = [18_000, 21_000, 19_500, 19_000, 20_000, 18_500];
    const seconds = changed('mid', ({ summary }) => ({
      passes: [],
      summary: {
        ...summary,
        timeline: summary.timeline.map((entry, index) => ({ ...entry, ops: ops[index]! })),
      },
    }));
    const run = seconds(madeUpRun());
    const interval = '95 % interval of its median second: 18,000 to 21,000/s';
    assert.equal(atMid(run), `19,200/s (${interval})`);
    const slowArm = changed('G-mid', ({ summary }) => ({
      summary: { ...summary, throughputPerSecond: 12_000 },
    }));
    assert.equal(atMid(slowArm(run)), `19,200/s (${interval}; another pass: 12,000/s)`);
  });

  it('is the spread of all unwatched passes of the level for a short window', () => {
    assert.equal(atMid(quickRun(13_198)), '19,200/s (3 other passes: 13,198 to 19,200/s)');
    const unwatched = changed('mid', () => ({ passes: [] }));
    assert.equal(atMid(unwatched(quickRun(13_198))), '19,200/s (another pass: 13,198/s)');
  });

  it('is told to be unknown where nothing else was measured', () => {
    const alone = changed('mid', () => ({ passes: [] }))(withoutArms(quickRun(1)));
    assert.equal(atMid(alone), '19,200/s (no interval: one window of 3 s)');
  });

  it('counts a pass between two probes once, and none of other nodes or of a failed audit', () => {
    const pass = (probe: string, referencePerSecond: number[], nodeArguments?: string[]) => {
      const [made] = madeUpRun().points[1]!.passes;
      return {
        ...made!,
        pass: { ...made!.pass, probe, referencePerSecond, ...(nodeArguments ? { nodeArguments } : {}) },
      };
    };
    const probed = changed('mid', () => ({
      passes: [
        pass('cpu-profile', [18_282, 17_333]),
        pass('gc', [17_333, 17_760]),
        pass('pool', [17_333, 17_760]),
        pass('strace', [17_760, 17_910]),
        pass('heap', [9_000, 9_100], ['--expose-gc']),
      ],
    }));
    const references = [18_282, 17_333, 17_760, 17_910];
    const run = probed(quickRun(13_198));
    assert.deepEqual(othersOf(run), [...references, 13_198]);
    const suspect = changed('G-mid', ({ summary }) => ({
      summary: { ...summary, audit: { ...summary.audit, verdict: 'suspect' } },
    }));
    assert.deepEqual(othersOf(suspect(run)), references);
    const forwarded = changed('mid', ({ summary }) => ({
      summary: { ...summary, targets: ['http://a', 'http://b', 'http://c'] },
    }));
    assert.deepEqual(othersOf(forwarded(run)), references);
  });
});

describe("the document's figure", () => {
  const finding = (run: RunData): string =>
    /^\d+\. .*mid \(100 clients\):.*document's throughput.*$/m.exec(textOf(run))![0];

  it('is neither reached nor missed where the passes of the run lie on both sides of it', () => {
    assert.match(
      finding(quickRun(21_000)),
      /❔ \*\*mid \(100 clients\): the document's throughput lies within the spread of this run\*\*: 19,200\/s \(3 other passes: 19,000 to 21,000\/s\) against 20,000\/s, p99/,
    );
    const overall = (armPerSecond: number): string =>
      /^\| C8 \| mid \(100 clients\): throughput .*$/m.exec(textOf(quickRun(armPerSecond)))![0];
    assert.match(overall(21_000), /\| within the spread \|$/);
    assert.match(overall(19_900), /\| not reached \|$/);
    assert.match(
      finding(quickRun(19_900)),
      /⚠️ \*\*mid \(100 clients\): 0\.96\d*x of the document's throughput\*\* \(19,200\/s against 20,000\/s/,
    );
  });

  it('is inside up to the borders, and never inside one number', () => {
    const spread = { interval: null, others: [], low: 10, high: 20 };
    assert.deepEqual(
      [9.9, 10, 20, 20.1].map((figure) => isWithinSpread(figure, spread)),
      [false, true, true, false],
    );
    assert.equal(isWithinSpread(10, { ...spread, high: 10 }), false);
  });
});
