import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHttpServer } from '../http/http-server.js';
import { openToAll } from '../security/authenticator.js';
import { errorOf, HttpFixture } from '../testing/http-fixture.js';
import { exchange, open, parseAnswer } from '../testing/raw-http.js';
import { realClock, until } from '../testing/real-clock.js';
import { testLimits } from '../testing/test-limits.js';

test('a port in use is told as such', async (context) => {
  const http = await new HttpFixture().start();
  context.after(() => http.stop());
  const rival = createHttpServer({
    service: http.service,
    admin: http.admin,
    auth: openToAll,
    tls: null,
    host: '127.0.0.1',
    port: http.port,
    limits: testLimits(),
    clock: realClock,
    metrics: http.metrics,
    metricsSource: http.metrics,
  });
  await assert.rejects(rival.listen(), { code: 'STRATA_PORT_IN_USE' });
  await rival.close();
});

test('a drain answers what is under way, refuses what is new, and then the port is free', async () => {
  const http = await new HttpFixture().start();
  http.service.hold = true;
  const socket = await open(http.port);
  const chunks: Buffer[] = [];
  let closed = false;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('close', () => {
    closed = true;
  });
  socket.write('PUT /kv/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx');
  const late = await open(http.port);
  late.write('PUT /kv/late HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n');
  await until(() => http.metrics.reading('network_http_in_flight') === 2, 'both are under way');
  const lateChunks: Buffer[] = [];
  late.on('data', (chunk: Buffer) => lateChunks.push(chunk));
  // One waits for its outcome, one has not sent its body: the drain waits for both.
  const drained = http.server.drain(5_000);
  const ready = http.send('GET', '/readyz').then(
    () => 'accepted',
    () => 'refused',
  );
  assert.equal(await ready, 'refused', 'new connections are not accepted');
  late.write('x');
  await until(() => http.service.calls.length === 2, 'the late body arrives');
  http.service.release();
  await drained;
  await until(() => closed, 'the connection is closed');
  const answer = parseAnswer(Buffer.concat(chunks));
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get('connection'), 'close');
  assert.equal(parseAnswer(Buffer.concat(lateChunks)).status, 201);
  await http.stop();
});

test('an operation that comes over a living connection during a drain is 503', async () => {
  const http = await new HttpFixture().start();
  http.service.hold = true;
  const answers = exchange(http.port, 'GET /kv/first HTTP/1.1\r\nHost: a\r\n\r\n');
  const half = await open(http.port);
  half.write('GET /kv/second HTTP/1.1\r\nHost: a\r\n');
  const chunks: Buffer[] = [];
  half.on('data', (chunk: Buffer) => chunks.push(chunk));
  await until(() => http.service.calls.length === 1, 'the first is under way');
  const drained = http.server.drain(5_000);
  half.write('\r\n');
  await until(() => chunks.length > 0, 'the second is answered');
  const refused = parseAnswer(Buffer.concat(chunks));
  assert.equal(refused.status, 503);
  assert.equal(errorOf(refused).code, 'STRATA_SHUTTING_DOWN');
  http.service.release();
  await drained;
  assert.equal(parseAnswer(await answers).status, 404);
  await http.stop();
});

test('a drain does not wait longer than it was given', async () => {
  const http = await new HttpFixture().start();
  http.service.hold = true;
  const lost = exchange(http.port, 'GET /kv/stuck HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => http.service.calls.length === 1, 'the request is under way');
  await http.server.drain(30);
  assert.equal(http.metrics.reading('network_http_in_flight'), 1);
  await http.server.close();
  assert.equal((await lost.catch(() => Buffer.alloc(0))).length, 0);
  // The outcome comes when nobody can be told any more: it must do no harm.
  http.service.release();
  assert.equal(http.metrics.reading('network_http_in_flight'), 0);
});
