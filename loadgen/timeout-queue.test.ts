import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { type Timed, TimeoutQueue } from './timeout-queue.js';

class Item implements Timed {
  readonly name: number;
  addedNs = 0;
  older: Timed | null = null;
  newer: Timed | null = null;
  waiting = false;
  constructor(name: number) {
    this.name = name;
  }
}

/** Runs `steps` on a queue under a clock of its own; gives when each item timed out, in ms. */
function replay(timeoutMs: number, steps: readonly { afterMs: number; remove: boolean; item: number }[]) {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let nowMs = 0;
    const expired = new Map<number, number>();
    const expectedLatest = new Map<number, number>();
    const queue = new TimeoutQueue<Item>(
      timeoutMs,
      () => nowMs * 1e6,
      (item) => expired.set(item.name, nowMs),
    );
    const advance = (ms: number) => {
      for (let step = 0; step < ms; step++) {
        nowMs++;
        mock.timers.tick(1);
      }
    };
    const items = new Map<number, Item>();
    for (const { afterMs, remove, item: name } of steps) {
      advance(afterMs);
      const item = items.get(name);
      if (remove && item?.waiting) {
        queue.remove(item);
        expectedLatest.delete(name);
      } else if (!remove && item === undefined) {
        const added = new Item(name);
        items.set(name, added);
        queue.add(added, nowMs * 1e6);
        expectedLatest.set(name, nowMs + timeoutMs);
      }
    }
    advance(2 * timeoutMs + 2);
    return { expired, expected: expectedLatest };
  } finally {
    mock.timers.reset();
  }
}

test('what is not removed in time times out within a millisecond of its deadline, what is removed never', () => {
  const step = fc.record({
    afterMs: fc.nat(40),
    remove: fc.boolean(),
    item: fc.nat(15),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.array(step, { maxLength: 40 }), (timeoutMs, steps) => {
      const { expired, expected } = replay(timeoutMs, steps);
      assert.deepEqual([...expired.keys()].sort(), [...expected.keys()].sort());
      for (const [name, atMs] of expired) {
        const deadlineMs = expected.get(name)!;
        assert.ok(atMs >= deadlineMs && atMs <= deadlineMs + 1, `timed out at ${atMs}, due at ${deadlineMs}`);
      }
    }),
  );
});
