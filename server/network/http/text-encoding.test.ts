import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonField, parseText, utf8Of } from './text-encoding.js';

const read = (fragment: string): Record<string, string> =>
  JSON.parse(`{${fragment}}`) as Record<string, string>;

test('A2.39 any bytes go into JSON and come back the same, in both encodings', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), fc.boolean(), (bytes, asText) => {
      const value = asText ? Buffer.from(bytes).toString('latin1') : bytes;
      const base64 = read(jsonField('v', value, 'base64'));
      assert.deepEqual(parseText(base64.v!, 'base64'), Buffer.from(bytes));
      const utf8 = read(jsonField('v', value, 'utf8'));
      const back = utf8.v === undefined ? parseText(utf8.vBase64!, 'base64') : parseText(utf8.v, 'utf8');
      assert.deepEqual(back, Buffer.from(bytes));
    }),
  );
});

test('A2.39 bytes that are no UTF-8 get another name instead of another text', () => {
  assert.equal(jsonField('key', Buffer.from([0x61, 0xff]), 'utf8'), '"keyBase64":"Yf8="');
  assert.equal(jsonField('key', 'a\u00ff', 'utf8'), '"keyBase64":"Yf8="', 'a value as a string of bytes');
  assert.equal(jsonField('key', Buffer.from('é'), 'utf8'), '"key":"é"');
  assert.equal(utf8Of(Buffer.from('\ufeffa')), '\ufeffa', 'a byte order mark is part of the key');
});

test('A2.39 lone surrogates and base64 that is not canonical are refused', () => {
  assert.equal(parseText('\ud800', 'utf8'), null);
  assert.equal(parseText('a\udc00b', 'utf8'), null);
  assert.deepEqual(parseText('😀', 'utf8'), Buffer.from('😀'));
  for (const text of ['YQ', 'YQ=', 'YR==', 'Y Q==', 'YQ==\n', '_w==', '*', 'YQ==YQ==']) {
    assert.equal(parseText(text, 'base64'), null, text);
  }
  assert.deepEqual(parseText('', 'base64'), Buffer.alloc(0));
});
