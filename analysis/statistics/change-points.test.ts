import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../testing/random.js';
import { changePoints } from './change-points.js';

/** Values around levels, `length` of each; the same seed gives the same series. */
function series(seed: number, levels: readonly number[], length: number, noise: number): number[] {
  const random = seededRandom(seed);
  return levels.flatMap((level) =>
    Array.from({ length }, () => level * (1 + noise * (random() + random() + random() - 1.5))),
  );
}

const indexes = (values: readonly number[], options = {}): number[] =>
  changePoints(values, options).map((point) => point.index);

describe('changePoints', () => {
  it('finds one step, and describes it', () => {
    const [point, ...more] = changePoints(series(1, [100, 110], 25, 0.02));
    assert.equal(more.length, 0);
    assert.equal(point!.index, 25);
    assert.ok(Math.abs(point!.magnitude - 0.1) < 0.02, `${point!.magnitude}`);
    assert.ok(point!.p < 0.001 && point!.meanAfter > point!.meanBefore);
  });

  it('finds steps up and down in a series longer than a window', () => {
    const found = indexes(series(2, [100, 130, 90, 90, 120], 40, 0.03));
    assert.deepEqual(found, [40, 80, 160]);
  });

  it('finds a change and its repair, which together leave the mean as it was', () => {
    assert.deepEqual(indexes(series(3, [100, 80, 100], 12, 0.02)), [12, 24]);
  });

  it('stays silent over noise: at most a few of a hundred series without a change have one', () => {
    let alarms = 0;
    for (let seed = 1; seed <= 100; seed += 1) alarms += indexes(series(seed, [100], 60, 0.05)).length;
    assert.ok(alarms <= 5, `${alarms} alarms`);
  });

  it('drops what is smaller than asked for, and keeps what is larger', () => {
    const values = series(4, [100, 103, 130], 30, 0.01);
    assert.deepEqual(indexes(values), [30, 60]);
    assert.deepEqual(indexes(values, { magnitudeMin: 0.1 }), [60]);
  });

  it('does not care for the unit of the values, and turns with the series', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0.01, max: 1_000, noNaN: true }),
        (seed, unit) => {
          const values = series(seed, [100, 120], 20, 0.03);
          assert.deepEqual(indexes(values.map((value) => value * unit)), indexes(values));
          assert.deepEqual(
            indexes([...values].reverse()),
            indexes(values)
              .map((index) => values.length - index)
              .reverse(),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('sees a small change near the end, which a large one long before covers up in the same window', () => {
    const steps = (count: number, ...levels: number[]): number[] =>
      Array.from({ length: count }, (_, at) => levels[at % levels.length]!);
    const values = [
      ...steps(10, 500),
      ...steps(10, 400, 600),
      ...steps(15, 1_000, 1_000.2),
      ...steps(15, 1_001, 1_001.2),
    ];
    assert.deepEqual(indexes(values), [20, 35]);
  });

  it('is done with a series of a hundred thousand values in seconds, however many points the first pass lets stand', () => {
    const before = process.cpuUsage();
    const found = changePoints(
      Array.from({ length: 100_000 }, (_, at) => at + 1),
      { magnitudeMin: 0.05 },
    );
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 20e6, `${user + system} µs of CPU`);
    assert.ok(found.length > 50 && found.every(({ p, magnitude }) => p <= 0.001 && magnitude >= 0.05));
    // What is left describes the segments between the points that are left.
    const [one, next, third] = found.slice(-3);
    const between = (from: number, to: number): number => (from + 1 + to) / 2;
    assert.ok(Math.abs(next!.meanBefore - between(one!.index, next!.index)) < 1e-6 * next!.meanBefore);
    assert.ok(Math.abs(next!.meanAfter - between(next!.index, third!.index)) < 1e-6 * next!.meanAfter);
  });

  it('keeps constants exact that have no end in binary', () => {
    const values = [...Array<number>(7).fill(0.1), ...Array<number>(9).fill(0.3)];
    const [point, ...more] = changePoints(values);
    assert.deepEqual(
      [point!.index, point!.p, point!.meanBefore, point!.meanAfter, more.length],
      [7, 0, 0.1, 0.3, 0],
    );
    assert.deepEqual(indexes(Array<number>(30).fill(0.1)), []);
  });

  it('takes constants, and series too short for any answer', () => {
    assert.deepEqual(indexes([5, 5, 5, 5, 5, 5]), []);
    assert.deepEqual(indexes([5, 5, 5, 7, 7, 7]), [3]);
    assert.deepEqual(indexes([1, 2]), []);
    assert.deepEqual(indexes([]), []);
  });

  it('refuses what is no series', () => {
    assert.throws(() => changePoints([1, Number.NaN]), /not NaN/);
    assert.throws(() => changePoints([1, 2], { window: 2 }), /4 to 2000 values, not 2/);
  });
});
