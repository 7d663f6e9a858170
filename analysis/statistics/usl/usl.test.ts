import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fitUsl, type LoadPoint } from './fit.js';
import {
  type UslModel,
  uslClientsFor,
  uslEfficiency,
  uslLatency,
  uslLimit,
  uslPeak,
  uslShape,
  uslThroughput,
} from './model.js';

const points = (pairs: readonly (readonly [number, number])[]): LoadPoint[] =>
  pairs.map(([clients, throughput]) => ({ clients, throughput }));

/** SPEC SDM 91 on a Sun SPARCcenter 2000 (Gunther, Guerrilla Capacity Planning, §5; data set `specsdm91` of R's package usl). */
const SPEC_SDM91 = points([
  [1, 64.9],
  [18, 995.9],
  [36, 1652.4],
  [72, 1853.2],
  [108, 1828.9],
  [144, 1775.0],
  [216, 1702.2],
]);

/** Cisco's data, as Baron Schwartz published it in Practical Scalability Analysis with the Universal Scalability Law (2015). */
const CISCO = points(
  [
    955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7,
    9047.84, 9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52, 11151.43, 11518.63, 11806.0,
    12089.37, 12075.41, 12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39,
  ].map((throughput, index) => [index + 1, throughput] as const),
);

const near = (actual: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual}, expected ${expected}`);

describe('how throughput goes on', () => {
  const model = { lambda: 100, sigma: 0.1, kappa: 0.001 };
  const shapes = [
    [model, 'peak'],
    [{ ...model, sigma: 1, kappa: 0.1 }, 'falls'],
    [{ ...model, kappa: 0 }, 'levels off'],
    [{ ...model, sigma: 0, kappa: 0 }, 'grows'],
  ] as const;
  for (const [given, shape] of shapes)
    it(shape, () => {
      assert.equal(uslShape(given), shape);
    });
});

describe('fitUsl on published data', () => {
  it('finds the coefficients and standard errors that R publishes for SPEC SDM 91', () => {
    const fit = fitUsl(SPEC_SDM91);
    near(fit.lambda, 89.9952, 1e-5);
    near(fit.sigma, 0.0277285, 1e-5);
    near(fit.kappa, 0.0001044, 1e-3);
    near(fit.estimates.sigma.standardError!, 0.0091217, 1e-4);
    near(uslPeak(fit)!, 96.5, 1e-2);
  });

  it("finds the coefficients that were published for Cisco's data", () => {
    const fit = fitUsl(CISCO);
    near(fit.lambda, 995.6486, 1e-5);
    near(fit.sigma, 0.02671591, 1e-5);
    near(fit.kappa, 7.690945e-4, 1e-5);
    assert.ok(fit.rSquared! > 0.99);
  });
});

const arbitraryModel: fc.Arbitrary<UslModel> = fc.record({
  lambda: fc.double({ min: 0.5, max: 1e5, noNaN: true }),
  sigma: fc.double({ min: 0, max: 0.5, noNaN: true }),
  kappa: fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 0.05, noNaN: true })),
});
const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128];

describe('fitUsl', () => {
  it('gives back the curve that the points lie on', () => {
    fc.assert(
      fc.property(arbitraryModel, (model) => {
        const fit = fitUsl(points(LEVELS.map((level) => [level, uslThroughput(model, level)])));
        for (const level of LEVELS) near(uslThroughput(fit, level), uslThroughput(model, level), 1e-3);
      }),
      { numRuns: 40 },
    );
  });

  it('has intervals that hold the estimate, widen with the confidence, and end at a bound', () => {
    const narrow = fitUsl(SPEC_SDM91, 0.5).estimates;
    const wide = fitUsl(SPEC_SDM91, 0.95).estimates;
    for (const key of ['lambda', 'sigma', 'kappa'] as const) {
      assert.ok(wide[key].low <= narrow[key].low && narrow[key].low < narrow[key].value);
      assert.ok(wide[key].high >= narrow[key].high && narrow[key].high > narrow[key].value);
    }
    const linear = fitUsl(points(LEVELS.map((level) => [level, 100 * level * (1 + 0.001 * (level % 3))])));
    assert.equal(linear.estimates.kappa.low, 0);
    assert.equal(linear.kappa === 0, linear.estimates.kappa.standardError === null);
  });

  it('covers the true contention in about as many of repeated noisy series as it says', () => {
    const model = { lambda: 1_000, sigma: 0.05, kappa: 0.0005 };
    let seed = 7;
    const uniform = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let covered = 0;
    for (let repeat = 0; repeat < 100; repeat += 1) {
      const series = LEVELS.map((level) => [level, uslThroughput(model, level) + 60 * normal()] as const);
      const { low, high } = fitUsl(points(series), 0.9).estimates.sigma;
      if (low <= model.sigma && model.sigma <= high) covered += 1;
    }
    assert.ok(covered >= 80 && covered <= 99, `${covered} of 100 at 90 %`);
  });

  it('predicts a point that it has not seen, and says how well', () => {
    const error = fitUsl(CISCO).leaveOneOutError!;
    assert.ok(error > 0 && error < 0.05, `${error}`);
  });

  it('has no R² where all throughputs are the same, and intervals that do not hang on rounding', () => {
    for (const level of [1e-3, 12_345.678, 1e9]) {
      const fit = fitUsl(points(LEVELS.map((clients) => [clients, level])));
      assert.equal(fit.rSquared, null);
      near(fit.lambda, level, 1e-6);
      near(fit.sigma, 1, 1e-6);
      assert.ok(fit.estimates.lambda.low > 0.999 * level && fit.estimates.lambda.high < 1.001 * level);
      // The same but for rounding, and a difference that was measured.
      const jitter = (share: number) =>
        fitUsl(points(LEVELS.map((clients, at) => [clients, level * (1 + share * (at % 2))]))).rSquared;
      assert.equal(jitter(1e-13), null);
      assert.ok(Math.abs(jitter(1e-6)!) <= 1);
    }
  });

  it('refuses what no curve can be drawn through', () => {
    assert.throws(
      () => fitUsl(SPEC_SDM91.slice(0, 5)),
      /at least 6 different numbers of clients, and there are 5/,
    );
    assert.throws(() => fitUsl([...SPEC_SDM91, { clients: 0, throughput: 1 }]), /not 0 and 1/);
    assert.throws(() => fitUsl([...SPEC_SDM91, { clients: 3, throughput: Number.NaN }]), /NaN/);
  });
});

describe('the curve', () => {
  it('is inverted exactly, by the smaller of the two client counts that reach a throughput', () => {
    fc.assert(
      fc.property(arbitraryModel, fc.double({ min: 0.05, max: 0.98, noNaN: true }), (model, share) => {
        const top = uslPeak(model) ?? 500;
        const clients = 1 + (Math.min(top, 500) - 1) * share;
        near(uslClientsFor(model, uslThroughput(model, clients))!, clients, 1e-5);
      }),
    );
  });

  it('is never reached above its peak or its limit', () => {
    const model = { lambda: 100, sigma: 0.1, kappa: 0.001 };
    const peak = uslPeak(model)!;
    near(peak, 30, 1e-9);
    assert.equal(uslClientsFor(model, uslThroughput(model, peak) * 1.001), null);
    assert.equal(uslClientsFor({ ...model, kappa: 0 }, 1_001), null);
    assert.equal(uslLimit({ ...model, kappa: 0 }), 1_000);
    assert.equal(uslPeak({ ...model, kappa: 0 }), null);
  });

  it('obeys Little: clients = throughput x latency', () => {
    const model = { lambda: 250, sigma: 0.03, kappa: 0.0002 };
    for (const level of LEVELS) near(uslThroughput(model, level) * uslLatency(model, level), level, 1e-12);
    assert.equal(uslEfficiency(model, 1), 1);
  });
});
