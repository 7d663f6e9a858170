import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { Query } from './query.js';
import { matches, parseSession, parseTtl, readTerms, writeTerms } from './write-terms.js';

test('a time to live is milliseconds or has a unit', () => {
  for (const [text, ttlMs] of [
    ['1', 1],
    ['1500', 1_500],
    ['500ms', 500],
    ['5s', 5_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['315576000000', 315_576_000_000],
    ['keep', 'keep'],
  ] as const) {
    assert.equal(parseTtl(text), ttlMs);
  }
  for (const text of [
    '',
    '0',
    '0s',
    '-1',
    '1.5s',
    '5 s',
    '5S',
    '5d',
    's',
    '1e3',
    '315576000001',
    '9'.repeat(13),
  ]) {
    assert.throws(
      () => parseTtl(text),
      { code: 'STRATA_QUERY_INVALID', message: /500ms, 5s, 10m, 2h/ },
      text,
    );
  }
});

test('an idempotency key is two positive safe integers', () => {
  assert.deepEqual(parseSession('7:1'), { session: 7, sequence: 1 });
  assert.deepEqual(parseSession('9007199254740991:9007199254740991'), {
    session: Number.MAX_SAFE_INTEGER,
    sequence: Number.MAX_SAFE_INTEGER,
  });
  for (const text of [
    '',
    '7',
    '7:',
    ':1',
    '0:1',
    '7:0',
    '07:1',
    '7:1:1',
    '7: 1',
    '-7:1',
    '9007199254740992:1',
    'a:b',
  ]) {
    assert.throws(() => parseSession(text), { code: 'STRATA_IDEMPOTENCY_KEY_INVALID' }, text);
  }
});

test('a write without conditions, time to live or session is plain', () => {
  assert.equal(writeTerms({}, null), null);
  assert.equal(writeTerms({}, new Query('forward=true', ['ttl', 'forward'])), null);
  const terms = writeTerms({ 'idempotency-key': '3:4' }, new Query('ttl=5s', ['ttl']));
  assert.deepEqual(terms, { ttl: 5_000, condition: null, session: { session: 3, sequence: 4 } });
});

test('conditions of a write are one revision or any', () => {
  const condition = (headers: IncomingHttpHeaders): unknown => writeTerms(headers, null)!.condition;
  assert.deepEqual(condition({ 'if-match': '"42"' }), { kind: 'revision', revision: 42 });
  assert.deepEqual(condition({ 'if-match': '*' }), { kind: 'exists' });
  assert.deepEqual(condition({ 'if-none-match': '*' }), { kind: 'absent' });
  assert.deepEqual(condition({ 'if-none-match': '"42"' }), { kind: 'not-revision', revision: 42 });
  // A weak tag never matches where it counts (RFC 9110 §13.1.1), and a list cannot be said to the state machine.
  for (const tag of ['42', '"0"', '"042"', '"x"', 'W/"42"', '"1", "2"', '', '"9007199254740993"']) {
    assert.throws(() => condition({ 'if-match': tag }), { code: 'STRATA_HEADER_INVALID' }, tag);
    assert.throws(() => condition({ 'if-none-match': tag }), { code: 'STRATA_HEADER_INVALID' }, tag);
  }
  assert.throws(() => condition({ 'if-match': '"1"', 'if-none-match': '*' }), {
    code: 'STRATA_HEADER_INVALID',
  });
});

test('conditions of a read may be lists and weak tags', () => {
  assert.equal(readTerms({}), null);
  assert.deepEqual(readTerms({ 'if-none-match': '"1", W/"2"' }), { match: null, noneMatch: [1, 2] });
  assert.deepEqual(readTerms({ 'if-match': '*' }), { match: '*', noneMatch: null });
  assert.throws(() => readTerms({ 'if-none-match': '"1",,' }), { code: 'STRATA_HEADER_INVALID' });
  assert.equal(matches([1, 2], 2), true);
  assert.equal(matches([1, 2], 3), false);
  assert.equal(matches('*', 3), true);
  assert.equal(matches('*', 0), false, 'a key that does not exist matches nothing');
});
