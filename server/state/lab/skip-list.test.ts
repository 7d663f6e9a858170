import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import '../testing/fixed-seed.js';
import { OrderedMap, type OrderedRecords } from '../ordered-records.js';
import { Store } from '../store.js';
import { createSkipList, SkipList } from './skip-list.js';

function walk(records: OrderedRecords<number>, start: string): [string, number][] {
  const cursor = records.cursor(start);
  const found: [string, number][] = [];
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) found.push([key, records.get(key)!]);
  assert.equal(cursor.next(), undefined, 'stays at the end');
  return found;
}

describe('skip list', () => {
  it('gives what the ordered map gives, for any sequence of additions, removals, points and walks', () => {
    const key = fc.string({ unit: 'binary-ascii', maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(key, key), { maxLength: 200 }), (steps) => {
        const list = new SkipList<number>();
        const map = new OrderedMap<number>();
        steps.forEach(([touched, asked], at) => {
          for (const records of [list, map]) {
            if (records.get(touched) === undefined) records.add(touched, at);
            else records.remove(touched);
          }
          assert.equal(list.size, map.size);
          assert.equal(list.get(asked), map.get(asked));
          assert.deepEqual(walk(list, asked), walk(map, asked));
          // Once more behind a walk, which leaves a place behind.
          assert.equal(list.get(touched), map.get(touched));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps thousands of numbered keys in order, its searches short', () => {
    const list = new SkipList<number>();
    const keys = Array.from({ length: 5_000 }, (_, at) => `k${String(at).padStart(6, '0')}`);
    for (const [at, key] of [...keys.entries()].reverse()) list.add(key, at);
    assert.deepEqual(
      walk(list, '').map(([key]) => key),
      keys,
    );
    for (const [at, key] of keys.entries()) if (at % 3 !== 0) list.remove(key);
    assert.deepEqual(
      walk(list, keys[100]!).map(([, at]) => at),
      keys.map((_, at) => at).filter((at) => at % 3 === 0 && at >= 100),
    );
  });

  it('is a store like any other: puts, deletes, deadlines and walks agree with one on the map', () => {
    const step = fc.record({
      kind: fc.constantFrom('put', 'delete', 'touch'),
      key: fc.string({ unit: 'binary-ascii', maxLength: 2 }),
      expiresAtMs: fc.constantFrom(0, 5, 50),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const stores = [new Store(0), new Store(0, createSkipList)];
        steps.forEach(({ kind, key, expiresAtMs }, clockMs) => {
          const [a, b] = stores.map((store) => {
            store.beginCommand();
            if (kind === 'put') return store.put(key, Buffer.from(key), expiresAtMs, clockMs);
            return kind === 'delete' ? store.delete(key, clockMs) : store.touch(key, clockMs);
          });
          assert.deepEqual(a, b);
        });
        const [a, b] = stores.map((store) => {
          const cursor = store.cursor('');
          const all = [];
          for (let key = cursor.next(); key !== undefined; key = cursor.next())
            all.push([key, store.get(key)]);
          return { all, size: store.size, bytes: store.bytes, revision: store.revision };
        });
        assert.deepEqual(a, b);
      }),
      { numRuns: 60 },
    );
  });

  it('crashes on a key twice and on a key that is not there', () => {
    const list = new SkipList<number>();
    assert.throws(() => list.remove('a'), /not in the list/);
    list.add('b', 1);
    assert.throws(() => list.add('b', 1), /twice in the list/);
    assert.throws(() => list.remove('c'), /not in the list/);
  });
});
