import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import './testing/fixed-seed.js';
import { ExpiryIndex } from './expiry-index.js';
import { KeyIndex } from './key-index.js';

function keysFrom(index: KeyIndex, start: string): string[] {
  const cursor = index.cursor(start);
  const keys: string[] = [];
  for (let key = cursor.next(); key !== undefined; key = cursor.next()) keys.push(key);
  assert.equal(cursor.next(), undefined, 'stays at the end');
  return keys;
}

const numbered = (at: number): string => `k${String(at).padStart(6, '0')}`;

describe('key index', () => {
  it('keeps thousands of keys in order through inserts and deletes in any order', () => {
    const order = fc.constantFrom('up', 'down', 'mixed');
    fc.assert(
      fc.property(
        order,
        order,
        fc.integer({ min: 1, max: 3_000 }),
        fc.nat(100),
        (insertion, deletion, size, keep) => {
          const index = new KeyIndex();
          const all = Array.from({ length: size }, (_, at) => numbered(at));
          for (const key of arrange(all, insertion)) index.insert(key);
          assert.equal(index.size, size);
          assert.deepEqual(keysFrom(index, ''), all);
          const gone = arrange(all, deletion).slice(0, Math.floor((size * (100 - keep)) / 100));
          for (const key of gone) index.delete(key);
          const removed = new Set(gone);
          const left = all.filter((key) => !removed.has(key));
          assert.deepEqual(keysFrom(index, ''), left);
          assert.equal(index.first(), left[0]);
          assert.equal(index.size, left.length);
          for (const start of [numbered(0), numbered(size >> 1), `${numbered(size >> 1)}\0`, numbered(size)])
            assert.deepEqual(
              keysFrom(index, start),
              left.filter((key) => key >= start),
              start,
            );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('agrees with a sorted list on any sequence of inserts and deletes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary-ascii', maxLength: 3 }), { maxLength: 200 }),
        (touched) => {
          const index = new KeyIndex();
          const model = new Set<string>();
          for (const key of touched) {
            if (model.delete(key)) index.delete(key);
            else {
              model.add(key);
              index.insert(key);
            }
          }
          assert.deepEqual(keysFrom(index, ''), [...model].sort());
        },
      ),
    );
  });

  it('crashes on a key twice and on a key that is not there', () => {
    const index = new KeyIndex();
    assert.throws(() => index.delete('a'), /not in the index/);
    index.insert('b');
    index.insert('a');
    assert.throws(() => index.insert('a'), /twice in the index/);
    assert.throws(() => index.insert('b'), /twice in the index/);
    assert.throws(() => index.delete('c'), /not in the index/);
  });
});

/** Up, down, or by a fixed shuffle. */
function arrange(keys: readonly string[], order: string): string[] {
  if (order === 'up') return [...keys];
  if (order === 'down') return [...keys].reverse();
  return [...keys].sort((a, b) => mix(a) - mix(b));
}

function mix(key: string): number {
  return Math.imul(Number(key.slice(1)) + 1, 0x9e3779b1) >>> 0;
}

describe('expiry index', () => {
  it('gives keys by deadline and then by key, over the whole range of times', () => {
    const deadline = fc.oneof(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    );
    const entry = fc.record({
      key: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 3 }),
      deadline,
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (each) => each.key, maxLength: 30 }), (entries) => {
        const index = new ExpiryIndex();
        for (const { key, deadline: at } of entries) index.add(key, at);
        const sorted = [...entries].sort((a, b) => a.deadline - b.deadline || (a.key < b.key ? -1 : 1));
        for (const { key, deadline: at } of sorted) {
          assert.equal(index.earliestMs(), at);
          assert.equal(index.due(at - 1), null);
          assert.equal(index.due(at), key);
          index.remove(key, at);
        }
        assert.equal(index.earliestMs(), null);
        assert.equal(index.due(Number.MAX_SAFE_INTEGER), null);
      }),
    );
  });
});
