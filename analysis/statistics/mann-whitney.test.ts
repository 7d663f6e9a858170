import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../testing/random.js';
import { holm } from './holm.js';
import { mannWhitney, samplesNeeded, smallestP, uDistribution } from './mann-whitney.js';
import { normalQuantile, normalTail } from './mann-whitney-normal.js';

const close = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Whole numbers in a row. */
const apart = (count: number, from: number): number[] => Array.from({ length: count }, (_, at) => from + at);

/** U by its definition, shares no line with the code under test. */
function countPairs(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, a) => sum + second.reduce((s, b) => s + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0);
}

/** p by going through every division of the pooled values. */
function bruteForceP(first: readonly number[], second: readonly number[]): number {
  const pooled = [...first, ...second];
  const seen = countPairs(first, second);
  let [all, low, high] = [0, 0, 0];
  for (let mask = 0; mask < 2 ** pooled.length; mask += 1) {
    const chosen = pooled.filter((_, index) => (mask >> index) & 1);
    if (chosen.length !== first.length) continue;
    const u = countPairs(
      chosen,
      pooled.filter((_, index) => !((mask >> index) & 1)),
    );
    all += 1;
    if (u <= seen) low += 1;
    if (u >= seen) high += 1;
  }
  return Math.min(1, (2 * Math.min(low, high)) / all);
}

/** How many divisions give each U: the greatest of all values is one of the first sample, and beats all of the second, or is not (Mann and Whitney). */
function recursiveU(first: number, second: number, known = new Map<string, number[]>()): number[] {
  if (first === 0 || second === 0) return [1];
  const key = `${first} ${second}`;
  const seen = known.get(key);
  if (seen !== undefined) return seen;
  const counts = new Array<number>(first * second + 1).fill(0);
  recursiveU(first - 1, second, known).forEach((count, u) => {
    counts[u + second]! += count;
  });
  recursiveU(first, second - 1, known).forEach((count, u) => {
    counts[u]! += count;
  });
  known.set(key, counts);
  return counts;
}

/** Hollander and Wolfe (1973), p. 69: permeability of membranes at term and between the 12th and 26th week. */
const TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLY = [1.15, 0.88, 0.9, 0.74, 1.21];

describe('Mann-Whitney', () => {
  it('gives the published figures of the permeability of membranes', () => {
    const result = mannWhitney(TERM, EARLY)!;
    assert.equal(result.u, 35);
    // One-sided 0.1272 in the book.
    close(result.p / 2, 0.1272, 0.00005);
  });

  it('agrees with every division counted, ties included', () => {
    const value = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.array(value, { minLength: 1, maxLength: 5 }),
        (a, b) => {
          const result = mannWhitney(a, b)!;
          assert.equal(result.u, countPairs(a, b));
          close(result.p, bruteForceP(a, b), 1e-12);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has the critical values of the published tables, two-sided 5 %', () => {
    // Greatest U that is significant: Mann and Whitney (1947), as in every textbook since.
    const table = [
      [4, 4, 0],
      [5, 5, 2],
      [5, 10, 8],
      [6, 6, 5],
      [7, 7, 8],
      [8, 8, 13],
      [10, 10, 23],
      [15, 15, 64],
      [20, 20, 127],
      [9, 14, 31],
    ] as const;
    for (const [first, second, critical] of table) {
      const counts = uDistribution(first, second);
      const all = counts.reduce((total, count) => total + count, 0);
      const tail = (u: number): number =>
        counts.subarray(0, u + 1).reduce((total, count) => total + count, 0) / all;
      assert.ok(2 * tail(critical) <= 0.05 && 2 * tail(critical + 1) > 0.05, `${first}, ${second}`);
    }
  });

  it('stays exact at 25 values, where the normal approximation meets it', () => {
    const random = seededRandom(5);
    for (const shift of [0, 0.2, 0.4]) {
      const first = Array.from({ length: 25 }, random);
      const second = Array.from({ length: 25 }, () => random() + shift);
      const exact = mannWhitney(first, second)!;
      assert.equal(exact.method, 'exact');
      // One value more on either side, in the middle, hardly moves p but changes the method.
      const normal = mannWhitney([...first, 0.5 + shift / 2], [...second, 0.5 + shift / 2])!;
      assert.equal(normal.method, 'normal');
      close(normal.p, exact.p, 0.03);
    }
  });

  it('stays exact where one sample is small, and takes the normal approximation one value further', () => {
    // 2 of the 496 ways to take two of 32, where the normal would say 0.0217; 2 of 40.
    close(mannWhitney([1, 2], apart(30, 101))!.p, 2 / 496, 1e-15);
    assert.equal(mannWhitney([1], apart(39, 2))!.p, 0.05);
    assert.equal(mannWhitney(apart(39, 2), [1])!.p, 0.05);
    const method = (first: number, second: number) =>
      mannWhitney(apart(first, 0), apart(second, 500))!.method;
    for (const [first, second] of [
      [25, 25],
      [8, 200],
      [200, 8],
      [1, 26],
    ] as const)
      assert.equal(method(first, second), 'exact');
    for (const [first, second] of [
      [9, 26],
      [8, 201],
      [201, 1],
    ] as const)
      assert.equal(method(first, second), 'normal');
    // Counted the other way round: the distribution of U by its recursion over the greatest value.
    const counts = recursiveU(4, 60);
    const first = [3.5, 11.5, 27.5, 30.5];
    const { u, p } = mannWhitney(first, apart(60, 0))!;
    const tail = counts.slice(0, u + 1).reduce((total, count) => total + count, 0);
    close(p, (2 * tail) / counts.reduce((total, count) => total + count, 0), 1e-12);
  });

  it('has one p for its test and for the smallest p of its sizes, to the last digit', () => {
    for (let first = 1; first <= 9; first += 1)
      for (const second of [1, 2, 5, 9, 25, 40, 200]) {
        if (first === 9 && second > 25) continue;
        const { p } = mannWhitney(apart(first, 0), apart(second, 100))!;
        assert.equal(p, smallestP(first, second), `${first} ${second}`);
      }
  });

  it('agrees with other implementations where values tie, exact and by the corrected normal', () => {
    // Every division of the midranks counted in Python, 1,352,078 of them.
    const first = [3, 5, 5, 7, 8, 8, 8, 9, 11, 12, 12, 14];
    const second = [5, 8, 9, 9, 12, 13, 14, 14, 15, 16, 18];
    const exact = mannWhitney(first, second)!;
    assert.deepEqual([exact.u, exact.method], [29.5, 'exact']);
    close(exact.p, 0.023411371237458192, 1e-14);
    // scipy.stats.mannwhitneyu(method='asymptotic', use_continuity=True), SciPy 1.17.
    const many = [9, 1, 2, 2, 2, 9, 10, 6, 0, 1, 3, 5, 7, 5, 3, 1, 8, 8, 0, 1, 5, 4, 10, 6, 5, 5, 7, 7, 2, 8];
    const others = [
      11, 14, 12, 5, 6, 10, 10, 11, 13, 5, 14, 2, 2, 14, 14, 5, 3, 6, 2, 13, 10, 9, 5, 8, 4, 12, 8, 2,
    ];
    const normal = mannWhitney(many, others)!;
    assert.deepEqual([normal.u, normal.method], [221.5, 'normal']);
    close(normal.p, 0.001968979007209326, 1e-12);
  });

  it('finds nothing in equal values, whatever the method, and nothing to say of an empty sample', () => {
    assert.equal(mannWhitney([1, 1, 1], [1, 1])!.p, 1);
    assert.equal(mannWhitney(new Array(30).fill(1), new Array(30).fill(1))!.p, 1);
    assert.equal(mannWhitney([], [1]), null);
  });

  it('does not care which sample comes first, nor how large the numbers are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer(), { minLength: 1, maxLength: 12 }),
        (a, b) => {
          close(mannWhitney(a, b)!.p, mannWhitney(b, a)!.p, 1e-12);
          close(
            mannWhitney(
              a.map((x) => x / 7e9),
              b.map((x) => x / 7e9),
            )!.p,
            mannWhitney(a, b)!.p,
            1e-12,
          );
        },
      ),
    );
  });

  it('rejects about as often as it says when there is nothing to find', () => {
    const random = seededRandom(11);
    let rejected = 0;
    const draw = (): number[] => Array.from({ length: 8 }, random);
    for (let run = 0; run < 2_000; run += 1) if (mannWhitney(draw(), draw())!.p <= 0.05) rejected += 1;
    // 5.0 % by the table of 8 and 8; seeded, so this is the same number every time.
    assert.ok(rejected > 60 && rejected < 110, String(rejected));
  });

  it('knows the smallest p and how many values it takes', () => {
    close(smallestP(3, 3), 0.1, 1e-12);
    close(smallestP(4, 4), 2 / 70, 1e-12);
    close(smallestP(5, 3), 2 / 56, 1e-12);
    assert.equal(smallestP(1, 1), 1);
    // By the method that the test takes for these sizes; the normal approximation cannot get as low as the exact one.
    for (const [first, second] of [
      [30, 2],
      [40, 1],
      [8, 200],
      [9, 26],
      [8, 201],
      [26, 26],
    ] as const)
      close(smallestP(first, second), mannWhitney(apart(first, 0), apart(second, 1_000))!.p, 1e-12);
    assert.equal(samplesNeeded(0.05), 4);
    assert.equal(samplesNeeded(0.05 / 8), 6);
    close(mannWhitney([1, 2, 3, 4], [5, 6, 7, 8])!.p, smallestP(4, 4), 1e-12);
    assert.throws(() => samplesNeeded(0), /alpha 0/);
  });
});

describe('the normal distribution', () => {
  it('has the tails of the tables, far out too', () => {
    const table = [
      [0, 0.5],
      [1, 0.158655253931457],
      [1.96, 0.0249978951482204],
      [3, 0.00134989803163009],
      [6, 9.86587645037698e-10],
    ] as const;
    for (const [z, tail] of table) assert.ok(Math.abs(normalTail(z) / tail - 1) < 1e-10, String(z));
    assert.ok(Math.abs(normalTail(4.999999) / normalTail(5) - 1) < 1e-4);
    close(normalQuantile(0.025), 1.95996398454005, 1e-10);
  });
});

describe('Holm', () => {
  it('gives the adjusted values of the textbook example', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [index, expected] of [0.03, 0.06, 0.06, 0.02].entries())
      close(adjusted[index]!, expected, 1e-12);
    assert.deepEqual(holm([0.5, 0.9]), [1, 1]);
    assert.deepEqual(holm([]), []);
  });

  it('never turns the order of two tests round, and lies between the plain value and Bonferroni', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 9 }), (values) => {
        const adjusted = holm(values);
        values.forEach((value, i) => {
          assert.ok(adjusted[i]! >= value && adjusted[i]! <= Math.min(1, value * values.length) + 1e-12);
          for (const [j, other] of values.entries()) assert.ok(value > other || adjusted[i]! <= adjusted[j]!);
        });
      }),
    );
  });
});
