import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { InvariantError, StrataError } from '../../errors.js';
import { errorOf, HttpFixture } from '../testing/http-fixture.js';
import { exchange, open } from '../testing/raw-http.js';
import { until } from '../testing/real-clock.js';

const http = new HttpFixture();
before(() => http.start());
after(() => http.stop());
afterEach(() => {
  http.service.failure = null;
  http.service.crash = null;
  http.service.hold = false;
});

test('put creates with 201, replaces with 200, and says the revision in ETag and body', async () => {
  const created = await http.send('PUT', '/kv/color', 'red');
  assert.equal(created.status, 201);
  const { revision } = JSON.parse(created.body.toString()) as { revision: number };
  assert.equal(created.headers.get('etag'), `"${revision}"`);
  assert.equal(created.headers.get('content-length'), String(created.body.length));
  const replaced = await http.send('PUT', '/kv/color', 'blue');
  assert.equal(replaced.status, 200);
  assert.deepEqual(JSON.parse(replaced.body.toString()), { revision: revision + 1 });
});

test('get gives the raw bytes with their revision, head the same without them', async () => {
  const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await http.send('PUT', '/kv/bytes', value);
  const got = await http.send('GET', '/kv/bytes');
  assert.equal(got.status, 200);
  assert.deepEqual(got.body, value);
  assert.equal(got.headers.get('content-type'), 'application/octet-stream');
  assert.match(got.headers.get('etag')!, /^"\d+"$/);
  const head = await http.send('HEAD', '/kv/bytes');
  assert.equal(head.status, 200);
  assert.equal(head.body.length, 0);
  assert.equal(head.headers.get('content-length'), '256');
});

test('values of every size up to the limit come back as they were', async () => {
  for (const size of [0, 1, 4_095, 4_096, 4_097, 20_000, 65_536]) {
    const value = Buffer.alloc(size, `${size} `);
    await http.send('PUT', '/kv/sized', value);
    assert.deepEqual((await http.send('GET', '/kv/sized')).body, value);
  }
});

test('delete says whether there was something', async () => {
  await http.send('PUT', '/kv/doomed', 'x');
  const first = await http.send('DELETE', '/kv/doomed');
  assert.equal(first.status, 200);
  assert.equal((JSON.parse(first.body.toString()) as { deleted: boolean }).deleted, true);
  const second = await http.send('DELETE', '/kv/doomed');
  assert.equal((JSON.parse(second.body.toString()) as { deleted: boolean }).deleted, false);
  const gone = await http.send('GET', '/kv/doomed');
  assert.equal(gone.status, 404);
  assert.equal(errorOf(gone).code, 'STRATA_KEY_NOT_FOUND');
});

test('keys reach the service as bytes', async () => {
  await http.send('PUT', '/kv/a%2Fb%00%ff', 'x');
  assert.equal(http.service.calls.at(-1)!.key.toString('hex'), '612f6200ff');
  // A proxy may send the whole URL.
  await exchange(
    http.port,
    'DELETE http://elsewhere/kv/abs HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  assert.equal(http.service.calls.at(-1)!.key.toString(), 'abs');
});

test('a body in chunks, and one that trickles, is put together', async () => {
  const head = 'PUT /kv/pieces HTTP/1.1\r\nHost: a\r\nConnection: close\r\n';
  const chunked = await http.raw(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`);
  assert.equal(chunked.status, 201);
  assert.equal(http.service.calls.at(-1)!.value!.toString(), 'abcde');
  const socket = await open(http.port);
  const before = http.service.calls.length;
  socket.write(`${head}Content-Length: 4\r\n\r\n`);
  for (const byte of 'wxyz') {
    await new Promise((resolve) => setTimeout(resolve, 5));
    socket.write(byte);
  }
  await until(() => http.service.calls.length > before, 'the put arrives');
  assert.equal(http.service.calls.at(-1)!.value!.toString(), 'wxyz');
  socket.destroy();
});

test('pipelined requests are answered in order', async () => {
  const one = (key: string, last: boolean): string =>
    `PUT /kv/${key} HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n${last ? 'Connection: close\r\n' : ''}\r\n${key}`;
  const answers = await exchange(http.port, one('p', false) + one('q', false) + one('r', true));
  const revisions = [...answers.toString().matchAll(/"revision":(\d+)/g)].map((match) => Number(match[1]));
  assert.equal(revisions.length, 3);
  assert.deepEqual(
    revisions,
    [...revisions].sort((a, b) => a - b),
  );
});

test('every wrong request has its status and code', async () => {
  const cases: [string, string, number, string][] = [
    ['GET', '/kv/', 400, 'STRATA_KEY_EMPTY'],
    ['PUT', '/kv/?forward=true', 400, 'STRATA_KEY_EMPTY'],
    ['GET', `/kv/${'k'.repeat(65)}`, 400, 'STRATA_KEY_TOO_LONG'],
    ['GET', '/kv/a%zz', 400, 'STRATA_KEY_BAD_ENCODING'],
    ['GET', '/kv/a?consistency=eventual', 400, 'STRATA_QUERY_INVALID'],
    ['GET', '/kv/a?color=red', 400, 'STRATA_QUERY_INVALID'],
    ['GET', '/kv/a?forward=maybe', 400, 'STRATA_QUERY_INVALID'],
    ['PUT', '/kv/a?consistency=linearizable', 400, 'STRATA_QUERY_INVALID'],
    ['GET', '/kv/missing', 404, 'STRATA_KEY_NOT_FOUND'],
    ['POST', '/kv/a', 405, 'STRATA_METHOD_NOT_ALLOWED'],
    ['PUT', '/kv', 405, 'STRATA_METHOD_NOT_ALLOWED'],
    ['GET', '/', 404, 'STRATA_PATH_UNKNOWN'],
    ['GET', '/nothing/here', 404, 'STRATA_PATH_UNKNOWN'],
  ];
  for (const [method, path, status, code] of cases) {
    const answer = await http.send(method, path);
    assert.equal(answer.status, status, `${method} ${path}`);
    const { error } = JSON.parse(answer.body.toString()) as { error: Record<string, string> };
    assert.deepEqual(
      Object.keys(error).filter((name) => name !== 'details'),
      ['code', 'message'],
    );
    assert.equal(error.code, code);
    assert.doesNotMatch(
      answer.body.toString(),
      /\{(?!key\})\w+\}|\.js:|\n/,
      'no template left open, no stack',
    );
    assert.equal(answer.headers.get('content-type'), 'application/json');
  }
  assert.equal((await http.send('POST', '/kv/a')).headers.get('allow'), 'GET, HEAD, PUT, DELETE');
  assert.match(
    errorOf(await http.send('GET', '/kv/a?consistency=eventual')).message,
    /must be linearizable or lease or stale/,
  );
});

test('A2.42 errors of the service keep their code; 503 says when to try again', async () => {
  for (const [error, status, retry] of [
    [new StrataError('STRATA_NO_LEADER'), 503, '1'],
    [new StrataError('STRATA_LEADERSHIP_LOST'), 503, '1'],
    [new StrataError('STRATA_TIMEOUT', { limitMs: 5 }), 504, '1'],
    [new StrataError('STRATA_DISK_FULL', { operation: 'write', file: 'x' }), 507, '5'],
  ] as const) {
    http.service.failure = error;
    const answer = await http.send('PUT', '/kv/a', 'x');
    assert.equal(answer.status, status);
    assert.equal(errorOf(answer).code, error.code);
    assert.equal(answer.headers.get('retry-after'), retry);
  }
});

test('A2.42 forward=false reaches the service, and 421 names the leader in body and Location', async () => {
  await http.send('GET', '/kv/a?forward=false');
  assert.equal(http.service.calls.at(-1)!.context.forward, false);
  await http.send('GET', '/kv/a?consistency=linearizable');
  assert.equal(http.service.calls.at(-1)!.context.forward, true);
  http.service.failure = new StrataError('STRATA_NOT_LEADER', { node: 2, leader: 'http://127.0.0.1:7001' });
  const answer = await http.send('PUT', '/kv/a%20b?forward=false', 'x');
  assert.equal(answer.status, 421);
  assert.equal(answer.headers.get('location'), 'http://127.0.0.1:7001/kv/a%20b?forward=false');
  assert.equal(errorOf(answer).details?.leader, 'http://127.0.0.1:7001');
});

test('the context carries stamps in order, the sampled trace id, and is closed after the reply', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  http.service.hold = true;
  const pending = http.send('PUT', '/kv/traced', 'x', { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  await until(() => http.service.calls.at(-1)?.key.toString() === 'traced', 'the put arrives');
  const { context } = http.service.calls.at(-1)!;
  let repliedNs = 0;
  context.onReplied = (ns) => {
    repliedNs = ns;
  };
  http.service.hold = false;
  http.service.release();
  await pending;
  assert.equal(context.traceId, traceId);
  assert.ok(context.receivedNs > 0 && context.parsedNs >= context.receivedNs);
  assert.ok(repliedNs >= context.parsedNs);
  await http.send('GET', '/kv/traced', null, { traceparent: `00-${traceId}-b7ad6b7169203331-00` });
  assert.equal(http.service.calls.at(-1)!.context.traceId, null);
});

test('an unexpected error is STRATA_INTERNAL: logged with its stack, told without it', async () => {
  const secret = new TypeError('secret of the process');
  http.service.failure = secret;
  const failed = await http.send('GET', '/kv/a');
  http.service.failure = null;
  http.service.crash = secret;
  const crashed = [await http.send('GET', '/kv/a'), await http.send('PUT', '/kv/a', 'x')];
  for (const answer of [failed, ...crashed]) {
    assert.equal(answer.status, 500);
    assert.equal(errorOf(answer).code, 'STRATA_INTERNAL');
    assert.doesNotMatch(answer.body.toString(), /secret|\.js/);
  }
  assert.equal(
    http.logged.filter(({ fields }) => String(fields.error).includes('secret of the process')).length,
    3,
  );
  assert.equal(http.metrics.reading('network_http_in_flight'), 0);
});

test('a broken invariant is not made into an answer', async () => {
  const { Replier } = await import('./replier.js');
  const { createHttpMetrics } = await import('./http-metrics.js');
  const { silentLogger } = await import('../silent-logger.js');
  const replier = new Replier(createHttpMetrics(http.metrics, { nowNs: () => 0 }), silentLogger);
  assert.throws(() => replier.coded(new InvariantError('1 is not 2')), InvariantError);
});

test('requests, errors and bytes are counted; a read of a missing key is no error', async () => {
  const names = ['requests', 'errors', 'bytes_in', 'bytes_out'];
  const read = (): number[] => names.map((name) => http.metrics.value(`network_http_${name}_total`));
  const before = read();
  const put = await http.send('PUT', '/kv/counted', '12345');
  await http.send('GET', '/kv/counted');
  const missing = await http.send('GET', '/kv/not-there');
  const bad = await http.send('GET', '/kv/%');
  const delta = read().map((value, i) => value - before[i]!);
  const bytesOut = put.body.length + 5 + missing.body.length + bad.body.length;
  assert.deepEqual(delta, [4, 1, 5, bytesOut]);
});
