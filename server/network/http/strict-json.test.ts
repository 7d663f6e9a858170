import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseStrictJson } from './strict-json.js';

const limits = { depthMax: 4, elementsMax: 50 };
const parse = (text: string | Uint8Array): unknown => parseStrictJson(Buffer.from(text as string), limits);
const refused = (text: string | Uint8Array, message: RegExp): void => {
  assert.throws(() => parse(text), { code: 'STRATA_COMMAND_INVALID', message }, String(text).slice(0, 80));
};

test('what JSON.parse gives, this gives', () => {
  const roomy = { depthMax: 20, elementsMax: 10_000 };
  const whole = fc.maxSafeInteger().filter((n) => !Object.is(n, -0));
  const leaf = fc.oneof(whole, fc.boolean(), fc.constant(null), fc.string({ unit: 'binary' }));
  const { document } = fc.letrec<{ document: unknown }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('document'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('document'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(document, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      assert.deepEqual(parseStrictJson(Buffer.from(text), roomy), JSON.parse(text));
    }),
  );
});

test('A2.40 depth bombs, objects and arrays, are refused before anything is made of them', () => {
  assert.deepEqual(parse('[[[[]]]]'), [[[[]]]]);
  refused('[[[[[]]]]]', /nested deeper than 4/);
  refused('{"a":{"a":{"a":{"a":{}}}}}', /nested deeper than 4/);
  refused('['.repeat(1_000_000), /nested deeper than 4/);
  refused('{"a":'.repeat(1_000_000), /nested deeper than 4/);
});

test('A2.40 a document of too many values is refused', () => {
  refused(`[${'1,'.repeat(60)}1]`, /more than 50 values/);
  refused(`{${Array.from({ length: 40 }, (_, i) => `"k${i}":1`).join()}}`, /more than 50 values/);
});

test('A2.40 duplicate names are refused, however they are written', () => {
  refused('{"a":1,"a":2}', /the name "a" twice/);
  refused('{"a":1,"\\u0061":2}', /the name "a" twice/);
  refused('{"b":{"a":1},"c":[{"x":1,"y":[],"x":2}]}', /the name "x" twice/);
  refused('{"a":1 ,"a"\n:2}', /twice/);
  assert.deepEqual(parse('{"a":{"a":"a"},"b":["a","a"]}'), { a: { a: 'a' }, b: ['a', 'a'] });
});

test('A2.40 numbers that a double cannot hold, fractions, exponents and NaN are refused', () => {
  assert.equal(parse('9007199254740991'), Number.MAX_SAFE_INTEGER);
  assert.equal(parse('-9007199254740991'), Number.MIN_SAFE_INTEGER);
  for (const text of [
    '9007199254740992',
    '-9007199254740992',
    '1e999',
    '1.5',
    '1e3',
    '-0',
    '01',
    'NaN',
    '-Infinity',
    '0x10',
    '+1',
  ]) {
    refused(`[${text}]`, /no whole number|not JSON/);
  }
});

test('A2.39 bytes that are no UTF-8 are refused', () => {
  refused(Buffer.from([0x22, 0xff, 0x22]), /not UTF-8/);
  refused(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /not UTF-8/);
});

test('what is not JSON is refused with one code', () => {
  for (const text of [
    '',
    '{',
    '}',
    ']',
    '"',
    '"\\',
    '"\\"',
    '{"a"}',
    '{"a":}',
    '[1,]',
    '[1 2]',
    "{'a':1}",
    'undefined',
    '{"a":1}}',
    '"\n"',
    '\u0000',
  ]) {
    assert.throws(() => parse(text), { code: 'STRATA_COMMAND_INVALID' }, text);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        parse(bytes);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'STRATA_COMMAND_INVALID');
      }
    }),
  );
});
