import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask, startCluster, statusOf, until } from './fixture.js';
import { Writers } from './writers.js';

const SERVER_MAIN = fileURLToPath(new URL('../../server/main.js', import.meta.url));

test('A2.41 a request that is sent again, to another node and after the leader died, takes effect once', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const [first, second] = cluster.nodes.filter((node) => node.id !== leader.id).map((node) => node.url) as [
    string,
    string,
  ];
  const { session } = JSON.parse((await ask(first, 'POST', '/sessions')).body) as { session: number };
  assert.ok(session > 0);
  const increment = JSON.stringify({
    ops: [{ op: 'increment', key: Buffer.from('n').toString('base64'), delta: '1' }],
  });
  const send = (url: string, sequence: number) =>
    ask(url, 'POST', '/batch', {
      body: increment,
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `${session}:${sequence}` },
    });
  const once = await send(first, 1);
  assert.equal(once.status, 200, once.body);
  assert.equal((await send(second, 1)).body, once.body);
  await leader.kill();
  await until(async () => (await send(second, 1)).status === 200, 'the new leader answers');
  assert.equal((await send(first, 1)).body, once.body);
  assert.equal((await send(first, 2)).status, 200);
  assert.equal((await ask(first, 'GET', '/kv/n')).body, '2');
  const unknown = await ask(first, 'PUT', '/kv/n', { body: '9', headers: { 'Idempotency-Key': '999999:1' } });
  assert.deepEqual([unknown.status, unknown.code], [410, 'STRATA_SESSION_EXPIRED']);
  assert.equal((await ask(first, 'GET', '/kv/n')).body, '2');
});

test('A2.43 stale reads only on demand, with the applied index', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const followers = cluster.nodes.filter((node) => node.id !== leader.id);
  assert.ok((await ask(leader.url, 'PUT', '/kv/k', { body: 'v' })).status < 300);
  const [cut] = followers as [(typeof followers)[number]];
  const { appliedIndex } = await statusOf(leader.url);
  await until(
    async () => (await statusOf(cut.url)).appliedIndex >= appliedIndex,
    'the follower has applied the write',
  );
  await Promise.all([leader, ...followers.slice(1)].map((node) => node.kill()));
  await until(async () => (await statusOf(cut.url)).leader === 0, 'the node that is left knows no leader');
  const strict = await ask(cut.url, 'GET', '/kv/k');
  assert.equal(strict.status, 503, strict.body);
  assert.ok(Number(strict.headers['retry-after']) > 0);
  const stale = await ask(cut.url, 'GET', '/kv/k?consistency=stale');
  assert.equal(stale.status, 200, stale.body);
  assert.ok(Number(stale.headers['x-strata-applied-index']) > 0);
});

test('A2.7 without a quorum nothing is acknowledged, requests end in bounded time, and all is well when it is back', async (t) => {
  const cluster = await startCluster(t, {
    adjust: (config) => ({ ...config, limits: { ...config.limits, operationTimeoutMs: 1_000 } }),
  });
  const leader = await cluster.waitForLeader();
  const others = cluster.nodes.filter((node) => node.id !== leader.id);
  await Promise.all(others.map((node) => node.kill()));
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) => ask(leader.url, 'PUT', `/kv/q-${at}`, { body: 'v' })),
  );
  for (const { status, code } of answers) assert.ok(status >= 500, `${status} ${code}`);
  for (const node of others) await cluster.startNode(node.id);
  await until(
    async () => (await ask(leader.url, 'PUT', '/kv/q', { body: 'v' })).status < 300,
    'a write is taken',
  );
});

test('A2.45 clients that leave in the middle of a request: nobody waits for them', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const { hostname, port } = new URL(leader.url);
  for (let at = 0; at < 200; at++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(
      `PUT /kv/left-${at} HTTP/1.1\r\nHost: x\r\nContent-Length: ${at % 2 === 0 ? 4 : 100}\r\n\r\nbody`,
    );
    if (at % 3 === 0) await sleep(1);
    socket.destroy();
  }
  await until(
    async () => (await gauge(leader.url, 'strata_network_http_in_flight')) === 0,
    'no request is under way',
  );
  assert.equal(await gauge(leader.url, 'strata_consensus_writes_waiting'), 0);
});

test('A2.44 overload: more clients than the limits admit are refused early, memory stays bounded, and it ends', async (t) => {
  const seconds = Number(process.env.STRATA_OVERLOAD_SECONDS ?? '5');
  const cluster = await startCluster(t, {
    adjust: (config) => ({ ...config, limits: { ...config.limits, requestsInFlightMax: 200 } }),
  });
  const leader = await cluster.waitForLeader();
  const { hostname, port } = new URL(leader.url);
  const body = 'x'.repeat(16_384);
  const request = `PUT /kv/over HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const counts = new Map<string, number>();
  const sockets = Array.from({ length: 400 }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      // A new request for each that was answered, ten under way on every connection.
      for (const [, status] of chunk.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)) {
        counts.set(status!, (counts.get(status!) ?? 0) + 1);
        socket.write(request);
      }
    });
    for (let pipelined = 0; pipelined < 10; pipelined++) socket.write(request);
    return socket;
  });
  let peakBytes = 0;
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    await sleep(250);
    peakBytes = Math.max(peakBytes, residentBytes(leader.pid));
  }
  for (const socket of sockets) socket.destroy();
  t.diagnostic(
    `${seconds} s: ${JSON.stringify(Object.fromEntries(counts))}, at most ${Math.round(peakBytes / 2 ** 20)} MiB resident`,
  );
  assert.ok((counts.get('200') ?? 0) > 100, 'some are served');
  // What it may hold: limits.uncommittedBytesMax and limits.peerQueueBytesMax per peer, 64 MiB each, the log in memory, and the process itself.
  assert.ok(peakBytes < 700 * 2 ** 20, `${peakBytes} bytes resident`);
  await until(
    async () => (await ask(leader.url, 'PUT', '/kv/after', { body: 'calm' })).status < 300,
    'it serves as before',
  );
});

for (const how of ['blocked', 'closed'] as const) {
  test(`A2.47 stderr is ${how}: the protocol goes on`, async (t) => {
    const cluster = await startCluster(t, { adjust: (config) => ({ ...config, logLevel: 'trace' }) });
    const leader = await cluster.waitForLeader();
    await leader.stop(10_000);
    const node = spawn(process.execPath, [SERVER_MAIN, '--config', leader.configPath], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => node.kill('SIGKILL'));
    await new Promise<void>((resolve, reject) => {
      node.stdout.once('data', () => resolve());
      node.once('exit', (code) => reject(new Error(`the node ended with ${code}`)));
    });
    // Nobody ever reads the pipe, or nobody is there to read it.
    if (how === 'closed') node.stderr.destroy();
    else node.stderr.pause();
    const url = leader.url;
    await until(
      async () =>
        (await ask(url, 'POST', '/cluster/transfer', { body: JSON.stringify({ to: leader.id }) })).status ===
        200,
      'it leads',
    );
    const writers = new Writers([url], 8);
    t.after(() => writers.stop());
    await sleep(2_000);
    await writers.stop();
    assert.equal(node.exitCode, null);
    assert.ok(writers.acknowledged > 100, `only ${writers.acknowledged} writes`);
    assert.equal((await statusOf(url)).role, 'leader');
    assert.deepEqual(await writers.faults(), []);
    node.kill('SIGTERM');
    await new Promise((resolve) => node.once('exit', resolve));
    assert.equal(node.exitCode, 0);
  });
}

test('A2.46 a second SIGTERM ends a node at once', async (t) => {
  const cluster = await startCluster(t);
  const node = await cluster.waitForLeader();
  const { hostname, port } = new URL(node.url);
  // A request that never ends keeps the drain waiting.
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  socket.write('PUT /kv/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
  await sleep(200);
  node.signal('SIGTERM');
  await sleep(200);
  assert.equal(node.running, true, 'the drain waits for the request');
  node.signal('SIGTERM');
  assert.equal((await node.exited).code, 1);
});

async function gauge(url: string, name: string): Promise<number> {
  const { body } = await ask(url, 'GET', '/metrics');
  const line = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(body);
  assert.ok(line !== null, `${name} is not in /metrics`);
  return Number(line[1]);
}

function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}
