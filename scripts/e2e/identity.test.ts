import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { NodeConfigInput } from '../../server/config/config.js';
import { NodeProcess } from '../lib/node-process.js';
import { freePorts } from '../lib/ports.js';
import { ask, startCluster, statusOf, temporaryDirectory, until } from './fixture.js';
import { Writers } from './writers.js';

/** A node of the test's own making beside a cluster. */
async function startNode(t: TestContext, config: NodeConfigInput): Promise<NodeProcess> {
  const directory = temporaryDirectory(t);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'config.json');
  writeFileSync(path, JSON.stringify({ ...config, dataDir: join(directory, 'data') }));
  const self = config.members.find((member) => member.id === config.id)!;
  const node = await NodeProcess.start(config.id, path, `http://${self.host}:${self.httpPort}`);
  t.after(() => node.kill());
  return node;
}

const logOf = (node: { readonly logPath: string }): string => readFileSync(node.logPath, 'utf8');

test('A2.16 a node of another cluster and a second process under one id are refused at the handshake', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const base = cluster.planned[0]!.config;
  const [httpPort, peerPort, respPort, secondHttp, secondPeer, secondResp] = (await freePorts(6)) as number[];
  const move = (id: number, ports: (number | undefined)[]) =>
    base.members.map((member) =>
      member.id === id
        ? { ...member, httpPort: ports[0]!, peerPort: ports[1]!, respPort: ports[2]! }
        : member,
    );
  const { term } = await statusOf(leader.url);

  const stranger = await startNode(t, {
    ...base,
    id: 2,
    clusterId: 'another-cluster',
    members: move(2, [httpPort, peerPort, respPort]),
  });
  await until(async () => logOf(stranger).includes('STRATA_CLUSTER_MISMATCH'), 'the stranger is told');
  assert.equal((await statusOf(stranger.url)).ready, false);

  const twin = await startNode(t, { ...base, id: 2, members: move(2, [secondHttp, secondPeer, secondResp]) });
  await until(async () => /STRATA_NODE_(?:DUPLICATE|WIPED)/.test(logOf(twin)), 'the twin is told');
  assert.equal((await statusOf(twin.url)).ready, false);

  const after = await statusOf(leader.url);
  assert.deepEqual([after.leader, after.term], [leader.id, term]);
  assert.ok((await ask(leader.url, 'PUT', '/kv/k', { body: 'v' })).status < 300);
});

test('A2.17 a peer that does not know the secret gets no Raft byte in, and garbage on the peer port disturbs nobody', async (t) => {
  const secrets = temporaryDirectory(t);
  writeFileSync(join(secrets, 'right'), 'the secret that all members share', { mode: 0o600 });
  writeFileSync(join(secrets, 'wrong'), 'another secret of a similar length', { mode: 0o600 });
  const cluster = await startCluster(t, {
    adjust: (config) => ({ ...config, security: { peerSecretFile: join(secrets, 'right') } }),
  });
  const leader = await cluster.waitForLeader();
  const victim = cluster.nodes.find((node) => node.id !== leader.id)!;
  await victim.stop(10_000);
  const planned = cluster.planned.find((node) => node.id === victim.id)!;
  for (const security of [{ peerSecretFile: join(secrets, 'wrong') }, {}]) {
    const impostor = await startNode(t, { ...planned.config, security });
    await until(
      async () => /STRATA_(?:PEER_UNAUTHENTICATED|PROTOCOL_VERSION|FRAME_INVALID)/.test(logOf(impostor)),
      'it is refused',
    );
    assert.equal((await statusOf(impostor.url)).leader, 0);
    await impostor.kill();
  }
  const { peerPort } = planned.config.members.find((member) => member.id === leader.id)!;
  for (let at = 0; at < 200; at++) {
    const socket = connect(peerPort, '127.0.0.1');
    socket.on('error', () => {});
    socket.end(Buffer.from(Array.from({ length: 64 }, (_, byte) => (at * 31 + byte * 17) & 0xff)));
  }
  await cluster.startNode(victim.id);
  await until(async () => (await statusOf(victim.url)).ready, 'the member with the secret is back');
  const writers = new Writers(cluster.urls, 4);
  t.after(() => writers.stop());
  await until(async () => writers.acknowledged > 30, 'writes are taken');
  await writers.stop();
  assert.deepEqual(await writers.faults(), []);
});

test('a client without a token, with a wrong one, and with too small a role', async (t) => {
  const secrets = temporaryDirectory(t);
  const token = { read: 'r'.repeat(32), write: 'w'.repeat(32), admin: 'a'.repeat(32) };
  const lines = Object.entries(token).map(([role, text]) => `${role} ${text}`);
  writeFileSync(join(secrets, 'tokens'), `# tokens of a test\n${lines.join('\n')}\n`, { mode: 0o600 });
  const cluster = await startCluster(t, {
    nodes: 1,
    token: token.admin,
    adjust: (config) => ({ ...config, security: { tokensFile: join(secrets, 'tokens') } }),
  });
  const [url] = cluster.urls as [string];
  const as = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } });
  const nobody = await ask(url, 'GET', '/kv/k');
  assert.deepEqual([nobody.status, nobody.code], [401, 'STRATA_UNAUTHENTICATED']);
  assert.match(String(nobody.headers['www-authenticate']), /^Bearer/);
  assert.equal((await ask(url, 'GET', '/kv/k', as('x'.repeat(32)))).status, 401);
  assert.equal((await ask(url, 'GET', '/healthz')).status, 200);
  assert.equal((await ask(url, 'GET', '/kv/k', as(token.read))).status, 404);
  const put = await ask(url, 'PUT', '/kv/k', { body: 'v', ...as(token.read) });
  assert.deepEqual([put.status, put.code], [403, 'STRATA_FORBIDDEN']);
  assert.equal((await ask(url, 'PUT', '/kv/k', { body: 'v', ...as(token.write) })).status, 201);
  assert.equal((await ask(url, 'POST', '/snapshot', as(token.write))).status, 403);
  assert.equal((await ask(url, 'POST', '/snapshot', as(token.admin))).status, 200);
});
