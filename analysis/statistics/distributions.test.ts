import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { incompleteBeta, logGamma, studentQuantile, studentTwoSided } from './distributions.js';

const near = (actual: number, expected: number, error = 5e-4): void =>
  assert.ok(Math.abs(actual - expected) <= error, `${actual}, expected ${expected}`);

describe('distributions', () => {
  it("gives the critical values of Student's distribution as the tables print them", () => {
    near(studentQuantile(0.95, 1), 12.706);
    near(studentQuantile(0.95, 4), 2.776);
    near(studentQuantile(0.99, 10), 3.169);
    near(studentQuantile(0.9, 30), 1.697);
    near(studentQuantile(0.95, 1_000_000), 1.96);
  });

  it('turns a t into its probability and back', () => {
    for (const degrees of [1, 2, 5, 17, 200]) {
      for (const confidence of [0.5, 0.9, 0.999]) {
        near(studentTwoSided(studentQuantile(confidence, degrees), degrees), 1 - confidence, 1e-9);
      }
    }
    assert.equal(studentTwoSided(0, 5), 1);
  });

  it('knows the gamma and beta functions where they have closed forms', () => {
    near(Math.exp(logGamma(5)), 24, 1e-9);
    near(Math.exp(logGamma(0.5)), Math.sqrt(Math.PI), 1e-9);
    near(incompleteBeta(0.3, 1, 1), 0.3, 1e-12);
    near(incompleteBeta(0.3, 2, 1), 0.09, 1e-12);
    assert.equal(incompleteBeta(0, 2, 3), 0);
    assert.equal(incompleteBeta(1, 2, 3), 1);
  });
});
