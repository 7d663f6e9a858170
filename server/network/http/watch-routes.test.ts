import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { StrataError } from '../../errors.js';
import { EventStream } from '../testing/event-stream.js';
import { errorOf, HttpFixture } from '../testing/http-fixture.js';
import { open } from '../testing/raw-http.js';
import { until } from '../testing/real-clock.js';

const http = new HttpFixture();
const streams: EventStream[] = [];
before(() => http.start());
after(() => http.stop());
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await until(() => http.service.watches.size === 0, 'no watch is left behind');
});

async function watch(query: string, headers: Record<string, string> = {}): Promise<EventStream> {
  const stream = await EventStream.open(http.port, `/watch${query}`, headers);
  streams.push(stream);
  return stream;
}

const put = (key: string, value: string | Buffer = 'x'): ReturnType<HttpFixture['send']> =>
  http.send('PUT', `/kv/${key}`, value);

test('a watch of a prefix tells puts and deletes of its keys, in order', async () => {
  const stream = await watch('?prefix=w/&encoding=utf8');
  assert.equal(stream.response.statusCode, 200);
  assert.equal(stream.response.headers['content-type'], 'text/event-stream');
  const [begin] = await stream.waitFor('progress', 1);
  assert.equal(
    begin!.id,
    String(http.service.status().revision),
    'who comes back before a change knows from where',
  );
  await put('w%2Fa', 'one');
  await put('other');
  await put('w%2Fb', Buffer.from([0xff]));
  await http.send('DELETE', '/kv/w%2Fa');
  const changes = await stream.waitFor('change', 3);
  const { revision } = http.service.status();
  assert.deepEqual(
    changes.map(({ data }) => data),
    [
      { type: 'put', revision: revision - 3, key: 'w/a', value: 'one' },
      { type: 'put', revision: revision - 1, key: 'w/b', valueBase64: '/w==' },
      { type: 'delete', revision, key: 'w/a' },
    ],
  );
  assert.deepEqual(
    changes.map(({ id }) => id),
    [String(revision - 3), String(revision - 1), String(revision)],
  );
});

test('one key, two ends, or all keys can be watched', async () => {
  const one = await watch('?key=k1&encoding=utf8');
  const some = await watch('?start=k1&end=k3&encoding=utf8');
  const all = await watch('');
  for (const key of ['k0', 'k1', 'k10', 'k2', 'k3']) await put(key);
  assert.equal((await all.waitFor('change', 5)).length, 5);
  const keys = (stream: EventStream): unknown[] => stream.of('change').map(({ data }) => data.key);
  await some.waitFor('change', 3);
  assert.deepEqual(keys(one), ['k1']);
  assert.deepEqual(keys(some), ['k1', 'k10', 'k2']);
});

test('changes of one command share a revision; only the last has the id, so that a resume loses none', async () => {
  const stream = await watch('?prefix=m&encoding=utf8');
  const ops = ['m1', 'm2', 'm3'].map((key) => ({ op: 'put', key, value: 'x' }));
  await http.send('POST', '/batch', JSON.stringify({ encoding: 'utf8', ops }));
  const changes = await stream.waitFor('change', 3);
  const revision = String(http.service.status().revision);
  assert.deepEqual(
    changes.map(({ id }) => id),
    [null, null, revision],
  );
});

test('a watch resumes from a revision, or behind the last event that a client saw', async () => {
  const first = http.service.status().revision + 1;
  for (const key of ['r1', 'r2', 'r3']) await put(key);
  const from = await watch(`?prefix=r&encoding=utf8&from_revision=${first + 1}`);
  const keys = (stream: EventStream): unknown[] => stream.of('change').map(({ data }) => data.key);
  await from.waitFor('change', 2);
  assert.deepEqual(keys(from), ['r2', 'r3']);
  assert.equal(from.of('progress')[0]!.id, String(first), 'all before was told');
  const again = await watch(`?prefix=r&encoding=utf8&from_revision=${first}`, {
    'Last-Event-ID': String(first + 1),
  });
  await again.waitFor('change', 1);
  assert.deepEqual(keys(again), ['r3'], 'what the client saw counts more than where it began');
});

test('progress is told while nothing happens', async () => {
  const stream = await watch('?key=quiet');
  await stream.waitFor('progress', 1);
  const [fake] = http.service.watches;
  fake!.observer.onProgress(77);
  const [, second] = await stream.waitFor('progress', 2);
  assert.deepEqual([second!.id, second!.data], ['77', { revision: 77 }]);
});

test('a watch that the service ends tells the code and closes', async () => {
  const stream = await watch('?key=slow');
  await stream.waitFor('progress', 1);
  const [fake] = http.service.watches;
  fake!.close(new StrataError('STRATA_WATCH_TOO_SLOW', { actual: 9, limit: 8, revision: 5 }));
  const [error] = await stream.waitFor('error', 1);
  assert.equal(error!.data.code, 'STRATA_WATCH_TOO_SLOW');
  assert.deepEqual(error!.data.details, { actual: 9, limit: 8, revision: 5 });
  await until(() => stream.isEnded, 'the answer ends');
  fake!.observer.onProgress(78);
});

test('A2.44 a client that does not read is told no more than its socket takes; nothing is lost when it reads again', async () => {
  const socket = await open(http.port);
  socket.pause();
  socket.write('GET /watch?prefix=big&encoding=utf8 HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => http.service.watches.size === 1, 'the watch begins');
  const [fake] = http.service.watches;
  const value = Buffer.alloc(60_000, 'v');
  let sent = 0;
  for (; sent < 400 && fake!.backlog === 0; sent++) await put(`big${sent}`, value);
  assert.ok(fake!.backlog > 0, 'the service keeps back what the client does not take');
  assert.equal(fake!.answers.at(-1), false);
  fake!.observer.onProgress(1_000_000);
  await put('big-last', value);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.resume();
  await until(() => text.includes('"key":"big-last"'), 'the last change arrives');
  assert.equal(text.match(/event: change/g)!.length, sent + 1, 'each change once');
  assert.ok(fake!.resumes > 0);
  assert.ok(!text.includes('1000000'), 'no progress was told before the changes that it covers');
  socket.destroy();
});

test('A2.45 a client that leaves ends its watch at once', async () => {
  const stream = await watch('?prefix=gone');
  await stream.waitFor('progress', 1);
  assert.equal(http.metrics.reading('network_http_watches'), 1);
  stream.close();
  await until(() => http.service.watches.size === 0, 'the service is told');
  await until(() => http.metrics.reading('network_http_watches') === 0, 'nothing is kept');
  assert.equal(http.metrics.reading('network_http_in_flight'), 0);
});

test('A2.45 a watch behind a request that waits is ended too when its client leaves', async () => {
  http.service.hold = true;
  const socket = await open(http.port);
  socket.write('GET /kv/slow HTTP/1.1\r\nHost: a\r\n\r\nGET /watch?key=a HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => http.service.watches.size === 1, 'the watch begins');
  socket.destroy();
  await until(() => http.service.watches.size === 0, 'the service is told');
  http.service.hold = false;
  http.service.release();
  await until(() => http.metrics.reading('network_http_in_flight') === 0, 'nothing is kept');
});

test('a watch that cannot begin is an answer like any other', async () => {
  const { revision } = http.service.status();
  http.service.watchesMax = 0;
  const many = await http.send('GET', '/watch?key=a');
  http.service.watchesMax = 100;
  assert.deepEqual([many.status, errorOf(many).code], [429, 'STRATA_WATCHES_TOO_MANY']);
  assert.equal(many.headers.get('retry-after'), '5');
  const future = await http.send('GET', `/watch?from_revision=${revision + 2}`);
  assert.deepEqual([future.status, errorOf(future).code], [400, 'STRATA_REVISION_FUTURE']);
  for (const path of ['/watch?key=', '/watch?key=a&prefix=b', '/watch?from_revision=x', '/watch?limit=5']) {
    const answer = await http.send('GET', path);
    assert.deepEqual([answer.status, errorOf(answer).code], [400, 'STRATA_QUERY_INVALID'], path);
  }
  const id = await http.send('GET', '/watch', null, { 'Last-Event-ID': 'yesterday' });
  assert.deepEqual([id.status, errorOf(id).code], [400, 'STRATA_HEADER_INVALID']);
  assert.equal((await http.send('HEAD', '/watch')).status, 405);
});

test('A2.46 a drain ends watches with the reason and does not wait for them', async () => {
  const other = await new HttpFixture().start();
  const stream = await EventStream.open(other.port, '/watch');
  await stream.waitFor('progress', 1);
  await other.server.drain(2_000);
  const [error] = await stream.waitFor('error', 1);
  assert.equal(error!.data.code, 'STRATA_SHUTTING_DOWN');
  await until(() => other.service.watches.size === 0, 'the service is told');
  await other.stop();
});
