import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Cluster } from '../lib/cluster.js';
import { freePorts } from '../lib/ports.js';
import { ask, runCli, startCluster, statusOf, temporaryDirectory, until } from './fixture.js';
import { Writers } from './writers.js';

const KIB = 1024;
/** Snapshots every few hundred entries, so that a short test sees many. */
const OFTEN = { logBytesMin: 64 * KIB, entriesMax: 300, keepEntries: 20, sliceBytes: 4 * KIB };

test('A2.10 a follower that missed what the log no longer holds catches up by a snapshot, under load', async (t) => {
  const cluster = await startCluster(t, {
    adjust: (config) => ({ ...config, snapshots: OFTEN, log: { ...config.log, segmentBytes: 256 * KIB } }),
  });
  const leader = await cluster.waitForLeader();
  const follower = cluster.nodes.find((node) => node.id !== leader.id)!;
  const rest = cluster.nodes.filter((node) => node.id !== follower.id).map((node) => node.url);
  await follower.kill();
  const writers = new Writers(rest, 8);
  t.after(() => writers.stop());
  const { lastIndex } = await statusOf(leader.url);
  await until(
    async () => (await statusOf(leader.url)).firstIndex > lastIndex + 500,
    'the leader dropped what the follower lacks',
  );
  const { term } = await statusOf(leader.url);
  await cluster.startNode(follower.id);
  await until(async () => {
    const [mine, theirs] = await Promise.all([statusOf(follower.url), statusOf(leader.url)]);
    return mine.firstIndex > lastIndex && theirs.appliedIndex - mine.appliedIndex < 300;
  }, 'the follower has the snapshot and what came after it');
  await writers.stop();
  assert.equal((await statusOf(leader.url)).term, term, 'no election');
  assert.deepEqual(await writers.faults([follower.url]), []);
  const data = cluster.planned.find((node) => node.id === leader.id)!.config.dataDir;
  const segments = readdirSync(join(data, 'wal')).filter((file) => file.endsWith('.wal'));
  t.diagnostic(
    `${writers.acknowledged} writes, ${segments.length} segments of 256 KiB left, ${readdirSync(join(data, 'snapshots')).join(' ')}`,
  );
  assert.ok(segments.length < 8, segments.join(' '));
});

test('A2.27 kill -9 of all nodes again and again while snapshots are taken: nothing acknowledged is lost', async (t) => {
  const cluster = await startCluster(t, {
    adjust: (config) => ({ ...config, snapshots: OFTEN, log: { ...config.log, segmentBytes: 256 * KIB } }),
  });
  const writers = new Writers(cluster.urls, 8);
  t.after(() => writers.stop());
  for (let round = 0; round < 4; round++) {
    const before = writers.acknowledged;
    await until(async () => writers.acknowledged > before + 400, 'writes are taken');
    await cluster.killAll();
    await cluster.startAll();
  }
  await writers.stop();
  assert.deepEqual(await writers.faults(), []);
});

test('backup from a running cluster, restore into a new one: the same keys, and damage is refused', async (t) => {
  const cluster = await startCluster(t);
  const [url] = cluster.urls as [string];
  for (let at = 0; at < 50; at++)
    assert.ok((await ask(url, 'PUT', `/kv/kept-${at}`, { body: `value ${at}` })).status < 300);
  const directory = temporaryDirectory(t);
  const file = join(directory, 'backup');
  const made = await runCli(t, ['backup', '--url', url, '--out', file, '--json']);
  assert.equal(made.code, 0, made.stderr);
  assert.ok((JSON.parse(made.stdout) as { bytes: number }).bytes > 500);
  assert.ok((await ask(url, 'PUT', '/kv/later', { body: 'not in it' })).status < 300);

  const damaged = Buffer.from(readFileSync(file));
  damaged[damaged.length >> 1]! ^= 1;
  writeFileSync(join(directory, 'damaged'), damaged);
  const data = join(directory, 'node-1', 'data');
  const refused = await runCli(t, ['restore', '--from', join(directory, 'damaged'), '--data', data]);
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /^strata: .*damaged.*\(STRATA_SNAPSHOT_CORRUPT\)$/m);

  const [httpPort, peerPort] = (await freePorts(2)) as [number, number];
  const restored = await runCli(t, [
    ...['restore', '--from', file, '--data', data, '--cluster-id', 'restored', '--id', '1'],
    ...['--host', '127.0.0.1', '--peer-port', `${peerPort}`, '--http-port', `${httpPort}`],
  ]);
  assert.equal(restored.code, 0, restored.stderr);
  const again = await runCli(t, [
    'restore',
    '--from',
    file,
    '--data',
    data,
    '--cluster-id',
    'restored',
    '--id',
    '1',
    '--peer-port',
    `${peerPort}`,
    '--http-port',
    `${httpPort}`,
  ]);
  assert.equal(again.code, 4, 'a directory with data is not overwritten');

  const single = await Cluster.start({
    nodes: 1,
    directory,
    httpPort,
    peerPort,
    strategy: 'G',
    primitive: 'fdatasync',
    adjust: (config) => ({ ...config, clusterId: 'restored', dataDir: data }),
  });
  t.after(() => single.stop());
  for (let at = 0; at < 50; at++)
    assert.equal((await ask(single.urls[0]!, 'GET', `/kv/kept-${at}`)).body, `value ${at}`);
  assert.equal((await ask(single.urls[0]!, 'GET', '/kv/later')).status, 404);
});

test('wal inspect: what the files hold, without touching them, while the node runs and after', async (t) => {
  const cluster = await startCluster(t, { nodes: 1 });
  const [url] = cluster.urls as [string];
  for (let at = 0; at < 5; at++)
    assert.ok((await ask(url, 'PUT', `/kv/i-${at}`, { body: 'v' })).status < 300);
  const { dataDir } = cluster.planned[0]!.config;
  await cluster.stop();
  const text = await runCli(t, ['wal', 'inspect', dataDir]);
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /entries/);
  const json = await runCli(t, ['wal', 'inspect', dataDir, '--json']);
  assert.equal(json.code, 0, json.stderr);
  assert.ok(JSON.parse(json.stdout));
  const nothing = await runCli(t, ['wal', 'inspect', temporaryDirectory(t)]);
  assert.equal(nothing.code, 4);
});
