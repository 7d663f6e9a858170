import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs } from './backoff.js';
import { Random } from './random.js';

test('a dead target is asked at most a dozen times in the first second, and never left alone for more than a quarter', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = new Random(seed);
      let elapsedMs = 0;
      let attempts = 0;
      while (elapsedMs < 1_000) {
        attempts++;
        const delayMs = backoffMs(attempts, random);
        assert.ok(delayMs > 0 && delayMs <= 250, `${delayMs} ms`);
        elapsedMs += delayMs;
      }
      assert.ok(attempts <= 12, `${attempts} attempts`);
    }),
  );
});

test('clients that fail together do not come back together', () => {
  const delays = new Set(Array.from({ length: 100 }, (_, client) => backoffMs(6, new Random(1, client))));
  assert.equal(delays.size, 100);
});
