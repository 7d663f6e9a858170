import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Cluster } from '../lib/cluster.js';
import { ask, startCluster, until } from './fixture.js';

const TOOL_TIMEOUT_MS = 120_000;

/** A client as its users make it: no option but where the server is. */
function client(t: TestContext, url: string): Redis {
  const redis = new Redis(url);
  // Without a listener every reconnection would print.
  redis.on('error', () => {});
  t.after(() => redis.disconnect());
  return redis;
}

test('ioredis: the basic commands against every node, reads after writes through any of them', async (t) => {
  const cluster = await startCluster(t);
  const clients = cluster.respUrls.map((url) => client(t, url));
  for (const [at, redis] of clients.entries()) {
    const key = `basic-${at}`;
    assert.equal(await redis.set(key, 'one'), 'OK');
    for (const other of clients) assert.equal(await other.get(key), 'one');
    assert.equal(await redis.set(key, 'two', 'NX'), null);
    assert.equal(await redis.append(key, '!'), 4);
    assert.equal(await redis.strlen(key), 4);
    assert.equal(await redis.incrby(`${key}-n`, 5), 5);
    assert.equal(await redis.decr(`${key}-n`), 4);
    assert.equal(await redis.mset(`${key}-a`, '1', `${key}-b`, '2'), 'OK');
    assert.deepEqual(await redis.mget(`${key}-a`, `${key}-b`, `${key}-c`), ['1', '2', null]);
    assert.equal(await redis.exists(key, `${key}-c`), 1);
    assert.equal(await redis.pexpire(key, 60_000), 1);
    const left = await redis.pttl(key);
    assert.ok(left > 0 && left <= 60_000, `${left} ms left`);
    assert.equal(await redis.persist(key), 1);
    assert.equal(await redis.ttl(key), -1);
    assert.deepEqual(await redis.multi().set(`${key}-m`, 'x').incr(`${key}-n`).get(`${key}-m`).exec(), [
      [null, 'OK'],
      [null, 5],
      [null, 'x'],
    ]);
    assert.equal(await redis.del(key, `${key}-a`), 2);
    assert.equal(await redis.get(key), null);
  }
  const found = new Set<string>();
  for await (const keys of clients[0]!.scanStream({ match: 'basic-*', count: 3 }))
    for (const key of keys) found.add(key);
  assert.equal(found.size, 9);
  assert.equal(await clients[1]!.dbsize(), 9);
});

test('ioredis: a key with a time to live is gone after it, on every node', async (t) => {
  const cluster = await startCluster(t);
  const clients = cluster.respUrls.map((url) => client(t, url));
  await clients[0]!.set('short', 'x', 'PX', 150);
  await clients[0]!.set('long', 'x', 'EX', 1000);
  await until(
    async () =>
      (await Promise.all(clients.map((redis) => redis.get('short')))).every((value) => value === null),
    'the key is gone',
  );
  assert.equal(await clients[2]!.get('long'), 'x');
  assert.equal(await clients[2]!.dbsize(), 1);
});

test('ioredis: basic commands pass through the failover of the leader with the default retry', async (t) => {
  const cluster = await startCluster(t);
  for (let round = 0; round < 3; round++) await passFailover(t, cluster, round);
});

/** Clients of the nodes that stay see no error at all; a client of the leader reconnects to it when it is back. */
async function passFailover(t: TestContext, cluster: Cluster, round: number): Promise<void> {
  const leader = await cluster.waitForLeader();
  const staying = cluster.respUrls.filter((_, at) => cluster.planned[at]!.id !== leader.id);
  const clients = staying.map((url) => client(t, url));
  const lost = client(t, cluster.respUrls[cluster.planned.findIndex(({ id }) => id === leader.id)]!);
  assert.equal(await lost.set(`lost-${round}`, 'before'), 'OK');
  const counter = `counter-${round}`;
  let stop = false;
  let operations = 0;
  let counted = 0;
  const traffic = clients.map(async (redis, at) => {
    for (let turn = 1; !stop; turn++) {
      const key = `failover-${round}-${at}`;
      assert.equal(await redis.set(key, turn), 'OK');
      assert.equal(await redis.get(key), String(turn));
      await redis.incr(counter);
      counted += 1;
      operations += 3;
    }
  });
  await sleep(300);
  await leader.kill();
  await cluster.waitForLeader();
  await sleep(300);
  await cluster.startNode(leader.id);
  stop = true;
  await Promise.all(traffic);
  assert.equal(await lost.get(`lost-${round}`), 'before');
  assert.equal(await lost.set(`lost-${round}`, 'after'), 'OK');
  // The old leader had taken some of them: asked again of the new one, each took effect once.
  assert.equal(await lost.get(counter), String(counted));
  lost.disconnect();
  for (const redis of clients) redis.disconnect();
  t.diagnostic(`round ${round}: ${operations} operations`);
  assert.ok(operations > 30, `${operations} operations`);
}

for (const args of [
  ['-t', 'set,get,incr', '-c', '100', '-P', '16', '-n', '60000'],
  ['-t', 'set,get,incr', '-c', '1000', '-n', '20000'],
]) {
  test(`redis-benchmark ${args.join(' ')}: completes without an error`, async (t) => {
    if (spawnSync('redis-benchmark', ['--version']).error !== undefined) {
      t.skip('redis-benchmark is not installed (apt-get install redis-tools)');
      return;
    }
    const cluster = await startCluster(t);
    const leader = await cluster.waitForLeader();
    const url = new URL(cluster.respUrls[cluster.planned.findIndex(({ id }) => id === leader.id)]!);
    const run = await runTool('redis-benchmark', ['-h', url.hostname, '-p', url.port, ...args, '-q']);
    if (run.code !== 0) t.diagnostic(await journals(cluster));
    assert.equal(run.code, 0, run.text);
    assert.doesNotMatch(run.text, /error|could not/i);
    for (const command of ['SET', 'GET', 'INCR']) {
      const line = [...run.text.matchAll(new RegExp(`${command}: ([\\d.]+) requests per second.*`, 'g'))].at(
        -1,
      )?.[0];
      assert.ok(line !== undefined, run.text);
      t.diagnostic(line);
    }
  });
}

test('redis-cli: works against a follower', async (t) => {
  if (spawnSync('redis-cli', ['--version']).error !== undefined) {
    t.skip('redis-cli is not installed (apt-get install redis-tools)');
    return;
  }
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const url = new URL(cluster.respUrls[cluster.planned.findIndex(({ id }) => id !== leader.id)]!);
  const cli = async (...words: string[]): Promise<string> =>
    (await runTool('redis-cli', ['-h', url.hostname, '-p', url.port, ...words])).text.trim();
  assert.equal(await cli('set', 'greeting', 'hello'), 'OK');
  assert.equal(await cli('get', 'greeting'), 'hello');
  assert.match(await cli('-3', 'hello', '3'), /proto/);
  assert.match(await cli('lpush', 'list', 'x'), /^ERR LPUSH is not supported/);
  assert.match(await cli('nonsense'), /^ERR unknown command/);
  assert.match(await cli('info', 'replication'), /role:/);
});

async function runTool(
  command: string,
  args: readonly string[],
): Promise<{ code: number | null; text: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TOOL_TIMEOUT_MS);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { code, text };
}

/** What the nodes remember of stalls, elections and links: why a load ended early. */
async function journals(cluster: Cluster): Promise<string> {
  const lines = cluster.nodes.map(async ({ id, url }) => {
    const { body } = await ask(url, 'GET', '/debug/events').catch((error: Error) => ({
      body: error.message,
    }));
    return `node ${id}: ${body}`;
  });
  return (await Promise.all(lines)).join('\n');
}
