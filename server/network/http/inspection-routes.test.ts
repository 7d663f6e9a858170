import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { errorOf, HttpFixture } from '../testing/http-fixture.js';
import { open } from '../testing/raw-http.js';
import { until } from '../testing/real-clock.js';

const http = new HttpFixture();
before(() => http.start());
after(() => http.stop());

async function json(path: string): Promise<unknown> {
  const answer = await http.send('GET', path);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  return JSON.parse(answer.body.toString());
}

test("health, status and the node's own measurements", async () => {
  assert.deepEqual(await json('/healthz'), { status: 'ok' });
  assert.deepEqual(await json('/readyz'), { status: 'ready' });
  assert.deepEqual(await json('/cluster'), http.service.status());
  assert.deepEqual(await json('/debug/layers'), { schema: 'strata.layers/1' });
  assert.deepEqual(await json('/debug/layers/samples'), { schema: 'strata.samples/1', next: 0 });
  assert.deepEqual(await json('/debug/layers/samples?since=41'), { schema: 'strata.samples/1', next: 41 });
  assert.deepEqual(await json('/debug/events?since=41'), { schema: 'strata.events/1', next: 41 });
  assert.deepEqual(await json('/debug/syncs?since=7'), { schema: 'strata.syncs/1', next: 7 });
  assert.equal((await http.send('HEAD', '/healthz')).status, 200);
});

test('a node that is not ready says why, and is alive all the same', async () => {
  for (const [state, code] of [
    [{ ready: false, leader: 0 }, 'STRATA_NO_LEADER'],
    [{ ready: false, draining: true }, 'STRATA_SHUTTING_DOWN'],
    [{ ready: false }, 'STRATA_PROPOSAL_DROPPED'],
  ] as const) {
    http.service.state = state;
    const answer = await http.send('GET', '/readyz');
    assert.equal(answer.status, 503);
    assert.equal(errorOf(answer).code, code);
    assert.equal(answer.headers.get('retry-after'), '1');
    assert.equal((await http.send('GET', '/healthz')).status, 200);
  }
  http.service.state = {};
});

test('wrong methods and parameters are refused', async () => {
  const post = await http.send('POST', '/healthz', 'x');
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('allow'), 'GET, HEAD');
  for (const path of [
    '/healthz?verbose=1',
    '/debug/layers/samples?since=-1',
    '/debug/layers/samples?since=x',
    '/debug/events?since=-1',
    '/debug/syncs?since=-1',
    '/debug/pprof/profile?seconds=0',
    '/debug/pprof/profile?seconds=121',
    '/debug/pprof/profile?interval_us=1',
    '/debug/pprof/profile?format=svg',
  ]) {
    const answer = await http.send('GET', path);
    assert.equal(answer.status, 400, path);
    assert.equal(errorOf(answer).code, 'STRATA_QUERY_INVALID');
  }
});

test('metrics are Prometheus text', async () => {
  const answer = await http.send('GET', '/metrics');
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  assert.match(answer.body.toString(), /^strata_network_http_requests_total \d+$/m);
  assert.match(answer.body.toString(), /^strata_network_reply_seconds_bucket\{le="0.00001"\} \d+$/m);
  assert.match(answer.body.toString(), /^strata_network_http_connections [1-9]\d*$/m);
});

test('a CPU profile has nodes, samples and times; a second one at the same time is refused', async () => {
  const first = http.send('GET', '/debug/pprof/profile?seconds=1&interval_us=500&format=cpuprofile');
  await until(() => http.metrics.value('network_http_requests_total') > 0, 'the profile begins');
  const second = await http.send('GET', '/debug/pprof/profile?seconds=1');
  assert.equal(second.status, 409);
  assert.equal(errorOf(second).code, 'STRATA_PROFILE_BUSY');
  const busyUntil = Date.now() + 200;
  while (Date.now() < busyUntil) JSON.stringify(http.service.status());
  const answer = await first;
  assert.equal(answer.status, 200);
  const profile = JSON.parse(answer.body.toString()) as Record<string, unknown[]> & { endTime: number };
  assert.ok(profile.nodes!.length > 0);
  assert.ok(profile.samples!.length > 10);
  assert.equal(profile.samples!.length, profile.timeDeltas!.length);
  assert.ok(profile.endTime > 0);
});

test('a client that leaves ends its profile', async () => {
  const socket = await open(http.port);
  const before = http.metrics.value('network_http_requests_total');
  socket.write('GET /debug/pprof/profile?seconds=120 HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(() => http.metrics.value('network_http_requests_total') > before, 'the profile begins');
  assert.equal((await http.send('GET', '/debug/pprof/profile?seconds=1')).status, 409);
  socket.destroy();
  let status = 409;
  for (let attempt = 0; status === 409 && attempt < 50; attempt++) {
    const next = await http.send('GET', '/debug/pprof/profile?seconds=1');
    status = next.status;
    if (status === 409) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(status, 200);
});
