import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import {
  CONTEXT_BYTES_MAX,
  ConfChangeError,
  type ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  decodeConfChange,
  encodeConfChange,
} from './confchange-entry.js';

const type = fc.constantFrom(ConfChangeType.AddNode, ConfChangeType.RemoveNode, ConfChangeType.AddLearner);

describe('bytes of an entry', () => {
  const transition = fc.constantFrom<ConfChangeTransition>('auto', 'implicit', 'explicit');
  const anyId = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.maxSafeNat());
  const anyChange: fc.Arbitrary<ConfChangeV2> = fc.record({
    changes: fc.array(fc.record({ type, node: anyId }), { maxLength: 200 }),
    transition,
    context: fc.uint8Array({ maxLength: 200 }),
  });

  test('the layout does not move: logs on disk hold it', () => {
    const bytes = encodeConfChange({
      changes: [
        { type: ConfChangeType.AddNode, node: 1 },
        { type: ConfChangeType.RemoveNode, node: 300 },
        { type: ConfChangeType.AddLearner, node: 128 },
      ],
      transition: 'explicit',
      context: Uint8Array.of(9, 8),
    });
    assert.deepEqual([...bytes], [2, 2, 3, 0, 1, 1, 0xac, 0x02, 2, 0x80, 0x01, 2, 9, 8]);
    assert.deepEqual([...encodeConfChange({ changes: [], transition: 'auto' })], [2, 0, 0, 0]);
  });

  test('round trip, and one spelling for each change', () => {
    fc.assert(
      fc.property(anyChange, (cc) => {
        const bytes = encodeConfChange(cc);
        const decoded = decodeConfChange(bytes);
        assert.equal(decoded.transition, cc.transition);
        assert.deepEqual(decoded.context, cc.context);
        assert.deepEqual(
          decoded.changes.map((c) => [c.type, c.node]),
          cc.changes.map((c) => [c.type, c.node]),
        );
        assert.deepEqual(encodeConfChange(decoded), bytes);
      }),
    );
  });

  test('every proper prefix and every added byte is malformed', () => {
    fc.assert(
      fc.property(anyChange, fc.nat({ max: 255 }), (cc, extra) => {
        const bytes = encodeConfChange(cc);
        for (let length = 0; length < bytes.length; length += 1) {
          assert.throws(() => decodeConfChange(bytes.subarray(0, length)), InvariantError);
        }
        assert.throws(() => decodeConfChange(Uint8Array.from([...bytes, extra])), InvariantError);
      }),
      { numRuns: 30 },
    );
  });

  test('any bytes either decode to exactly themselves or break an invariant', () => {
    const nearlyValid = fc
      .tuple(fc.constantFrom(0, 1, 2), fc.nat({ max: 3 }), fc.array(fc.nat({ max: 255 }), { maxLength: 12 }))
      .map(([transitionCode, count, rest]) => Uint8Array.from([2, transitionCode, count, ...rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 30 }), nearlyValid), (bytes) => {
        let decoded: ConfChangeV2;
        try {
          decoded = decodeConfChange(bytes);
        } catch (error) {
          assert.ok(error instanceof InvariantError);
          return;
        }
        assert.deepEqual([...encodeConfChange(decoded)], [...bytes]);
      }),
      { numRuns: 1000 },
    );
  });

  test('malformed bytes name what is wrong', () => {
    const cases: [bytes: number[], reason: RegExp][] = [
      [[], /ends at byte 0/],
      [[1, 0, 0], /version is 1, expected 2/],
      [[2, 3, 0], /transition 3/],
      [[2, 0, 1], /1 changes cannot fit into 0 bytes/],
      [[2, 0, 0xff, 0xff, 0xff, 0xff, 0x0f], /cannot fit/],
      [[2, 0, 1, 3, 1], /change type 3 is above 2/],
      [[2, 0, 1, 0, 0x80, 0x00], /ends in a byte of 0/],
      [[2, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f], /exceeds 9007199254740991/],
      [[2, 0, 0], /ends at byte 3/],
      [[2, 0, 0, 7], /context has 7 bytes, 0 are left/],
      [[2, 0, 0, 0, 7], /context has 0 bytes, 1 are left/],
      [[2, 0, 0, 0xff, 0xff, 0xff, 0x07], /context has 16777215 bytes/],
    ];
    for (const [bytes, reason] of cases) {
      assert.throws(
        () => decodeConfChange(Uint8Array.from(bytes)),
        (error) => error instanceof InvariantError && reason.test(error.message),
        JSON.stringify(bytes),
      );
    }
  });

  test('what could not be decoded is refused before it is encoded', () => {
    const bad = (node: number, kind = 0): ConfChangeV2 => ({
      changes: [{ type: kind as ConfChangeType, node }],
      transition: 'auto',
    });
    assert.throws(() => encodeConfChange(bad(-1)), ConfChangeError);
    assert.throws(() => encodeConfChange(bad(2 ** 53)), ConfChangeError);
    assert.throws(() => encodeConfChange(bad(1, 7)), ConfChangeError);
    const context = new Uint8Array(CONTEXT_BYTES_MAX + 1);
    assert.throws(() => encodeConfChange({ changes: [], transition: 'auto', context }), ConfChangeError);
    assert.throws(
      () => encodeConfChange({ changes: [], transition: 'sometimes' as ConfChangeTransition }),
      ConfChangeError,
    );
  });
});
