import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { healthConnectionsMax, httpPipelineMax } from '../limits.js';
import { errorOf, HttpFixture } from '../testing/http-fixture.js';
import { exchange, open, parseAnswer } from '../testing/raw-http.js';
import { until } from '../testing/real-clock.js';

/** What a client can do wrong or to harm, and what it costs the server: an answer with a code, and nothing kept. */

const http = new HttpFixture({
  requestsInFlightMax: 4,
  headersTimeoutMs: 300,
  requestTimeoutMs: 600,
  connectionsMax: 40,
});
before(() => http.start());
after(() => http.stop());

const put = 'PUT /kv/a HTTP/1.1\r\nHost: a\r\n';

/** The server learns a moment later than the client that a connection is closed. */
function idle(): Promise<void> {
  return until(() => http.metrics.reading('network_http_in_flight') === 0, 'no request is kept');
}

test('A2.35 a body above the limit is refused from its Content-Length, before it is read', async () => {
  const answer = await http.raw(`${put}Content-Length: 65537\r\n\r\n`, true);
  assert.equal(answer.status, 413);
  assert.equal(errorOf(answer).code, 'STRATA_BODY_TOO_LARGE');
  assert.equal(answer.headers.get('connection'), 'close');
  const calls = http.service.calls.length;
  const sent = await http.raw(
    Buffer.concat([Buffer.from(`${put}Content-Length: 2000000\r\n\r\n`), Buffer.alloc(2_000_000)]),
  );
  assert.equal(sent.status, 413, 'a client that sends everything first gets to read the answer');
  assert.equal(http.service.calls.length, calls);
  await idle();
});

test('A2.35 a chunked body is counted as it comes and refused when it passes the limit', async () => {
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  const answer = await http.raw(`${put}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(6)}0\r\n\r\n`);
  assert.equal(answer.status, 413);
  assert.match(errorOf(answer).message, /the limit is 65536/);
  await idle();
});

test('A2.35 a chunked body that never ends is cut off', async () => {
  const socket = await open(http.port);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  let closed = false;
  socket.on('close', () => {
    closed = true;
  });
  socket.write(`${put}Transfer-Encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const pump = setInterval(() => socket.writable && socket.write(chunk), 10);
  await until(() => closed, 'the server closes');
  clearInterval(pump);
  assert.equal(parseAnswer(Buffer.concat(chunks)).status, 413);
  await idle();
});

test('Expect: 100-continue is answered before the body, and refused instead when the body is too large', async () => {
  const socket = await open(http.port);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.write(`${put}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`);
  await until(() => text.startsWith('HTTP/1.1 100 '), 'the server wants the body');
  socket.write('abc');
  await until(() => text.includes('"revision"'), 'the put is answered');
  socket.destroy();
  const refused = await http.raw(`${put}Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n`);
  assert.equal(refused.status, 413);
  const strange = await http.raw(`${put}Content-Length: 1\r\nConnection: close\r\nExpect: tea\r\n\r\nx`);
  assert.equal(errorOf(strange).code, 'STRATA_REQUEST_MALFORMED');
});

test('an early error with a small body unread leaves the connection usable', async () => {
  const answers = await exchange(
    http.port,
    `PUT /kv/%zz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  const statuses = [...answers.toString().matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  assert.deepEqual(statuses, ['400', '200']);
});

test('what is not HTTP is answered with a code', async () => {
  for (const bytes of [
    'hello\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /kv/a HTTP/1.1\r\nbad header\r\n\r\n',
    `${put}Content-Length: -1\r\n\r\n`,
    `${put}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
    `${put}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${put}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01]),
    'GET /kv/a HTTP/1.1\r\nConnection: close\r\n\r\n',
  ]) {
    const answer = await http.raw(bytes);
    assert.equal(answer.status, 400, JSON.stringify(bytes));
    assert.equal(errorOf(answer).code, 'STRATA_REQUEST_MALFORMED');
    assert.doesNotMatch(answer.body.toString(), /\{reason\}|\.js/);
  }
  await idle();
});

test('headers above the limit are 431', async () => {
  for (const bytes of [
    `GET /kv/a HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`,
    `GET /${'a'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  ]) {
    const answer = await http.raw(bytes);
    assert.equal(answer.status, 431);
    assert.equal(errorOf(answer).code, 'STRATA_HEADERS_TOO_LARGE');
  }
});

test('CONNECT is no method of ours', async () => {
  const answer = await http.raw('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal(answer.status, 405);
  assert.equal(errorOf(answer).code, 'STRATA_METHOD_NOT_ALLOWED');
  assert.equal(answer.headers.get('allow'), 'GET, HEAD, PUT, POST, DELETE');
});

test('A2.36 headers and bodies that trickle or stop are 408, and health is answered meanwhile', async () => {
  const slow = [
    http.raw('GET /kv/a HTTP/1.1\r\nHost: a\r\nX-Slow'),
    http.raw(`${put}Content-Length: 10\r\n\r\nabc`),
  ];
  assert.equal((await http.send('GET', '/healthz')).status, 200);
  for (const answer of await Promise.all(slow)) {
    assert.equal(answer.status, 408);
    assert.equal(errorOf(answer).code, 'STRATA_REQUEST_TIMEOUT');
  }
  await idle();
});

test('a garbage request behind one that waits does not get answered in its place', async () => {
  http.service.hold = true;
  const calls = http.service.calls.length;
  const answer = exchange(http.port, `${put}Content-Length: 1\r\n\r\nxgarbage\r\n\r\n`);
  await until(() => http.service.calls.length > calls, 'the put arrives');
  assert.equal(
    (await answer).length,
    0,
    'the outcome of the put is not known: no answer is the only true one',
  );
  http.service.hold = false;
  http.service.release();
  await idle();
});

test('A2.44 above the limit of requests under way new ones are 429; those under way are answered', async () => {
  http.service.hold = true;
  const waiting = Array.from({ length: 4 }, (_, i) => http.send('GET', `/kv/w${i}`));
  await until(() => http.metrics.reading('network_http_in_flight') === 4, 'four are under way');
  const refused = await http.send('GET', '/kv/one-more');
  assert.equal(refused.status, 429);
  assert.equal(errorOf(refused).code, 'STRATA_OVERLOADED');
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal((await http.send('GET', '/healthz')).status, 200, 'health does not count');
  http.service.hold = false;
  http.service.release();
  for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 404);
  await idle();
});

test('A2.45 clients that go away, before the body or before the answer, leave nothing behind', async () => {
  http.service.hold = true;
  const calls = http.service.calls.length;
  const withoutBody = await open(http.port);
  withoutBody.write(`${put}Content-Length: 100\r\n\r\nabc`);
  const withoutAnswer = await open(http.port);
  withoutAnswer.write(`${put}Content-Length: 1\r\n\r\nx`);
  await until(() => http.service.calls.length === calls + 1, 'the whole request arrives');
  await until(() => http.metrics.reading('network_http_in_flight') === 2, 'both are under way');
  withoutBody.destroy();
  withoutAnswer.destroy();
  await until(() => http.metrics.reading('network_http_in_flight') === 1, 'the half request is forgotten');
  let replied = false;
  http.service.calls.at(-1)!.context.onReplied = () => {
    replied = true;
  };
  http.service.hold = false;
  http.service.release();
  await until(() => replied, 'the stage record is closed although nobody reads the answer');
  await idle();
});

test('A2.44 one connection may not have more under way than its share', async () => {
  const limited = await new HttpFixture({ requestsInFlightMax: 10_000 }).start();
  limited.service.hold = true;
  const one = 'GET /kv/a HTTP/1.1\r\nHost: a\r\n\r\n';
  const last = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const answers = exchange(limited.port, one.repeat(httpPipelineMax + 3) + last);
  await until(() => limited.service.calls.length === httpPipelineMax, 'its share is under way');
  await until(() => limited.metrics.value('network_http_errors_total') === 3, 'the rest is refused');
  assert.equal((await limited.send('GET', '/healthz')).status, 200, 'others do not notice');
  limited.service.hold = false;
  limited.service.release();
  const statuses = [...(await answers).toString().matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  assert.deepEqual(statuses, [...Array(httpPipelineMax).fill('404'), '429', '429', '429', '200'], 'in order');
  await limited.stop();
});

test('A2.44 bodies under way may not hold more memory than their limit; room comes back with their answers', async () => {
  const limited = await new HttpFixture({ waitingBytesMax: 100_000 }).start();
  limited.service.hold = true;
  const value = Buffer.alloc(60_000);
  const first = limited.send('PUT', '/kv/first', value);
  await until(() => limited.metrics.reading('network_http_held_bytes') === 60_000, 'the first is held');
  const second = await limited.send('PUT', '/kv/second', value);
  assert.deepEqual([second.status, errorOf(second).code], [429, 'STRATA_OVERLOADED_BYTES']);
  assert.equal(second.headers.get('retry-after'), '1');
  const chunks = `${value.length.toString(16)}\r\n${value.toString('latin1')}\r\n0\r\n\r\n`;
  const chunked = await limited.raw(`${put}Transfer-Encoding: chunked\r\n\r\n${chunks}`);
  assert.equal(
    errorOf(chunked).code,
    'STRATA_OVERLOADED_BYTES',
    'counted as they come where they are not announced',
  );
  limited.service.hold = false;
  limited.service.release();
  assert.equal((await first).status, 201);
  assert.equal(limited.metrics.reading('network_http_held_bytes'), 0);
  assert.equal((await limited.send('PUT', '/kv/second', value)).status, 201);
  await limited.stop();
});

test('A2.36 on a full node health is answered all the same, the rest is told to come back, and room comes back', async () => {
  http.agent.destroy();
  await until(() => http.metrics.reading('network_http_connections') === 0, 'all are closed');
  const sockets = await Promise.all(Array.from({ length: 40 }, () => open(http.port)));
  await until(() => http.metrics.reading('network_http_connections') === 40, 'all are counted');
  const health = await http.raw('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.deepEqual([health.status, health.headers.get('connection')], [200, 'close']);
  for (const path of ['/kv/a', '/kv', '/cluster']) {
    const refused = await http.raw(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert.deepEqual([refused.status, errorOf(refused).code], [503, 'STRATA_CONNECTIONS_TOO_MANY']);
    assert.deepEqual([refused.headers.get('retry-after'), refused.headers.get('connection')], ['1', 'close']);
  }
  // Nobody can sit on the reserve: who came first gives way.
  const sitting = await Promise.all(Array.from({ length: healthConnectionsMax }, () => open(http.port)));
  for (const socket of sitting) socket.on('error', () => {});
  await until(
    () => http.metrics.reading('network_http_connections') === 40 + healthConnectionsMax,
    'it is full',
  );
  assert.equal((await http.raw('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')).status, 200);
  assert.ok(sitting.some((socket) => socket.destroyed || socket.readableEnded));
  for (const socket of [...sockets, ...sitting]) socket.destroy();
  await until(() => http.metrics.reading('network_http_connections') === 0, 'all are gone');
  assert.equal((await http.send('GET', '/kv/a')).status, 200);
});
