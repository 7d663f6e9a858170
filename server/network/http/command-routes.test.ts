import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { errorOf, HttpFixture, jsonOf } from '../testing/http-fixture.js';
import type { RawAnswer } from '../testing/raw-http.js';

const http = new HttpFixture();
before(() => http.start());
after(() => http.stop());

const post = (path: string, document: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  http.send('POST', path, typeof document === 'string' ? document : JSON.stringify(document), headers);
const b64 = (text: string): string => Buffer.from(text).toString('base64');

test('a batch runs all its steps under one revision and says what each did', async () => {
  const answer = await post('/batch', {
    encoding: 'utf8',
    ops: [
      { op: 'put', key: 'a', value: 'ä' },
      { op: 'put', key: 'a', value: 'b', previous: true, ttlMs: 5_000 },
      { op: 'put', key: 'a', value: 'c', if: 'absent' },
      { op: 'increment', key: 'n', delta: '9007199254740993' },
      { op: 'increment', key: 'n' },
      { op: 'append', key: 'a', value: 'cd' },
      { op: 'get', key: 'a' },
      { op: 'expire', key: 'a', ttlMs: null },
      { op: 'delete', key: 'a', if: { notRevision: 1_000_000 }, previous: true },
      { op: 'get', key: 'a' },
    ],
  });
  assert.equal(answer.status, 200);
  const { revision, succeeded, results } = jsonOf(answer) as {
    revision: number;
    succeeded: boolean;
    results: Record<string, unknown>[];
  };
  assert.equal(succeeded, true);
  const step = (op: string, changed: boolean, of: number, more: object = {}): object => {
    return { op, status: 'ok', changed, revision: of, ...more };
  };
  assert.deepEqual(results, [
    step('put', true, revision),
    step('put', false, revision, { value: 'ä' }),
    { op: 'put', status: 'condition-failed', changed: false, revision },
    step('increment', true, revision, { integer: '9007199254740993' }),
    step('increment', true, revision, { integer: '9007199254740994' }),
    step('append', true, revision, { length: 3 }),
    step('get', false, revision, { value: 'bcd' }),
    step('expire', true, revision),
    step('delete', true, 0, { value: 'bcd' }),
    step('get', false, 0, { value: null }),
  ]);
});

test('a transaction compares and then does one half or the other', async () => {
  await post('/batch', { ops: [{ op: 'put', key: b64('lock'), value: b64('me') }] });
  const take = (owner: string): Promise<RawAnswer> =>
    post('/txn', {
      compare: [
        { target: 'value', key: b64('lock'), value: b64(owner) },
        { target: 'revision', key: b64('lock'), relation: '>', revision: 0 },
        { target: 'createRevision', key: b64('lock'), relation: '!=', revision: 0 },
        { target: 'exists', key: b64('other'), exists: false },
      ],
      success: [{ op: 'delete', key: b64('lock') }],
      failure: [{ op: 'get', key: b64('lock') }],
    });
  const failed = jsonOf(await take('you'));
  assert.equal(failed.succeeded, false);
  assert.deepEqual((failed.results as { value: string }[])[0]!.value, b64('me'));
  const done = jsonOf(await take('me'));
  assert.equal(done.succeeded, true);
  assert.equal((done.results as { op: string }[])[0]!.op, 'delete');
  assert.deepEqual(jsonOf(await post('/txn', {})).results, [], 'nothing compared, nothing done');
});

test('A2.41 a batch that comes twice under one idempotency key is applied once', async () => {
  const { session } = jsonOf(await http.send('POST', '/sessions', '{}')) as { session: number };
  const count = (sequence: number): Promise<RawAnswer> =>
    post(
      '/batch',
      { encoding: 'utf8', ops: [{ op: 'increment', key: 'once', delta: 5 }] },
      { 'Idempotency-Key': `${session}:${sequence}` },
    );
  const first = await count(1);
  assert.deepEqual((await count(1)).body, first.body);
  const next = jsonOf(await count(2)) as { results: { integer: string }[] };
  assert.equal(next.results[0]!.integer, '10');
});

test('A2.40 bodies that mean nothing or two things are refused with the reason', async () => {
  const op = { op: 'put', key: 'a', value: 'b' };
  for (const [document, code, message] of [
    ['', 'STRATA_COMMAND_INVALID', /not JSON/],
    ['[]', 'STRATA_COMMAND_INVALID', /expected object/],
    ['{"ops":[{"op":"put","key":"YQ==","key":"Yg==","value":""}]}', 'STRATA_COMMAND_INVALID', /twice/],
    ['{"ops":[{"op":"increment","key":"YQ==","delta":9007199254740993}]}', 'STRATA_COMMAND_INVALID', /2\^53/],
    ['{"ops":[{"op":"increment","key":"YQ==","delta":NaN}]}', 'STRATA_COMMAND_INVALID', /whole number/],
    [`{"ops":${'['.repeat(100_000)}`, 'STRATA_COMMAND_INVALID', /nested deeper/],
    [{}, 'STRATA_COMMAND_INVALID', /ops/],
    [{ ops: [] }, 'STRATA_COMMAND_INVALID', /ops/],
    [{ ops: [{ op: 'drop', key: 'a' }] }, 'STRATA_COMMAND_INVALID', /ops\.0\.op/],
    [{ ops: [{ ...op, colour: 1 }], encoding: 'utf8' }, 'STRATA_COMMAND_INVALID', /ops\.0.*colour/],
    [{ ops: [{ ...op, ttlMs: 0 }], encoding: 'utf8' }, 'STRATA_COMMAND_INVALID', /ops\.0\.ttlMs/],
    [{ ops: [{ ...op, if: { revision: 0 } }], encoding: 'utf8' }, 'STRATA_COMMAND_INVALID', /ops\.0\.if/],
    [{ ops: [op] }, 'STRATA_COMMAND_INVALID', /key "a" is not base64/],
    [{ ops: [{ op: 'increment', key: '', delta: 1 }] }, 'STRATA_KEY_EMPTY', /empty/],
    [
      { ops: [{ op: 'increment', key: b64('n'), delta: '9223372036854775808' }] },
      'STRATA_COMMAND_INVALID',
      /64 bits/,
    ],
    [{ ops: [{ op: 'get', key: 'k'.repeat(65) }], encoding: 'utf8' }, 'STRATA_KEY_TOO_LONG', /65/],
  ] as const) {
    const answer = await post('/batch', document);
    assert.equal(answer.status, 400, JSON.stringify(document).slice(0, 80));
    assert.equal(errorOf(answer).code, code);
    assert.match(errorOf(answer).message, message);
  }
});

test('A2.39 a lone surrogate in a key is refused: it would become another key', async () => {
  const answer = await post('/batch', '{"encoding":"utf8","ops":[{"op":"put","key":"\\ud800","value":""}]}');
  assert.equal(answer.status, 400);
  assert.match(errorOf(answer).message, /is not Unicode text/);
  const raw = await http.send('POST', '/batch', Buffer.from([0x7b, 0xff, 0x7d]));
  assert.match(errorOf(raw).message, /not UTF-8/);
});

test('A2.35 commands over their limits of steps and bytes are 413', async () => {
  const many = { ops: Array.from({ length: 17 }, () => ({ op: 'get', key: b64('a') })) };
  const steps = await post('/batch', many);
  assert.deepEqual([steps.status, errorOf(steps).code], [413, 'STRATA_COMMAND_TOO_LARGE']);
  assert.match(errorOf(steps).message, /17 steps; the limit is 16/);
  const value = 'x'.repeat(65_536);
  const large = { encoding: 'utf8', ops: Array.from({ length: 5 }, () => ({ op: 'put', key: 'a', value })) };
  const bytes = await post('/batch', large);
  assert.deepEqual([bytes.status, errorOf(bytes).code], [413, 'STRATA_COMMAND_TOO_LARGE']);
  const tooLong = await post('/batch', {
    encoding: 'utf8',
    ops: [{ op: 'put', key: 'a', value: `${value}x` }],
  });
  assert.deepEqual([tooLong.status, errorOf(tooLong).code], [413, 'STRATA_VALUE_TOO_LARGE']);
  const body = await http.send('POST', '/txn', 'x'.repeat(2 * 262_144 + 65_537));
  assert.deepEqual([body.status, errorOf(body).code], [413, 'STRATA_BODY_TOO_LARGE']);
  const get = await http.send('GET', '/txn');
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
});
