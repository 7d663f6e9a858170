import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type KeyRange, RangeIndex, rangeHolds } from './range-index.js';

const key = fc.uint8Array({ minLength: 1, maxLength: 2, max: 4 });
const range = fc.record({ start: key, end: fc.option(key) });

describe('range index', () => {
  it('finds exactly the ranges that hold a key, while ranges come and go', () => {
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 12 }),
        fc.array(fc.nat(11)),
        fc.array(key),
        (all, gone, keys) => {
          const index = new RangeIndex<KeyRange>();
          const left = new Set(all);
          for (const one of all) index.add(one);
          for (const probe of keys) index.covering(probe);
          for (const at of gone) {
            const one = all[at];
            if (one === undefined) continue;
            left.delete(one);
            index.delete(one);
          }
          assert.equal(index.size, left.size);
          for (const probe of keys) {
            const expected = new Set([...left].filter((one) => rangeHolds(one, probe)));
            assert.deepEqual(new Set(index.covering(probe)), expected);
          }
        },
      ),
    );
  });

  it('takes a range that ends before it begins for empty', () => {
    const index = new RangeIndex<KeyRange>();
    index.add({ start: Uint8Array.of(5), end: Uint8Array.of(2) });
    index.add({ start: Uint8Array.of(5), end: Uint8Array.of(5) });
    for (const at of [1, 2, 3, 5, 6]) assert.deepEqual(index.covering(Uint8Array.of(at)), []);
  });
});
