import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FutexAccount, type SeenKind } from './futex-account.js';

const IDLE_POOL = '0x566f9c8';
const IDLE_POOL_SECOND_WORD = '0x566f9cc';
const IDLE_PLATFORM = '0x130d3630';
const END_US = 10_000_000;

function call(tid: number, address: string, us: number | null, { mutex = false, result = '0' } = {}) {
  const operation = mutex
    ? 'FUTEX_WAIT_PRIVATE, 2, NULL'
    : 'FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL';
  return {
    tid,
    name: 'futex',
    args: `${address}, ${operation}`,
    startUs: 0,
    durationUs: us,
    result,
    failed: false,
  };
}
function rows(calls: readonly ReturnType<typeof call>[], seen: Readonly<Record<number, SeenKind>>) {
  const account = new FutexAccount();
  for (const one of calls) account.add(one, END_US);
  return account
    .rows(1, new Map(Object.entries(seen).map(([tid, kind]) => [Number(tid), kind])))
    .map(({ tid, thread, parkedSeconds, waits, waitSeconds }) => [
      tid,
      thread,
      parkedSeconds,
      waits,
      waitSeconds,
    ]);
}

describe('FutexAccount', () => {
  it('parks a pool on the variable its threads share, both words of it, and up to the end', () => {
    const found = rows(
      [call(2, IDLE_POOL, 1_000_000), call(2, IDLE_POOL_SECOND_WORD, 500_000), call(3, IDLE_POOL, null)],
      {
        2: 'pool',
        3: 'pool',
      },
    );
    assert.deepEqual(found, [
      [2, 'pool', 1.5, 0, 0],
      [3, 'pool', 10, 0, 0],
    ]);
  });
  it('counts a mutex that a pool thread found taken, and another variable, as waits for a lock', () => {
    const calls = [
      call(2, IDLE_POOL, 900_000),
      call(2, '0x566f960', 100_000, { mutex: true }),
      call(3, '0x9999990', 50_000),
    ];
    assert.deepEqual(rows(calls, { 2: 'pool', 3: 'pool' }), [
      [2, 'pool', 0.9, 1, 0.1],
      [3, 'pool', 0, 1, 0.05],
    ]);
  });
  it('never parks the main thread', () => {
    assert.deepEqual(
      rows([call(1, IDLE_POOL, 30_000), call(2, IDLE_POOL, 900_000)], { 1: 'pool', 2: 'pool' }),
      [
        [1, 'main', 0, 1, 0.03],
        [2, 'pool', 0.9, 0, 0],
      ],
    );
  });
  it('gives a thread that could not be told to the pool whose variable it sleeps on', () => {
    const calls = [
      call(2, IDLE_POOL, 10),
      call(3, IDLE_PLATFORM, 20),
      call(4, IDLE_POOL, 5),
      call(5, IDLE_PLATFORM, 5),
      call(6, '0x777770', 1),
    ];
    const kinds = rows(calls, { 2: 'pool', 3: 'platform', 4: 'worker' }).map(([tid, thread, , waits]) => [
      tid,
      thread,
      waits,
    ]);
    assert.deepEqual(kinds, [
      [2, 'pool', 0],
      [3, 'platform', 0],
      [4, 'pool', 0],
      [5, 'platform', 0],
      [6, 'other', 0],
    ]);
  });
  it('parks a thread of another kind only when it did nothing but sleep', () => {
    const calls = [call(7, '0x5660460', null), call(8, '0x5550000', 30_000), call(8, '0x5550000', 30_000)];
    assert.deepEqual(rows(calls, { 7: 'other', 8: 'other' }), [
      [7, 'other', 10, 0, 0],
      [8, 'other', 0, 2, 0.06],
    ]);
  });
  it('does not count what did not sleep: a word that had changed, a wake', () => {
    const wake = { ...call(1, IDLE_POOL, 5), args: `${IDLE_POOL}, FUTEX_WAKE_PRIVATE, 1` };
    assert.deepEqual(rows([call(1, IDLE_POOL, 9, { result: '-1 EAGAIN' }), wake], {}), []);
  });
});
