import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectableShift, pooledDeviation, runsFor } from './detectable-effect.js';
import { mannWhitney } from './mann-whitney.js';
import { normalBelow } from './mann-whitney-normal.js';
import { normalDraws, seededRandom } from './seeded-random.js';

/** Chance that all four values of one sample lie above all four of the other, its shift `d`: the only way to 5 % with four and four. By Simpson's rule. */
function allAbove(d: number): number {
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const at = (x: number): number => 4 * density(x) * normalBelow(x) ** 3 * (1 - normalBelow(x - d)) ** 4;
  const [from, to, steps] = [-8, 8, 2_000];
  const h = (to - from) / steps;
  let total = at(from) + at(to);
  for (let step = 1; step < steps; step += 1) total += (step % 2 === 1 ? 4 : 2) * at(from + step * h);
  return (total * h) / 3;
}

describe('detectable shift', () => {
  it('is found with the power asked for: four and four, integrated', () => {
    for (const power of [0.5, 0.8, 0.9]) {
      const found = allAbove(detectableShift(4, 4, { power })!);
      assert.ok(Math.abs(found - power) < 0.035, `${found} for ${power}`);
    }
  });

  it('is found with the power asked for: ten and eight, by the test itself', () => {
    const shift = detectableShift(10, 8)!;
    const draw = normalDraws(seededRandom(99));
    let found = 0;
    for (let run = 0; run < 1_000; run += 1) {
      const base = Array.from({ length: 10 }, draw);
      const contender = Array.from({ length: 8 }, () => draw() + shift);
      if (mannWhitney(base, contender)!.p <= 0.05) found += 1;
    }
    assert.ok(found > 760 && found < 840, `${found} of 1000`);
  });

  it('joins the formula at 25 values, and falls with the root of their number', () => {
    const [exact, formula] = [detectableShift(25, 25)!, detectableShift(26, 26)!];
    assert.ok(Math.abs(exact / formula - 1) < 0.06, `${exact} and ${formula}`);
    // Noether (1987): 12 / (N (p − 1/2)²) and so on; for normal noise (1.96 + 0.8416) √(2 π / 3 n).
    assert.ok(Math.abs(detectableShift(100, 100)! - 2.8016 * Math.sqrt((2 * Math.PI) / 300)) < 1e-3);
  });

  it('is simulated where the test is exact, and meets the formula where that takes over', () => {
    for (const second of [30, 200]) {
      const [exact, formula] = [detectableShift(8, second)!, detectableShift(9, Math.max(second, 201))!];
      assert.ok(exact > formula && exact < 1.35 * formula, `${exact} and ${formula}`);
    }
    // By the normal approximation two against thirty could not get below 0.0217; exactly they get to 0.00403.
    assert.notEqual(detectableShift(2, 30, { alpha: 0.01 }), null);
    assert.equal(detectableShift(2, 30, { alpha: 0.004 }), null);
  });

  it('grows as the test becomes stricter, and ends where samples are too small', () => {
    assert.ok(detectableShift(6, 6, { alpha: 0.01 })! > detectableShift(6, 6, { alpha: 0.05 })!);
    assert.equal(detectableShift(3, 3), null);
    assert.equal(detectableShift(1, 1), null);
    assert.throws(() => detectableShift(4, 4, { power: 1 }), /power 1/);
  });

  it('says how many runs find a shift', () => {
    const shift = detectableShift(9, 9)!;
    assert.equal(runsFor(shift), 9);
    assert.ok(runsFor(shift * 0.999)! >= 10);
    assert.equal(runsFor(50), 4);
    assert.equal(runsFor(0), null);
  });

  it('pools the noise of arms around their own means', () => {
    assert.equal(
      pooledDeviation([
        [1, 3],
        [101, 103],
      ]),
      Math.SQRT2,
    );
    assert.equal(pooledDeviation([[1], [2]]), null);
  });
});
