import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvariantError } from '../errors.js';
import type { Release } from '../ports/lock.js';
import { AsyncLock } from './async-lock.js';
import { LockAccount } from './lock-account.js';

const MS = 1e6;

/** A clock that the test moves, and that counts who looks at it. */
class CountedClock {
  time = 1_000 * MS;
  readings = 0;

  nowNs(): number {
    this.readings += 1;
    return this.time;
  }
}

function rig() {
  const clock = new CountedClock();
  const users = ['compaction', 'write'] as const;
  const account = new LockAccount({ layer: 'runtime', name: 'test', help: 'A lock.', users });
  return { clock, account, lock: new AsyncLock<(typeof users)[number]>(account, clock) };
}

/** Lets everybody run who can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

for (const count of [1, 2, 100]) {
  test(`held 10 ms by a known holder before ${count} waiters: ${count * 10} ms of waits, all charged to it`, async () => {
    const { clock, account, lock } = rig();
    const release = await lock.acquire('compaction');
    const waiting = Array.from({ length: count }, async () => (await lock.acquire('write'))());
    clock.time += 10 * MS;
    release();
    await Promise.all(waiting);
    const { holders, waiters, ...figures } = account.reading();
    assert.deepEqual(figures, {
      name: 'test',
      help: 'A lock.',
      layer: 'runtime',
      acquisitions: count + 1,
      contended: count,
      waitNs: count * 10 * MS,
      waitNsMax: 10 * MS,
      holdNs: 10 * MS,
      holdNsMax: 10 * MS,
      handOffNs: 0,
      waitersMax: count,
    });
    assert.deepEqual(waiters, [{ who: 'write', count, waitNs: count * 10 * MS }]);
    assert.deepEqual(holders[0], { who: 'compaction', count: 1, blameNs: count * 10 * MS });
    assert.equal(
      holders.reduce((sum, { blameNs }) => sum + blameNs, 0),
      count * 10 * MS,
    );
  });
}

test('without contention no clock is read, and every acquisition is counted', async () => {
  const { clock, account, lock } = rig();
  for (let round = 0; round < 1_000; round++) (await lock.acquire('write'))();
  assert.equal(clock.readings, 0);
  const { acquisitions, contended, holdNs, waiters, holders } = account.reading();
  assert.deepEqual(
    { acquisitions, contended, holdNs, waiters, holders },
    { acquisitions: 1_000, contended: 0, holdNs: 0, waiters: [], holders: [] },
  );
});

test('those who wait get it in the order of their calls, one at a time, and nobody overtakes a hand-off', async () => {
  const { lock } = rig();
  const order: number[] = [];
  let inside = 0;
  const enter = async (number: number): Promise<void> => {
    const release = await lock.acquire('write');
    inside += 1;
    assert.equal(inside, 1);
    order.push(number);
    await settle();
    inside -= 1;
    release();
  };
  const first = await lock.acquire('write');
  const all = [1, 2, 3].map(enter);
  first();
  // On its way to the first of them: a fourth has to go behind the third.
  all.push(enter(4));
  await Promise.all(all);
  assert.deepEqual(order, [1, 2, 3, 4]);
});

test('the time from a release to the next holder is a hand-off, and nobody is blamed for it', async () => {
  const { clock, account, lock } = rig();
  const release = await lock.acquire('compaction');
  const next = lock.acquire('write');
  clock.time += 4 * MS;
  release();
  clock.time += 3 * MS;
  (await next)();
  const { handOffNs, holders, waitNs } = account.reading();
  assert.equal(handOffNs, 3 * MS);
  assert.equal(waitNs, 7 * MS);
  assert.deepEqual(holders, [
    { who: 'compaction', count: 1, blameNs: 4 * MS },
    { who: 'hand-off', count: 1, blameNs: 3 * MS },
  ]);
});

test('each holder is charged for what it held before those behind it, the first waiter for none of its own', async () => {
  const { clock, account, lock } = rig();
  const releases: Release[] = [];
  const take = async (user: 'write' | 'compaction') => void releases.push(await lock.acquire(user));
  await take('compaction');
  const rest = [take('write'), take('compaction')];
  for (const heldMs of [5, 7, 100]) {
    clock.time += heldMs * MS;
    releases.shift()!();
    await settle();
  }
  await Promise.all(rest);
  const { holders, waiters } = account.reading();
  // 5 ms before two, then 7 ms before one; the 100 ms of the last hold kept nobody.
  assert.deepEqual(holders.slice(0, 2), [
    { who: 'compaction', count: 1, blameNs: 10 * MS },
    { who: 'write', count: 1, blameNs: 7 * MS },
  ]);
  assert.deepEqual(waiters, [
    { who: 'compaction', count: 1, waitNs: 12 * MS },
    { who: 'write', count: 1, waitNs: 5 * MS },
  ]);
});

test('a second release is a broken invariant, and lets nobody else in', async () => {
  const { lock } = rig();
  const release = await lock.acquire('write');
  release();
  const other = await lock.acquire('write');
  assert.throws(release, InvariantError);
  let isIn = false;
  const third = lock.acquire('write').then((leave) => {
    isIn = true;
    leave();
  });
  await settle();
  assert.equal(isIn, false);
  other();
  await third;
});
