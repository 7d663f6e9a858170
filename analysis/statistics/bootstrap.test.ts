import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bootstrap, bootstrapMedianRatio } from './bootstrap.js';
import { mean, median, sum } from './order-statistics.js';
import { normalDraws, seededRandom } from './seeded-random.js';

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Efron and Tibshirani (1993), table 14.1: spatial perception of 26 children, task A. */
const SPATIAL = [
  48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
];

function variance(values: readonly number[]): number {
  const center = mean(values)!;
  return sum(values.map((value) => (value - center) ** 2)) / values.length;
}

describe('bootstrap', () => {
  it('gives the published intervals of the spatial test data', () => {
    const found = bootstrap([SPATIAL], ([values]) => variance(values!), {
      confidence: 0.9,
      resamples: 20_000,
    })!;
    near(found.estimate, 171.5, 0.05);
    // Their 2000 resamples: BCa 115.8 to 259.6, percentile 100.8 to 233.9, bias 0.146, acceleration 0.061. SciPy 1.17, 200,000 resamples: 115.4 to 260.9, 97.8 to 235.6.
    near(found.bca!.low, 115.6, 1.5);
    near(found.bca!.high, 260.2, 2.5);
    near(found.percentile.low, 98.5, 2.5);
    near(found.percentile.high, 235, 2);
    near(found.bias, 0.146, 0.04);
    near(found.acceleration, 0.061, 0.0005);
  });

  it('agrees with another implementation on the ratio of two medians', () => {
    const base = [15770, 15410, 16020, 15890, 15100, 15660, 15930, 15240, 15580, 15840];
    const contender = [14180, 14350, 13890, 14420, 14010, 14660, 13720, 14230, 14090, 14510];
    const found = bootstrapMedianRatio(base, contender, { resamples: 20_000 })!;
    near(found.estimate, 0.90391345847916, 1e-12);
    // SciPy 1.17, 200,000 resamples.
    near(found.percentile.low, 0.88643, 0.001);
    near(found.percentile.high, 0.92836, 0.001);
    near(found.bca!.low, 0.88447, 0.0015);
    near(found.bca!.high, 0.9257, 0.0015);
  });

  it('covers the truth about as often as it says, and is the same every time', () => {
    const draw = normalDraws(seededRandom(7));
    let covered = 0;
    for (let run = 0; run < 200; run += 1) {
      const sample = Array.from({ length: 20 }, () => 10 + draw());
      const { percentile } = bootstrap([sample], ([values]) => mean(values!)!, {
        resamples: 300,
        seed: run,
      })!;
      if (percentile.low <= 10 && percentile.high >= 10) covered += 1;
    }
    assert.ok(covered >= 178 && covered <= 196, `${covered} of 200 at 95 %`);
    const once = bootstrapMedianRatio(
      SPATIAL.map((value) => value + 1),
      SPATIAL.map((value) => value + 2),
    );
    assert.deepEqual(
      once,
      bootstrapMedianRatio(
        SPATIAL.map((value) => value + 1),
        SPATIAL.map((value) => value + 2),
      ),
    );
  });

  it('counts the median of a resample where another would sort it, to the same bits', () => {
    const draw = normalDraws(seededRandom(4));
    const sample = (count: number): number[] =>
      Array.from({ length: count }, () => Math.round(100 + 5 * draw()));
    for (const [first, second] of [
      [2, 3],
      [5, 5],
      [8, 11],
      [70, 31],
    ] as const) {
      const [base, contender] = [sample(first), sample(second)];
      const plain = bootstrap([base, contender], ([from, to]) => median(to!)! / median(from!)!);
      assert.deepEqual(bootstrapMedianRatio(base, contender), plain);
    }
    assert.throws(() => bootstrapMedianRatio([1, 2], [1, 2], { resamples: 1 }), /resamples, not 1/);
    assert.throws(() => bootstrapMedianRatio([5e-324, 5e-324], [1, 1]), /ratio of medians.*Infinity/);
  });

  it('does not care for the unit, and has nothing to correct where all is equal', () => {
    const unit = (factor: number) =>
      bootstrapMedianRatio(
        [1, 2, 3, 4, 5].map((value) => value * factor),
        [2, 3, 4, 5, 6].map((value) => value * factor),
      )!;
    assert.deepEqual(unit(1), unit(1024));
    const same = bootstrapMedianRatio([3, 3, 3], [3, 3, 3])!;
    assert.deepEqual([same.percentile, same.bca, same.bias], [{ low: 1, high: 1 }, { low: 1, high: 1 }, 0]);
  });

  it('has none for one run, nor for a base of 0, and refuses what is no number', () => {
    assert.equal(bootstrapMedianRatio([1], [1, 2]), null);
    assert.equal(bootstrapMedianRatio([0, 1], [1, 2]), null);
    assert.throws(() => bootstrap([[1, 2]], () => Number.NaN), /finite number, not NaN/);
    assert.throws(() => bootstrap([[1, 2]], () => 1, { resamples: 1 }), /resamples, not 1/);
    assert.throws(() => bootstrap([[1, 2]], () => 1, { confidence: 1 }), /between 0 and 1/);
  });
});
