import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { StrataError } from '../../errors.js';
import { errorOf, HttpFixture, jsonOf } from '../testing/http-fixture.js';
import { exchange, open } from '../testing/raw-http.js';
import { until } from '../testing/real-clock.js';

const http = new HttpFixture();
const { admin } = http;
before(() => http.start());
after(() => http.stop());
afterEach(() => {
  admin.failure = null;
  admin.backupBlocks = [];
  admin.blocksTaken = 0;
  admin.backupEnded = false;
});

const request = 'GET /backup HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

test('a snapshot is taken on demand, and one at a time', async () => {
  assert.equal(jsonOf(await http.send('POST', '/snapshot')).index, 7);
  admin.failure = new StrataError('STRATA_SNAPSHOT_BUSY');
  const busy = await http.send('POST', '/snapshot');
  assert.deepEqual(
    [busy.status, errorOf(busy).code, busy.headers.get('retry-after')],
    [409, 'STRATA_SNAPSHOT_BUSY', '1'],
  );
});

test('a backup is the bytes of the file, to be saved under a name', async () => {
  admin.backupBlocks = [Buffer.from('abc'), Buffer.alloc(100_000, 1), Buffer.from('end')];
  const answer = await http.send('GET', '/backup');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
  assert.match(answer.headers.get('content-disposition')!, /^attachment; filename="/);
  assert.deepEqual(
    answer.body,
    Buffer.concat([Buffer.from('abc'), Buffer.alloc(100_000, 1), Buffer.from('end')]),
  );
  assert.equal((await http.send('HEAD', '/backup')).status, 405);
});

test('a backup that cannot begin is an answer like any other', async () => {
  admin.backupBlocks = [new StrataError('STRATA_SNAPSHOT_BUSY')];
  const busy = await http.send('GET', '/backup');
  assert.deepEqual([busy.status, errorOf(busy).code], [409, 'STRATA_SNAPSHOT_BUSY']);
  assert.equal(http.metrics.reading('network_http_in_flight'), 0);
});

test('a backup that fails midway breaks off: no client takes it for whole', async () => {
  admin.backupBlocks = [Buffer.from('first'), new Error('the node stops')];
  const text = (await exchange(http.port, request).catch(() => Buffer.alloc(0))).toString();
  assert.doesNotMatch(text, /\r\n0\r\n\r\n$/);
  await assert.rejects(http.send('GET', '/backup'));
  assert.equal(http.metrics.reading('network_http_in_flight'), 0);
});

test('A2.44 a backup is read from the state only as fast as the client takes it', async () => {
  admin.backupBlocks = Array.from({ length: 2_000 }, () => Buffer.alloc(65_536, 2));
  const socket = await open(http.port);
  socket.pause();
  socket.write(request);
  await until(() => admin.blocksTaken > 0, 'the backup begins');
  let taken = -1;
  await until(() => {
    const isStill = admin.blocksTaken === taken;
    taken = admin.blocksTaken;
    return isStill;
  }, 'the backup waits for the client');
  assert.ok(taken < 2_000, `${taken} blocks`);
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  socket.resume();
  await until(() => admin.backupEnded, 'it goes on to the end');
  await until(() => bytes > 2_000 * 65_536, 'and all of it arrives');
});

test('A2.45 a client that leaves ends its backup', async () => {
  admin.backupBlocks = Array.from({ length: 2_000 }, () => Buffer.alloc(65_536, 2));
  const socket = await open(http.port);
  socket.pause();
  socket.write(request);
  await until(() => admin.blocksTaken > 0, 'the backup begins');
  socket.destroy();
  await until(() => admin.backupEnded, 'the snapshot is let go');
  assert.ok(admin.blocksTaken < 2_000);
  assert.equal(http.metrics.reading('network_http_in_flight'), 0);
});
