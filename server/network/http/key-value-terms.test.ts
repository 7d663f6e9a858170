import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { errorOf, HttpFixture, jsonOf } from '../testing/http-fixture.js';

const http = new HttpFixture();
before(() => http.start());
after(() => http.stop());

const put = (
  key: string,
  value: string,
  headers: Record<string, string> = {},
): ReturnType<HttpFixture['send']> => http.send('PUT', `/kv/${key}`, value, headers);

test('A2.43 a read is linearizable unless the client says otherwise, and then it says how old the answer is', async () => {
  await put('fresh', 'x');
  const plain = await http.send('GET', '/kv/fresh');
  assert.equal(http.service.calls.at(-1)!.consistency, 'linearizable');
  assert.equal(plain.headers.has('x-strata-applied-index'), false);
  for (const consistency of ['stale', 'lease'] as const) {
    const found = await http.send('GET', `/kv/fresh?consistency=${consistency}`);
    assert.equal(http.service.calls.at(-1)!.consistency, consistency);
    assert.equal(found.headers.get('x-strata-applied-index'), String(http.service.status().appliedIndex));
    const missing = await http.send('GET', `/kv/none?consistency=${consistency}`);
    assert.equal(missing.status, 404);
    assert.equal(missing.headers.get('x-strata-applied-index'), String(http.service.status().appliedIndex));
  }
});

test('a key with a time to live says how much is left; a plain put takes it away, ttl=keep does not', async () => {
  assert.equal((await put('brief?ttl=5s', 'x')).status, 201);
  assert.equal((await http.send('GET', '/kv/brief')).headers.get('x-strata-ttl-ms'), '5000');
  await put('brief?ttl=keep', 'y');
  assert.equal((await http.send('GET', '/kv/brief')).headers.get('x-strata-ttl-ms'), '5000');
  await put('brief', 'z');
  assert.equal((await http.send('GET', '/kv/brief')).headers.has('x-strata-ttl-ms'), false);
  const wrong = await put('brief?ttl=soon', 'x');
  assert.equal(wrong.status, 400);
  assert.match(
    errorOf(wrong).message,
    /ttl is "soon"; it must be a whole number of milliseconds or with a unit/,
  );
  assert.equal((await http.send('DELETE', '/kv/brief?ttl=5s')).status, 400);
});

test('If-Match and If-None-Match let one of two writers through; the other learns the revision', async () => {
  const created = await put('once', 'a', { 'If-None-Match': '*' });
  assert.equal(created.status, 201);
  const etag = created.headers.get('etag')!;
  const again = await put('once', 'b', { 'If-None-Match': '*' });
  assert.equal(again.status, 412);
  assert.equal(errorOf(again).code, 'STRATA_CONDITION_FAILED');
  assert.equal(errorOf(again).details!.actual, Number(etag.slice(1, -1)));
  assert.equal(again.headers.get('etag'), etag);
  const swapped = await put('once', 'c', { 'If-Match': etag });
  assert.equal(swapped.status, 200);
  assert.notEqual(swapped.headers.get('etag'), etag);
  assert.equal((await put('once', 'd', { 'If-Match': etag })).status, 412);
  assert.equal((await http.send('GET', '/kv/once')).body.toString(), 'c');
  assert.equal((await http.send('DELETE', '/kv/once', null, { 'If-Match': etag })).status, 412);
  const current = swapped.headers.get('etag')!;
  const gone = await http.send('DELETE', '/kv/once', null, { 'If-Match': current });
  assert.deepEqual([gone.status, jsonOf(gone).deleted], [200, true]);
  const absent = await put('once', 'e', { 'If-Match': '*' });
  assert.equal(absent.status, 412);
  assert.equal(absent.headers.has('etag'), false, 'a key that does not exist has no revision');
});

test('a read with If-None-Match is 304 while nothing changed, with If-Match 412 when something did', async () => {
  const { headers } = await put('seen', 'x');
  const etag = headers.get('etag')!;
  const same = await http.send('GET', '/kv/seen', null, { 'If-None-Match': `"1", W/${etag}` });
  assert.deepEqual([same.status, same.body.length, same.headers.get('etag')], [304, 0, etag]);
  await put('seen', 'y');
  const changed = await http.send('GET', '/kv/seen', null, { 'If-None-Match': etag });
  assert.deepEqual([changed.status, changed.body.toString()], [200, 'y']);
  assert.equal((await http.send('GET', '/kv/seen', null, { 'If-Match': etag })).status, 412);
  assert.equal((await http.send('GET', '/kv/seen', null, { 'If-Match': '*' })).status, 200);
  assert.equal((await http.send('GET', '/kv/none', null, { 'If-Match': '*' })).status, 412);
  assert.equal((await http.send('GET', '/kv/none', null, { 'If-None-Match': '*' })).status, 404);
});

test('a plain write stays on the short way, whatever other headers it has', async () => {
  await put('plain', 'x', { 'Content-Type': 'text/plain' });
  assert.equal(http.service.calls.at(-1)!.op, 'put');
  await http.send('DELETE', '/kv/plain?forward=true');
  assert.equal(http.service.calls.at(-1)!.op, 'delete');
  await put('plain', 'x', { 'If-None-Match': '*' });
  assert.equal(http.service.calls.at(-1)!.op, 'write');
});

test('A2.41 a request that comes twice is applied once and answered alike; an ended session is told', async () => {
  const opened = await http.send('POST', '/sessions');
  const { session } = jsonOf(opened) as { session: number };
  assert.ok(session > 0);
  const retried = { 'Idempotency-Key': `${session}:1` };
  const first = await put('paid', '1', retried);
  await put('paid', 'meanwhile');
  const second = await put('paid', '1', retried);
  assert.deepEqual([second.status, second.body], [first.status, first.body]);
  assert.equal((await http.send('GET', '/kv/paid')).body.toString(), 'meanwhile', 'it was not applied again');
  const deleted = await http.send('DELETE', '/kv/paid', null, { 'Idempotency-Key': `${session}:2` });
  assert.equal(jsonOf(deleted).deleted, true);
  await put('paid', 'x');
  await put('paid', 'y', { 'Idempotency-Key': `${session}:3` });
  const stale = await put('paid', '1', retried);
  assert.deepEqual([stale.status, errorOf(stale).code], [409, 'STRATA_SESSION_STALE']);
  const unknown = await put('paid', 'x', { 'Idempotency-Key': '999999:1' });
  assert.deepEqual([unknown.status, errorOf(unknown).code], [410, 'STRATA_SESSION_EXPIRED']);
  assert.equal((await put('paid', 'x', { 'Idempotency-Key': 'me' })).status, 400);
});

test('A2.38 keys and values at and over their limits, and keys that other stores trip over', async () => {
  for (const key of [
    '__proto__',
    'constructor',
    'toString',
    '%00',
    'a%2Fb',
    '..',
    '..%2F..',
    '.',
    '%ff',
    'k'.repeat(64),
  ]) {
    assert.equal((await put(key, key)).status, 201, key);
    assert.equal((await http.send('GET', `/kv/${key}`)).body.toString(), key);
  }
  for (const [method, path, body, status, code] of [
    ['PUT', '/kv/', 'x', 400, 'STRATA_KEY_EMPTY'],
    ['PUT', `/kv/${'k'.repeat(65)}`, 'x', 400, 'STRATA_KEY_TOO_LONG'],
    ['PUT', '/kv/big', 'x'.repeat(65_537), 413, 'STRATA_BODY_TOO_LARGE'],
    ['GET', '/kv/%f', null, 400, 'STRATA_KEY_BAD_ENCODING'],
  ] as const) {
    const answer = await http.send(method, path, body);
    assert.deepEqual([answer.status, errorOf(answer).code], [status, code]);
  }
});

test('a key that is missing is answered without an error, as often as one asks', async () => {
  const before = http.metrics.value('network_http_errors_total');
  const answer = await http.send('GET', '/kv/nobody');
  assert.equal(answer.status, 404);
  assert.deepEqual(jsonOf(answer), {
    error: { code: 'STRATA_KEY_NOT_FOUND', message: 'The key does not exist.' },
  });
  assert.equal(http.metrics.value('network_http_errors_total'), before);
});
