import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Callable, StripedPool } from './striped-pool.js';

/** Connections whose calls end when the test says so. */
class HeldConnections {
  readonly #answers: ((error?: Error) => void)[] = [];
  readonly all: readonly Callable[];

  constructor(count: number) {
    this.all = Array.from({ length: count }, () => ({
      call: () =>
        new Promise((resolve, reject) =>
          this.#answers.push((error) => (error === undefined ? resolve(null) : reject(error))),
        ),
    }));
  }

  async answer(error?: Error): Promise<void> {
    this.#answers.shift()!(error);
    await turn();
  }
}

function callers(pool: StripedPool, ids: readonly number[]) {
  const turns: number[] = [];
  const calls = ids.map((id) => pool.call(id, () => turns.push(id)));
  return { turns, calls };
}

test('one queue: whoever came first gets the connection that is free first', async () => {
  const held = new HeldConnections(2);
  const pool = new StripedPool(held.all, 1);
  const { turns, calls } = callers(pool, [0, 2, 4, 6]);
  await turn();
  assert.deepEqual(turns, [0, 2]);
  await held.answer();
  assert.deepEqual(turns, [0, 2, 4]);
  for (let left = 0; left < 3; left += 1) await held.answer();
  await Promise.all(calls);
  assert.deepEqual([turns, pool.peak], [[0, 2, 4, 6], 2]);
});

test('a queue for each connection: who waits behind a busy one does not take another', async () => {
  const held = new HeldConnections(2);
  const pool = new StripedPool(held.all, 2);
  const { turns, calls } = callers(pool, [0, 2, 4]);
  await turn();
  assert.deepEqual([turns, pool.peak], [[0], 1]);
  for (let left = 0; left < 3; left += 1) await held.answer();
  await Promise.all(calls);
  assert.deepEqual([turns, pool.peak], [[0, 2, 4], 1]);
});

test('a call that fails gives its connection back', async () => {
  const held = new HeldConnections(1);
  const pool = new StripedPool(held.all, 1);
  const { turns, calls } = callers(pool, [0, 1]);
  const failed = assert.rejects(calls[0]!, /gone/);
  await turn();
  await held.answer(new Error('gone'));
  await failed;
  assert.deepEqual(turns, [0, 1]);
  await held.answer();
  await calls[1];
});
