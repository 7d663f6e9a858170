import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holm } from '../statistics/holm.js';
import { mannWhitney } from '../statistics/mann-whitney.js';
import { normalDraws, seededRandom } from '../statistics/seeded-random.js';
import { compareRuns } from './compare-runs.js';
import type { ComparedRun } from './compared-run.js';
import { METRICS } from './metrics.js';
import { madeUpArm, madeUpRepeat } from './testing/made-up-repeat.js';

/** Run to run a few per cent, as quick sweeps on a small machine have. */
const NOISE = 0.03;
const metrics = METRICS.filter(({ id }) => ['throughput', 'p99'].includes(id));
/** The intervals are no part of a verdict: a few resamples keep the simulations short. */
const short = { metrics, resamples: 20 };

function arms(seed: number, count: number, factor: number) {
  const draw = normalDraws(seededRandom(seed));
  const level = (share: number) => () => share * (1 + NOISE * draw());
  return [madeUpArm('base', count, level(1)), madeUpArm('new', count, level(factor))] as const;
}

function withoutP99(run: ComparedRun): ComparedRun {
  const points = run.points.map((point) => {
    const { latency } = point.summary;
    const response = { ...latency.response, p99: null };
    return { ...point, summary: { ...point.summary, latency: { ...latency, response } } };
  });
  return { ...run, points };
}

describe('a comparison of runs', () => {
  it('calls two arms of one distribution a change in at most alpha of the cases', () => {
    let changes = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const { verdict } = compareRuns(...arms(seed, 8, 1), short);
      if (verdict !== '~') changes += 1;
    }
    // Four rows, 5 % for all of them together; the seeds are fixed, so this number never moves.
    assert.ok(changes <= 10, `${changes} of 200`);
  });

  it('finds a slowdown of a tenth at eight runs, and one of the detectable size in eight of ten cases', () => {
    let [found, edge, cases] = [0, 0, 0];
    const detectable = compareRuns(...arms(1, 8, 1), short).rows[0]!.detectable!;
    assert.ok(detectable > 0.02 && detectable < 0.1, `${detectable}`);
    // The deviation of one comparison is only known roughly: at the true one it is the same formula with 3 %.
    const known = (detectable / deviationOf(1)) * NOISE;
    for (let seed = 1; seed <= 100; seed += 1) {
      const { verdict, rows } = compareRuns(...arms(seed, 8, 0.9), short);
      assert.ok(verdict !== 'better');
      if (verdict === 'regression') found += 1;
      const small = arms(seed + 1_000, 8, 1 - known).map((runs) =>
        runs.map((run) => run.points[0]!.summary.throughputPerSecond),
      );
      cases += 1;
      // One row among four: the strictest step of Holm's.
      if (mannWhitney(small[0]!, small[1]!)!.p <= 0.05 / rows.length) edge += 1;
    }
    assert.ok(found >= 97, `${found} of 100`);
    assert.ok(edge >= 0.68 * cases && edge <= 0.92 * cases, `${edge} of ${cases}`);
  });

  it('says what it found: medians, change, shift, p over all rows, noise and threshold', () => {
    const found = compareRuns(...arms(5, 8, 0.9), { metrics });
    assert.equal(found.verdict, 'regression');
    const row = found.rows[0]!;
    assert.deepEqual(
      [row.point, row.metric, row.base.count, row.contender.count],
      ['mid', 'throughput', 8, 8],
    );
    assert.ok(row.delta! < -0.06 && row.delta! > -0.14, `${row.delta}`);
    assert.ok(row.deltaInterval!.low < row.delta! && row.deltaInterval!.high > row.delta!);
    assert.ok(row.shift.shift < 0 && row.regression && row.because === null);
    assert.deepEqual(
      found.rows.map(({ pAdjusted }) => pAdjusted),
      holm(found.rows.map(({ test }) => test.p)),
    );
    const overall = found.overLevels.find(({ metric }) => metric === 'throughput')!;
    assert.equal(overall.levels, 2);
    assert.ok(overall.ratio > 0.86 && overall.ratio < 0.94 && overall.interval!.low < overall.ratio);
    // The same change is no regression for somebody who allows more.
    assert.equal(compareRuns(...arms(5, 8, 0.9), { metrics, threshold: 0.2 }).verdict, 'worse');
    assert.equal(compareRuns(...arms(5, 8, 1.1), { metrics }).verdict, 'better');
  });

  it('heads a certain change of what is neither good nor bad by itself as that, and anything better or worse before it', () => {
    const batches = (prefix: string, entries: number, factor = 1) =>
      madeUpArm(prefix, 8, () => factor).map((run, at) => ({
        ...run,
        points: run.points.map((point) => ({
          ...point,
          nodes: point.nodes.map((node) => ({
            ...node,
            counters: { log_entries_total: entries * 10 + at, io_fsyncs_total: 10 },
          })),
        })),
      }));
    const neutral = METRICS.filter(({ id }) => ['throughput', 'batch'].includes(id));
    const verdictFor = (entries: number, factor: number) =>
      compareRuns(batches('base', 10), batches('new', entries, factor), { metrics: neutral, resamples: 20 });
    const found = verdictFor(20, 1);
    assert.equal(found.verdict, 'changed');
    assert.deepEqual(
      found.rows.filter(({ verdict }) => verdict === 'changed').map(({ metric }) => metric),
      ['batch', 'batch'],
    );
    assert.equal(verdictFor(10, 1).verdict, '~');
    assert.equal(verdictFor(20, 1.2).verdict, 'better');
    assert.equal(verdictFor(20, 0.98).verdict, 'worse');
    assert.equal(verdictFor(20, 0.8).verdict, 'regression');
  });

  it('says nothing of one run against one, and how many it takes', () => {
    const found = compareRuns(...arms(1, 1, 0.5), { metrics });
    assert.deepEqual([found.verdict, found.runsNeeded], ['unknown', 5]);
    assert.ok(
      found.rows.every(
        ({ verdict, delta, detectable }) => verdict === '~' && delta !== null && detectable === null,
      ),
    );
  });

  it('does not claim a change that is smaller than the noise of repeats, however certain it is', () => {
    // Runs that come out at one of two speeds: how many of each is told for certain, and yet a median of such runs jumps by more than that.
    const arm = (prefix: string, slowOnes: number, lower: number) => {
      let at = 0;
      return madeUpArm(prefix, 60, () => (Math.floor(at++ / 2) < slowOnes ? 1 : 1.3) - lower);
    };
    const [row] = compareRuns(arm('base', 30, 0), arm('new', 48, 0.001), {
      ...short,
      metrics: METRICS.slice(0, 1),
    }).rows;
    assert.ok(row!.pAdjusted < 0.01 && Math.abs(row!.delta!) > 0.05, `${row!.pAdjusted}, ${row!.delta}`);
    assert.ok(row!.noiseFloor! > Math.abs(row!.delta!));
    assert.equal(row!.verdict, '~');
    assert.match(row!.because!, /noise of repeats/);
  });

  it('refuses runs of different machines or workloads, unless it is forced, and then says so', () => {
    const base = arms(1, 6, 1)[0];
    const load = { reads: 0.5, keys: 1, distribution: 'uniform', valueBytes: 1 };
    const other = madeUpArm('new', 6, () => 0.5, { change: { load, mode: 'full' } });
    const refused = compareRuns(base, other, { metrics });
    assert.deepEqual([refused.verdict, refused.rows.length], ['not-comparable', 0]);
    assert.deepEqual(
      refused.differences.map(({ what }) => what),
      ['mode', 'load.reads'],
    );
    const forced = compareRuns(base, other, { metrics, force: true });
    assert.deepEqual([forced.verdict, forced.forced, forced.differences.length], ['regression', true, 2]);
  });

  it('judges no point that failed its audit, forced or not', () => {
    const failing = madeUpArm('new', 6, () => 0.5, {
      summary: { operations: { total: 10, ok: 5, put: 10, get: 0 } },
    });
    const found = compareRuns(arms(1, 6, 1)[0], failing, { metrics, force: true });
    assert.deepEqual([found.rows.length, found.verdict], [0, 'unknown']);
    assert.match(found.gaps[0]!.because, /requests of run new/);
  });

  it('tells a row that Holm lets through, though alone it would have had too few runs', () => {
    // Six runs a side and fourteen rows; of p99 one run of each side has no value: five against five cannot get below 0.008, and the strictest step asks for 0.0036.
    const arm = (prefix: string, factor: number) => {
      let at = 0;
      return madeUpArm(prefix, 6, () => factor * (1 + at++ / 1_000)).map((run, index) =>
        index > 0 ? run : withoutP99(run),
      );
    };
    const { rows } = compareRuns(arm('base', 1), arm('new', 0.5), { resamples: 20 });
    const few = rows.filter(({ enoughRuns }) => !enoughRuns);
    assert.ok(few.length > 0 && rows.length > few.length, `${few.length} of ${rows.length}`);
    for (const { verdict, pAdjusted } of few) assert.equal(verdict === '~', pAdjusted > 0.05);
    assert.ok(few.some(({ verdict }) => verdict === 'worse'));
  });

  it('takes a default that changed between commits as part of the change, and within one commit as another configuration', () => {
    const base = madeUpArm('base', 6, () => 1, {
      config: { gatherMsMax: 5, httpPort: 1, testingDisk: 'real' },
    });
    const next = (commit: string, config: Record<string, string | number>) =>
      compareRuns(
        base,
        madeUpArm('new', 6, () => 1, { commit, config }),
        { metrics },
      );
    const later = next('b'.repeat(40), { gatherMsMax: 3, httpPort: 2, testingDisk: 'real' });
    assert.equal(later.differences.length, 0);
    assert.match(later.notes.join(), /mid: node\.gatherMsMax 5 → 3/);
    assert.deepEqual(
      next('a'.repeat(40), { gatherMsMax: 3, httpPort: 2, testingDisk: 'real' }).differences.map(
        ({ what }) => what,
      ),
      ['mid: node.gatherMsMax', 'high: node.gatherMsMax'],
    );
    const deliberate = next('b'.repeat(40), { gatherMsMax: 5, httpPort: 2, testingDisk: 'volatile' });
    assert.equal(deliberate.verdict, 'not-comparable');
  });

  it('does not judge a level whose load failed its own audit, nor one of one side only', () => {
    const base = madeUpArm('base', 6, () => 1);
    const failing = madeUpArm('new', 6, () => 0.5, {
      summary: { operations: { total: 100, ok: 90, put: 100, get: 0 } },
    });
    const found = compareRuns(base, failing, { metrics });
    assert.deepEqual([found.verdict, found.rows.length, found.gaps.length], ['unknown', 0, 2]);
    assert.match(found.gaps[0]!.because, /10\.0 % of the requests of run new-0 failed/);
    const low = compareRuns(base, [madeUpRepeat({ name: 'x', minute: 99, levels: { low: 1 } })], { metrics });
    assert.deepEqual(
      low.gaps.map(({ point }) => point),
      ['mid', 'high', 'low'],
    );
  });

  it('notes arms that were measured one after the other', () => {
    const [base] = arms(1, 4, 1);
    const later = madeUpArm('new', 4, () => 1).map(({ run, ...rest }, at) => ({
      ...rest,
      run: { ...run, startedAt: `2001-01-02T00:0${at}:00.000Z`, endedAt: `2001-01-02T00:0${at}:30.000Z` },
    }));
    assert.match(compareRuns(base, later, { metrics }).notes.join(), /strata repeat/);
    assert.deepEqual(compareRuns(...arms(1, 4, 1), { metrics }).notes, []);
  });

  it('refuses an empty side, and a run that is named twice', () => {
    const [base] = arms(1, 2, 1);
    assert.throws(() => compareRuns(base, [], { metrics }), /at least one run/);
    assert.throws(() => compareRuns(base, [base[1]!], { metrics }), /base-1 stands on both sides/);
    assert.throws(
      () => compareRuns([...base, base[0]!], arms(1, 2, 1)[1], { metrics }),
      /base-0 is named twice/,
    );
  });
});

/** Relative deviation that the first row of `arms(seed, 8, 1)` has. */
function deviationOf(seed: number): number {
  const throughputs = arms(seed, 8, 1).map((runs) =>
    runs.map((run) => run.points[0]!.summary.throughputPerSecond),
  );
  const squares = throughputs.flatMap((values) => {
    const center = values.reduce((total, value) => total + value, 0) / values.length;
    return values.map((value) => (value - center) ** 2);
  });
  const middle = [...throughputs[0]!].sort((one, other) => one - other);
  return Math.sqrt(squares.reduce((total, value) => total + value, 0) / 14) / ((middle[3]! + middle[4]!) / 2);
}
