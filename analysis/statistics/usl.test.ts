import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fitUsl, uslPeak, uslThroughput } from './usl.js';

const CLIENTS = [1, 2, 5, 10, 20, 50, 100, 200];
const curve = (lambda: number, sigma: number, kappa: number) =>
  CLIENTS.map((clients) => ({
    clients,
    throughputPerSecond: uslThroughput({ lambda, sigma, kappa }, clients),
  }));

describe('fitUsl', () => {
  it('finds the curve that made the points', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 10, max: 1e5, noNaN: true }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        fc.double({ min: 1e-5, max: 1e-2, noNaN: true }),
        (lambda, sigma, kappa) => {
          const fit = fitUsl(curve(lambda, sigma, kappa))!;
          assert.ok(Math.abs(fit.lambda / lambda - 1) < 1e-6);
          assert.ok(Math.abs(fit.sigma - sigma) < 1e-6);
          assert.ok(Math.abs(fit.kappa - kappa) < 1e-8);
          assert.ok(fit.rSquared > 0.999999);
        },
      ),
    );
  });

  it('has no parameter below zero for a curve that grows faster than its clients', () => {
    const fit = fitUsl(CLIENTS.map((clients) => ({ clients, throughputPerSecond: 100 * clients ** 1.1 })))!;
    assert.ok(fit.sigma >= 0 && fit.kappa >= 0);
  });

  it('says nothing about fewer than six different levels', () => {
    assert.equal(fitUsl(curve(100, 0.1, 1e-3).slice(0, 5)), null);
    assert.equal(fitUsl(new Array(10).fill({ clients: 10, throughputPerSecond: 5 })), null);
    assert.equal(fitUsl(CLIENTS.map((clients) => ({ clients, throughputPerSecond: 0 }))), null);
  });

  it('peaks where the formula says, and not at all without coherency cost', () => {
    assert.equal(uslPeak({ lambda: 1, sigma: 0, kappa: 0.01, rSquared: 1 }), 10);
    assert.equal(uslPeak({ lambda: 1, sigma: 0.1, kappa: 0, rSquared: 1 }), null);
  });
});
