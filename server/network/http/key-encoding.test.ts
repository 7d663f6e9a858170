import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeKey } from './key-encoding.js';

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

test('any bytes percent-encoded, in any mixture of cases and literals, come back as the same bytes', () => {
  const encodings = fc.array(
    fc
      .nat(255)
      .chain((byte) =>
        fc
          .constantFrom(
            `%${hex(byte)}`,
            `%${hex(byte).toUpperCase()}`,
            byte === 0x25 ? '%25' : String.fromCharCode(byte),
          )
          .map((text) => ({ byte, text })),
      ),
    { minLength: 1, maxLength: 100 },
  );
  fc.assert(
    fc.property(encodings, (parts) => {
      const key = decodeKey(parts.map(({ text }) => text).join(''), 1_000);
      assert.deepEqual(
        [...key],
        parts.map(({ byte }) => byte),
      );
    }),
  );
});

test('keys that other stores trip over are keys like any other', () => {
  for (const [encoded, bytes] of [
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['..%2F..', '../..'],
    ['a/b/c', 'a/b/c'],
    ['%00', '\0'],
    ['+', '+'],
    ['%25', '%'],
  ] as const) {
    assert.equal(decodeKey(encoded, 100).toString('latin1'), bytes);
  }
});

test('byte strings that are no UTF-8 stay different keys', () => {
  assert.notDeepEqual(decodeKey('a%FF', 100), decodeKey('a%FE', 100));
  assert.notDeepEqual(decodeKey('a%EF%BF%BD', 100), decodeKey('a%FF', 100));
});

test('bad percent-encoding is refused with the offset of the percent sign', () => {
  for (const [encoded, offset] of [
    ['%', 0],
    ['ab%', 2],
    ['ab%4', 2],
    ['%zz', 0],
    ['%4G', 0],
    ['%41%4', 3],
    ['a%%41', 1],
    ['%/0', 0],
    ['%@1', 0],
    ['%`1', 0],
    ['% 1', 0],
  ] as const) {
    assert.throws(() => decodeKey(encoded, 100), { code: 'STRATA_KEY_BAD_ENCODING', details: { offset } });
  }
});

test('the limit counts bytes of the key, not characters of its encoding', () => {
  assert.equal(decodeKey('%41'.repeat(8), 8).length, 8);
  assert.throws(() => decodeKey('a'.repeat(9), 8), { code: 'STRATA_KEY_TOO_LONG' });
  assert.throws(() => decodeKey('%41'.repeat(9), 8), { code: 'STRATA_KEY_TOO_LONG' });
  assert.throws(() => decodeKey('', 8), { code: 'STRATA_KEY_EMPTY' });
});
