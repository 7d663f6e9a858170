import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NumberQueue } from './number-queue.js';

test('behaves as an array with a limit, across growth and wrap-around', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: -900, max: -1 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5_000 }), (moves, limit) => {
      const queue = new NumberQueue(limit);
      const model: number[] = [];
      let next = 0;
      for (const move of moves) {
        for (let push = 0; push < move; push++, next++) {
          assert.equal(queue.push(next), model.length < limit);
          if (model.length < limit) model.push(next);
        }
        for (let shift = 0; shift < -move; shift++) assert.equal(queue.shift(), model.shift());
        const seen: number[] = [];
        queue.forEach((value) => {
          seen.push(value);
        });
        assert.deepEqual(seen, model);
        assert.equal(queue.length, model.length);
      }
    }),
    { numRuns: 50 },
  );
});
