import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeConfigInput } from '../../server/config/config.js';
import { freePorts } from '../lib/ports.js';
import { ask, runCli, STACK, startCli, startCluster, temporaryDirectory } from './fixture.js';

/** A configuration of one node on free ports, `changes` on top. */
async function writeConfig(t: TestContext, changes: Record<string, unknown> = {}): Promise<string> {
  const directory = temporaryDirectory(t);
  const [httpPort, peerPort] = (await freePorts(2)) as [number, number];
  const config = {
    id: 1,
    clusterId: 'e2e',
    dataDir: join(directory, 'data'),
    members: [{ id: 1, host: '127.0.0.1', httpPort, peerPort }],
    ...changes,
  };
  const path = join(directory, 'config.json');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

async function occupiedPort(t: TestContext): Promise<number> {
  const [port] = (await freePorts(1)) as [number];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => server.close());
  return port;
}

/** The last human line, the exit code, and no stack. */
async function assertRefuses(
  t: TestContext,
  args: readonly string[],
  exitCode: number,
  pattern: RegExp,
): Promise<void> {
  const { code, stderr, stdout } = await runCli(t, args);
  assert.match(stderr, pattern);
  assert.equal(code, exitCode, stderr);
  assert.doesNotMatch(stderr, STACK);
  assert.equal(stdout, '');
}

test('a taken HTTP port: code, port and exit code 4', async (t) => {
  const port = await occupiedPort(t);
  const [peerPort] = (await freePorts(1)) as [number];
  const config = await writeConfig(t, { members: [{ id: 1, host: '127.0.0.1', httpPort: port, peerPort }] });
  await assertRefuses(
    t,
    ['serve', '--config', config],
    4,
    new RegExp(`^strata: .*${port}.*\\(STRATA_PORT_IN_USE\\)$`, 'm'),
  );
});

test('a taken peer port: code, port and exit code 4', async (t) => {
  const port = await occupiedPort(t);
  const [httpPort] = (await freePorts(1)) as [number];
  const config = await writeConfig(t, { members: [{ id: 1, host: '127.0.0.1', httpPort, peerPort: port }] });
  await assertRefuses(
    t,
    ['serve', '--config', config],
    4,
    new RegExp(`^strata: .*${port}.*\\(STRATA_PORT_IN_USE\\)$`, 'm'),
  );
});

test('`up` passes on what the node says of a taken port, and stops the other nodes', async (t) => {
  const port = await occupiedPort(t);
  const [peerPort] = (await freePorts(1)) as [number];
  const args = ['up', '--nodes', '1', '--http-port', `${port}`, '--peer-port', `${peerPort}`];
  await assertRefuses(t, args, 4, new RegExp(`^strata: Node 1: .*${port}.*\\(STRATA_PORT_IN_USE\\)$`, 'm'));
});

test('a node id that is no member: exit code 2, the field is named', async (t) => {
  const config = await writeConfig(t, { id: 9 });
  await assertRefuses(
    t,
    ['serve', '--config', config],
    2,
    /^strata: .*field id is 9.*\(STRATA_CONFIG_INVALID\)$/m,
  );
});

test('an unknown field: exit code 2, the field is named', async (t) => {
  const config = await writeConfig(t, { colour: 'blue' });
  await assertRefuses(t, ['serve', '--config', config], 2, /^strata: .*colour.*\(STRATA_CONFIG_INVALID\)$/m);
});

test('a configuration that is not there: exit code 2, the path is named', async (t) => {
  const path = join(temporaryDirectory(t), 'none.json');
  await assertRefuses(
    t,
    ['serve', '--config', path],
    2,
    /^strata: .*none\.json.*\(STRATA_CONFIG_UNREADABLE\)$/m,
  );
});

test('a data directory in use by another node: exit code 4, the holder goes on', async (t) => {
  const cluster = await startCluster(t, { nodes: 1 });
  const [planned] = cluster.planned;
  const config = await writeConfig(t, {
    clusterId: planned!.config.clusterId,
    dataDir: planned!.config.dataDir,
  });
  await assertRefuses(t, ['serve', '--config', config], 4, /^strata: .*\(STRATA_DATA_DIR_LOCKED\)$/m);
  assert.equal((await ask(cluster.urls[0]!, 'PUT', '/kv/still', { body: 'here' })).status < 300, true);
});

test('a damaged write-ahead log: exit code 4, file and offset, and not a byte is changed', async (t) => {
  const cluster = await startCluster(t, { nodes: 1 });
  const marker = 'value-that-is-easy-to-find-';
  for (let i = 0; i < 50; i++) {
    const { status } = await ask(cluster.urls[0]!, 'PUT', `/kv/k${i}`, { body: `${marker}${i}` });
    assert.equal(status < 300, true);
  }
  await cluster.stop();
  const { configPath, config } = cluster.planned[0]!;
  const segment = segmentWith(config.dataDir, marker);
  const bytes = readFileSync(segment);
  // In the middle: intact records follow, so this is no torn tail.
  const at = bytes.indexOf(`${marker}10`);
  bytes[at] = bytes[at]! ^ 0xff;
  writeFileSync(segment, bytes);
  await assertRefuses(
    t,
    ['serve', '--config', configPath],
    4,
    /^strata: .*damaged.*at offset \d+.*\(STRATA_WAL_CORRUPT\)$/m,
  );
  assert.ok(readFileSync(segment).equals(bytes), 'the damaged file was changed');
});

test('a torn tail is cut and the node starts with everything that was acknowledged', async (t) => {
  const cluster = await startCluster(t, { nodes: 1 });
  for (let i = 0; i < 20; i++) await ask(cluster.urls[0]!, 'PUT', `/kv/k${i}`, { body: `v${i}` });
  await cluster.killAll();
  await cluster.startAll();
  for (let i = 0; i < 20; i++) assert.equal((await ask(cluster.urls[0]!, 'GET', `/kv/k${i}`)).body, `v${i}`);
});

test('a stranger with an unknown id is turned away by name, and the cluster lives on', async (t) => {
  const cluster = await startCluster(t);
  const [httpPort, peerPort] = (await freePorts(2)) as [number, number];
  const { config } = cluster.planned[0]!;
  const stranger = { id: 77, host: '127.0.0.1', httpPort, peerPort };
  const path = await writeConfig(t, {
    id: stranger.id,
    clusterId: config.clusterId,
    members: [...(config as NodeConfigInput).members, stranger],
  });
  const cli = startCli(t, ['serve', '--config', path]);
  await cli.firstLine;
  const turnedAway = () =>
    cluster.nodes.some((node) => readFileSync(node.logPath, 'utf8').includes('STRATA_NODE_UNKNOWN'));
  for (let i = 0; i < 100 && !turnedAway(); i++) await sleep(50);
  cli.signal('SIGKILL');
  const { stderr } = await cli.result;
  assert.ok(turnedAway() || stderr.includes('STRATA_NODE_UNKNOWN'), `nobody named the stranger:\n${stderr}`);
  assert.doesNotMatch(stderr, STACK);
  for (const node of cluster.nodes) assert.doesNotMatch(readFileSync(node.logPath, 'utf8'), STACK);
  const leader = await cluster.waitForLeader();
  assert.equal((await ask(leader.url, 'PUT', '/kv/after', { body: 'fine' })).status < 300, true);
  assert.equal((await ask(leader.url, 'GET', '/kv/after')).body, 'fine');
});

/** The file of the log that holds the text. */
function segmentWith(directory: string, text: string): string {
  const found = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .find((path) => statSync(path).isFile() && readFileSync(path).includes(text));
  assert.ok(found !== undefined, `no file under ${directory} holds ${text}`);
  return found;
}
