import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PointData } from '../../results/run-directory.js';
import type { StageSample } from '../../results/schema/index.js';
import { madeUpPercentiles, madeUpSamples } from '../testing/made-up-parts.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { type Budget, computeBudget, layerShares, shareOf } from './budget.js';

const POINT = madeUpRun().points.find((point) => point.ref.id === 'mid')!;

function withSamples(samples: StageSample[], change: Partial<PointData> = {}): PointData {
  return { ...POINT, stages: { ...POINT.stages!, samples }, ...change };
}

function budgetOf(point: PointData, op: 'write' | 'read' = 'write'): Budget {
  const budget = computeBudget(point, op);
  assert.ok(budget.ok, budget.ok ? '' : budget.because);
  return budget.value;
}

const close = (one: number, other: number): boolean =>
  Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(other));

describe('computeBudget', () => {
  it('has stages that sum to the mean of the sampled totals, and shares and layers that sum to one', () => {
    const budget = budgetOf(POINT);
    const sum = budget.stages.reduce((total, stage) => total + stage.meanNs, 0);
    assert.ok(close(sum, budget.meanTotalNs));
    assert.ok(
      close(
        budget.stages.reduce((total, stage) => total + stage.share, 0),
        1,
      ),
    );
    assert.ok(
      close(
        layerShares(budget).reduce((total, layer) => total + layer.share, 0),
        1,
      ),
    );
    assert.ok(
      close(
        shareOf(
          budget,
          budget.stages.map((stage) => stage.stage.key),
        ),
        1,
      ),
    );
  });

  it('has a tail whose stages sum to the mean of the slow requests alone', () => {
    const budget = budgetOf(POINT);
    const tail = budget.tail!;
    const totals = POINT.stages!.samples.map((sample) => sample.doneNs).sort((one, other) => one - other);
    assert.equal(tail.thresholdNs, totals[Math.ceil(0.99 * totals.length) - 1]);
    assert.equal(tail.count, totals.filter((total) => total >= tail.thresholdNs).length);
    assert.ok(
      close(
        budget.stages.reduce((total, stage) => total + stage.tailMeanNs!, 0),
        tail.meanTotalNs,
      ),
    );
    assert.ok(tail.meanTotalNs >= tail.thresholdNs);
  });

  it('has no tail from few samples', () => {
    assert.equal(budgetOf(withSamples(madeUpSamples(1, 199, 1000))).tail, null);
    assert.notEqual(budgetOf(withSamples(madeUpSamples(1, 200, 1000))).tail, null);
  });

  it('takes the residual from the mean of all requests of the window', () => {
    const budget = budgetOf(POINT);
    const sum = budget.stages.reduce((total, stage) => total + stage.meanNs, 0);
    assert.equal(budget.client.field, 'summary.latency.response.mean');
    assert.ok(close(budget.residualNs, POINT.summary.latency.response.mean * 1e3 - sum));
  });

  it('explains writes with writes and reads with reads when the load has both', () => {
    const samples = madeUpSamples(1, 300, 1000).map(
      (sample, index): StageSample =>
        index % 2 === 0
          ? sample
          : {
              ...sample,
              op: 'get',
              winner: null,
              appendStartedNs: null,
              appendedNs: null,
              fsyncSubmittedNs: null,
              fsyncDoneNs: null,
              firstSentNs: null,
              remote: null,
            },
    );
    const { latency } = POINT.summary;
    const point = withSamples(samples, {
      summary: { ...POINT.summary, latency: { ...latency, get: madeUpPercentiles(500, 900, 5000) } },
    });
    assert.equal(budgetOf(point, 'write').client.field, 'summary.latency.put.mean');
    const read = budgetOf(point, 'read');
    assert.equal(read.client.field, 'summary.latency.get.mean');
    assert.equal(read.client.meanNs, 500 * 1.15 * 1e3);
    assert.equal(read.commit, null);
    assert.equal(read.samples, 150);
    assert.equal(shareOf(read, ['fsync', 'batchWait', 'sendWait']), 0);
    assert.ok(shareOf(read, ['readRound']) > 0);
  });

  it('counts winners, closing peers and slack', () => {
    const [one, two] = madeUpSamples(3, 2, 1000);
    const samples: StageSample[] = [
      {
        ...one!,
        winner: 'persist',
        fsyncDoneNs: one!.committedNs,
        quorumAckedNs: one!.committedNs - 100,
        closer: 3,
      },
      {
        ...two!,
        winner: 'replicate',
        fsyncDoneNs: two!.committedNs - 300,
        quorumAckedNs: two!.committedNs,
        closer: 2,
      },
    ];
    assert.deepEqual(budgetOf(withSamples(samples)).commit, {
      persistWon: 1,
      replicateWon: 1,
      meanSlackNs: 200,
      followersAlone: { count: 0, meanDiskLaterNs: null },
      replicateCostNs: 150,
      closers: [
        [2, 1],
        [3, 1],
      ],
    });
  });

  it('leaves samples out whose stamps do not ascend, and says how many', () => {
    const samples = madeUpSamples(1, 10, 1000);
    samples[4] = { ...samples[4]!, doneNs: 0 };
    const budget = budgetOf(withSamples(samples));
    assert.equal(budget.samples, 9);
    assert.equal(budget.inconsistent, 1);
  });

  it('gives the reason when there is nothing to compute', () => {
    const reason = (point: PointData, op: 'write' | 'read' = 'write'): string => {
      const budget = computeBudget(point, op);
      return budget.ok ? 'computed' : budget.because;
    };
    assert.match(reason({ ...POINT, stages: null }), /stages\.json does not exist/);
    assert.match(reason(withSamples([])), /no usable sample of a write/);
    assert.match(reason(POINT, 'read'), /no usable sample of a read/);
    const apart = { ...POINT, stages: { ...POINT.stages!, sharedClock: false, because: 'two machines' } };
    assert.equal(reason(apart), 'two machines');
  });
});
