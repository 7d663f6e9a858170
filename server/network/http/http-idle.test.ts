import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HttpFixture } from '../testing/http-fixture.js';
import { open } from '../testing/raw-http.js';
import { until } from '../testing/real-clock.js';

const hasty = new HttpFixture({
  valueBytesMax: 1_000_000,
  keepAliveTimeoutMs: 150,
  operationTimeoutMs: 100,
  requestTimeoutMs: 100,
  headersTimeoutMs: 100,
});
before(() => hasty.start());
after(() => hasty.stop());

test('A2.36 a connection on which nothing happens is closed', async () => {
  const idle = await open(hasty.port);
  let text = '';
  idle.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  idle.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => idle.destroyed || idle.readableEnded, 'an idle connection is closed');
  assert.match(text, /200 OK/);
});

test('A2.36 a client that does not take its answers is given up, and they with it', async () => {
  const value = Buffer.alloc(1_000_000);
  await hasty.send('PUT', '/kv/big', value);
  const deaf = await open(hasty.port);
  deaf.on('error', () => {});
  deaf.pause();
  deaf.write('GET /kv/big HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(60));
  await until(() => hasty.metrics.reading('network_http_unread_bytes') > 10_000_000, 'answers pile up');
  await until(() => hasty.metrics.reading('network_http_connections') === 0, 'it is given up');
  assert.equal(hasty.metrics.reading('network_http_unread_bytes'), 0);
  assert.equal(hasty.metrics.reading('network_http_in_flight'), 0);
  deaf.destroy();
});
