import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeyChooser, parseDistribution } from './key-chooser.js';

function histogram(distribution: string, keys: number, draws: number, seed = 5): number[] {
  const chooser = new KeyChooser(parseDistribution(distribution), keys, seed);
  const counts = new Array<number>(keys).fill(0);
  for (let draw = 0; draw < draws; draw++) counts[chooser.next()]!++;
  return counts;
}

test('every distribution keeps to the keys there are, for any number of them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50_000_000 }),
      fc.constantFrom('uniform', 'hotspot', 'sequential', 'zipf:0.99', 'zipf:1', 'zipf:1.5'),
      fc.nat(),
      fc.integer({ min: 1, max: 8 }),
      (keys, distribution, seed, count) => {
        const chooser = new KeyChooser(parseDistribution(distribution), keys, seed, {
          index: count - 1,
          count,
        });
        for (let draw = 0; draw < 20; draw++) {
          const key = chooser.next();
          assert.ok(Number.isInteger(key) && key >= 0 && key < keys, `key ${key} of ${keys}`);
        }
      },
    ),
  );
});

test('sequential: the workers together go through all keys in order, again and again', () => {
  const keys = 10;
  const choosers = [0, 1, 2].map(
    (index) => new KeyChooser(parseDistribution('sequential'), keys, 1, { index, count: 3 }),
  );
  const slots = Array.from({ length: 25 }, (_, slot) => choosers[slot % 3]!.next());
  assert.deepEqual(
    slots,
    slots.map((_, slot) => slot % keys),
  );
});

test('hotspot: a fifth of the keys gets four fifths of the operations', () => {
  const keys = 1_000;
  const counts = histogram('hotspot', keys, 100_000).sort((a, b) => b - a);
  const hottest = counts.slice(0, keys / 5).reduce((sum, count) => sum + count, 0);
  // Standard deviation 126; choosing the hottest afterwards adds nothing, as hot and cold keys differ by a factor of 16.
  assert.ok(Math.abs(hottest - 80_000) < 800, `${hottest} operations on the hottest fifth`);
});

test('zipf: scattering moves the hot keys apart and leaves their shares as they are', () => {
  const keys = 1_000;
  const draws = 200_000;
  const counts = histogram('zipf:0.99', keys, draws);
  const byHeat = counts.map((count, key) => ({ count, key })).sort((a, b) => b.count - a.count);
  let zeta = 0;
  for (let rank = 1; rank <= keys; rank++) zeta += rank ** -0.99;
  for (const rank of [1, 2, 3, 4]) {
    const expected = (draws * rank ** -0.99) / zeta;
    const { count } = byHeat[rank - 1]!;
    assert.ok(
      Math.abs(count - expected) < 6 * Math.sqrt(expected),
      `rank ${rank}: ${count}, expected ${expected}`,
    );
  }
  assert.ok(Math.abs(byHeat[0]!.key - byHeat[1]!.key) > 100, 'the two hottest keys are neighbours');
  assert.ok(Math.abs(byHeat[1]!.key - byHeat[2]!.key) > 100);
});

test('all workers agree which keys are hot, and do not ask in the same order', () => {
  const draw = (index: number) => {
    const chooser = new KeyChooser(parseDistribution('zipf:1.2'), 10_000, 9, { index, count: 2 });
    return Array.from({ length: 20_000 }, () => chooser.next());
  };
  const hottest = (drawn: number[]) => {
    const counts = new Map<number, number>();
    for (const key of drawn) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
  };
  const [first, second] = [draw(0), draw(1)];
  assert.equal(hottest(first), hottest(second));
  assert.notDeepEqual(first.slice(0, 100), second.slice(0, 100));
});

test('a distribution that cannot be had is refused by name', () => {
  for (const text of ['', 'zipf', 'zipf:', 'zipf:0', 'zipf:-1', 'zipf:11', 'zipf:0.9x', 'gauss', 'Uniform']) {
    assert.throws(() => parseDistribution(text), { code: 'STRATA_LOAD_OPTIONS' }, text);
  }
  assert.deepEqual(parseDistribution('zipf:0.99'), { kind: 'zipf', theta: 0.99 });
});
