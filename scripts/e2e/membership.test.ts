import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { NodeConfigInput } from '../../server/config/config.js';
import type { Cluster } from '../lib/cluster.js';
import { NodeProcess } from '../lib/node-process.js';
import { freePorts } from '../lib/ports.js';
import { ask, runCli, startCluster, statusOf, temporaryDirectory, until } from './fixture.js';
import { Writers } from './writers.js';

interface Newcomer {
  readonly process: NodeProcess;
  readonly config: NodeConfigInput;
  readonly addArguments: readonly string[];
}

/** A node that is configured to join and runs, but belongs to nothing yet. */
async function startNewcomer(t: TestContext, cluster: Cluster, id: number): Promise<Newcomer> {
  const directory = temporaryDirectory(t);
  const [httpPort, peerPort, respPort] = (await freePorts(3)) as [number, number, number];
  const base = cluster.planned[0]!.config;
  const member = { id, host: '127.0.0.1', httpPort, peerPort, respPort };
  const config = {
    ...base,
    id,
    dataDir: join(directory, 'data'),
    join: true,
    members: [...base.members, member],
  };
  const path = join(directory, 'config.json');
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, JSON.stringify(config));
  const process = await NodeProcess.start(id, path, `http://127.0.0.1:${httpPort}`);
  t.after(() => process.stop(5_000));
  const addArguments = [
    ...['--id', `${id}`, '--host', '127.0.0.1'],
    ...['--peer-port', `${peerPort}`, '--http-port', `${httpPort}`, '--resp-port', `${respPort}`],
  ];
  return { process, config, addArguments };
}

/** The one of `nodes` that leads; `Cluster.waitForLeader` knows the first members only, and a newcomer may lead as well. */
async function leaderAmong(nodes: readonly NodeProcess[]): Promise<NodeProcess> {
  let leader: NodeProcess | undefined;
  await until(async () => {
    const views = await Promise.all(nodes.map((node) => statusOf(node.url)));
    leader = nodes.find((_, at) => views[at]!.role === 'leader' && views[at]!.ready);
    return leader !== undefined;
  }, 'one of the members leads');
  return leader!;
}

/** `strata member …`, repeated while the cluster says that it is busy with another change or the learner is behind. */
async function member(t: TestContext, url: string, ...words: readonly string[]): Promise<string> {
  let last = '';
  for (let attempt = 0; attempt < 50; attempt++) {
    const { code, stdout, stderr } = await runCli(t, ['member', ...words, '--url', url]);
    if (code === 0) return stdout;
    last = stderr;
    if (!/STRATA_(?:CHANGE_PENDING|MEMBER_BEHIND|NO_LEADER|LEADERSHIP_LOST)/.test(stderr)) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`strata member ${words.join(' ')}: ${last}`);
}

test('A2.13 A2.14 a node joins as a learner, gets a vote, replaces another, the leader is removed: all under load', async (t) => {
  const cluster = await startCluster(t);
  const writers = new Writers(cluster.urls, 6);
  t.after(() => writers.stop());
  const four = await startNewcomer(t, cluster, 4);
  const [url] = cluster.urls as [string];
  await member(t, url, 'add', ...four.addArguments);
  assert.match(await member(t, url, 'list'), /^4\s+learner/m);
  await member(t, url, 'promote', '4');
  assert.match(await member(t, url, 'list'), /^4\s+(?:voter|leader)/m);

  const five = await startNewcomer(t, cluster, 5);
  await member(t, url, 'add', ...five.addArguments);
  await member(t, url, 'replace', '2', '--by', '5');
  const list = await member(t, url, 'list');
  assert.match(list, /^5\s+(?:voter|leader)/m);
  assert.doesNotMatch(list, /^2\s/m);

  const members = [...cluster.nodes, four.process, five.process].filter((node) => node.id !== 2);
  const leader = await leaderAmong(members);
  const survivors = members.filter((node) => node.id !== leader.id);
  await member(t, leader.url, 'remove', `${leader.id}`);
  await until(async () => {
    const views = await Promise.all(survivors.map((node) => statusOf(node.url)));
    return views.every((view) => view.leader !== leader.id && view.leader !== 0);
  }, 'the others elected a leader among themselves');
  const before = writers.acknowledged;
  await until(async () => writers.acknowledged > before + 20, 'writes go on');
  await writers.stop();
  const [witness] = survivors as [NodeProcess];
  const view = await statusOf(witness.url);
  assert.deepEqual(view.members.map(({ id }) => id).sort(), survivors.map(({ id }) => id).sort());
  assert.deepEqual(await writers.faults(survivors.map((node) => node.url)), []);

  const again = await runCli(t, [
    'member',
    'add',
    '--url',
    witness.url,
    ...four.addArguments.map((word) => (word === '4' ? '2' : word)),
  ]);
  assert.equal(again.code, 4);
  assert.match(again.stderr, /STRATA_MEMBER_ID_USED/);
  // The removed nodes still run: nobody listens to them, and the term does not move.
  const { term } = await statusOf(witness.url);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal((await statusOf(witness.url)).term, term);
});

test('A2.15 a node whose data directory was wiped is refused under its old id and joins under a new one', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const victim = cluster.nodes.find((node) => node.id !== leader.id)!;
  assert.equal((await ask(leader.url, 'PUT', '/kv/kept', { body: 'yes' })).status < 300, true);
  await victim.stop(10_000);
  const planned = cluster.planned.find((node) => node.id === victim.id)!;
  rmSync(planned.config.dataDir, { recursive: true });
  await cluster.startNode(victim.id);
  await until(
    async () =>
      (await statusOf(leader.url)).links.find((link) => link.peer === victim.id)?.state === 'disconnected',
    'the leader refuses the wiped node',
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const wiped = await statusOf(victim.url);
  assert.deepEqual([wiped.ready, wiped.appliedIndex, wiped.leader], [false, 0, 0]);
  assert.equal(
    (await ask(leader.url, 'PUT', '/kv/kept', { body: 'still' })).status < 300,
    true,
    'the majority goes on',
  );

  const six = await startNewcomer(t, cluster, 6);
  await member(t, leader.url, 'add', ...six.addArguments);
  await member(t, leader.url, 'replace', `${victim.id}`, '--by', '6');
  assert.equal((await ask(six.process.url, 'GET', '/kv/kept')).body, 'still');
});

test('member transfer: the named node leads, and says so', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const target = cluster.nodes.find((node) => node.id !== leader.id)!;
  const follower = cluster.nodes.find((node) => node.id !== leader.id && node.id !== target.id)!;
  const { code, stdout, stderr } = await runCli(t, [
    'member',
    'transfer',
    '--to',
    `${target.id}`,
    '--url',
    follower.url,
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^node ${target.id} leads`));
  assert.equal((await statusOf(target.url)).role, 'leader');
  const unknown = await runCli(t, ['member', 'transfer', '--to', '9', '--url', follower.url]);
  assert.equal(unknown.code, 4);
  assert.match(unknown.stderr, /STRATA_(?:MEMBER_UNKNOWN|TRANSFER_FAILED)/);
});
