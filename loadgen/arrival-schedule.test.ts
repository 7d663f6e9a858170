import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ArrivalSchedule } from './arrival-schedule.js';

const take = (schedule: ArrivalSchedule, slots: number) =>
  Array.from({ length: slots }, () => schedule.next());

test('a constant schedule does not drift from its rate', () => {
  const slots = take(new ArrivalSchedule('constant', 3, 1), 300_001);
  assert.equal(slots[0], 0);
  assert.equal(slots[300_000], 300_000 * (1e9 / 3));
});

test('the workers together take exactly the slots of the one global schedule, whatever their number', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('poisson' as const, 'constant' as const),
      fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      fc.nat(),
      fc.integer({ min: 1, max: 5 }),
      (arrival, rate, seed, count) => {
        const whole = take(new ArrivalSchedule(arrival, rate, seed), 12 * count);
        for (let index = 0; index < count; index++) {
          const own = take(new ArrivalSchedule(arrival, rate, seed, { index, count }), 12);
          assert.deepEqual(
            own,
            whole.filter((_, slot) => slot % count === index),
          );
        }
      },
    ),
  );
});

test('a Poisson schedule has the mean and the variation of one', () => {
  const slots = take(new ArrivalSchedule('poisson', 1_000, 4), 50_000);
  const gaps = slots.map((slot, index) => slot - (slots[index - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  assert.ok(Math.abs(mean / 1e6 - 1) < 0.03, `mean gap ${mean} ns`);
  assert.ok(Math.abs(Math.sqrt(variance) / mean - 1) < 0.04, `variation ${Math.sqrt(variance) / mean}`);
  assert.ok(gaps.every((gap) => gap >= 0));
});
