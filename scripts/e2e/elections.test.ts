import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cause } from '../../analysis/elections/causes.js';
import { type Election, findDisturbances } from '../../analysis/elections/elections.js';
import { electionSentence } from '../../analysis/elections/sentences.js';
import type { NodeEvents } from '../../results/schema/index.js';
import type { Cluster } from '../lib/cluster.js';
import { closedLoop } from '../lib/load-settings.js';
import { measuredPass } from '../lib/measured-pass.js';
import { fetchEvents } from '../lib/node-api.js';
import type { NodeProcess } from '../lib/node-process.js';
import { ask, startCluster, statusOf, temporaryDirectory, until } from './fixture.js';

const HEARTBEAT_MS = 100;
/** Well above the longest election time-out of 600 ms. */
const PAUSE_MS = 2_000;
const SPIN_CPU_MS = 1_500;
const TRIES = 3;

/** Makes a node's loop busy on demand: as long as it takes to use so much CPU, so that a shared machine cannot cut it short. */
const SPINNER = `
process.on('SIGUSR2', () => {
  const begin = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(begin);
    if (user + system > ${SPIN_CPU_MS * 1e3}) return;
  }
});
`;

test('a leader that is stopped: its journal says that the process did not run, and the election is explained by it', async (t) => {
  const cluster = await startCluster(t);
  const old = await cluster.waitForLeader();
  const before = await marks(cluster);
  old.pause();
  await sleep(PAUSE_MS);
  old.resume();
  await followsAnother(cluster, old);
  const journals = await journalsSince(cluster, before);
  const { election, cause } = electionAfter(t, journals, old);
  assert.deepEqual([cause.node, cause.kind], [old.id, 'not-running']);
  assert.ok(cause.cpuNs < 0.1 * (cause.toNs - cause.fromNs), `${cause.cpuNs} ns of CPU`);
  assert.ok(election.explanation.isExplained);
  assert.notEqual(election.leader, old.id);
  // The order in which it happened, on the three nodes and by one clock.
  const won = eventOf(journals, election.leader!, 'leader', election.term);
  const down = eventOf(journals, old.id, 'step-down');
  assert.equal(down.detail, 'higher term');
  assert.ok(won.atNs < down.atNs, 'the old leader learned of it when it ran again');
  // What waited for the process to run again is no fault of its disk.
  const stalls = journals.flatMap(({ events }) =>
    events.filter(({ kind, durationNs }) => kind === 'disk-stall' && durationNs > 1e9),
  );
  assert.deepEqual(stalls, []);
});

test('a leader whose loop is busy: told apart from one that is stopped by its CPU', async (t) => {
  const spinner = join(temporaryDirectory(t), 'spinner.cjs');
  writeFileSync(spinner, SPINNER);
  const cluster = await startCluster(t, { nodeArguments: ['--require', spinner] });
  // On a machine with far more to do than processors the loop may get next to nothing of one, and then "it did not run" is the truth.
  for (let attempt = 1; ; attempt++) {
    const old = await cluster.waitForLeader();
    const before = await marks(cluster);
    process.kill(old.pid, 'SIGUSR2');
    await followsAnother(cluster, old);
    const journals = await journalsSince(cluster, before);
    const { election, cause } = electionAfter(t, journals, old);
    assert.equal(cause.node, old.id);
    assert.ok(cause.cpuNs >= 0.8 * SPIN_CPU_MS * 1e6, `${cause.cpuNs} ns of CPU in ${SPIN_CPU_MS} ms of it`);
    if (cause.kind === 'not-running' && attempt < TRIES) continue;
    const isMostlyRunning = cause.cpuNs >= 0.5 * (cause.toNs - cause.fromNs);
    assert.equal(cause.kind, isMostlyRunning ? 'busy' : 'starved');
    assert.match(electionSentence(election), isMostlyRunning ? /loop was busy for/ : /it wanted for CPU/);
    return;
  }
});

test('a leader that is killed: gone without a journal, and gone until it began to serve again', async (t) => {
  const cluster = await startCluster(t);
  const old = await cluster.waitForLeader();
  const before = await marks(cluster);
  await old.kill();
  const leader = await cluster.waitForLeader();
  const without = await journalsSince(cluster, before, [old.id]);
  const first = electionAfter(t, without, old);
  assert.deepEqual([first.cause.kind, first.cause.detail, first.cause.node], ['gone', 'no journal', old.id]);
  assert.equal(first.election.leader, leader.id);
  const links = first.election.explanation.causes.filter(
    ({ kind, peer }) => kind === 'link' && peer === old.id,
  );
  assert.ok(links.length > 0, 'who stood had lost its link to the leader too');
  await cluster.startNode(old.id);
  const again = electionAfter(t, await journalsSince(cluster, { ...before, [old.id]: 0 }), old);
  assert.deepEqual([again.cause.kind, again.cause.detail, again.cause.node], ['gone', 'started', old.id]);
});

test('a transfer: the lead was handed over, and no follower missed it', async (t) => {
  const cluster = await startCluster(t);
  const old = await cluster.waitForLeader();
  const to = cluster.nodes.find(({ id }) => id !== old.id)!;
  const before = await marks(cluster);
  const moved = await ask(old.url, 'POST', '/cluster/transfer', { body: JSON.stringify({ to: to.id }) });
  assert.equal(moved.status, 200, moved.body);
  await followsAnother(cluster, old);
  const { elections } = findDisturbances(await journalsSince(cluster, before), HEARTBEAT_MS);
  const election = elections.find(({ trigger }) => trigger.kind === 'handed-over')!;
  t.diagnostic(electionSentence(election));
  assert.deepEqual([election.trigger, election.leader], [{ kind: 'handed-over', from: old.id }, to.id]);
  assert.equal(election.leaderless?.since, 'stepped down');
});

test('a measured pass brings the journals of its window, with the election that fell into it', async (t) => {
  const cluster = await startCluster(t);
  const old = await cluster.waitForLeader();
  const settings = {
    ...{ reads: 0, keys: 100, distribution: 'uniform', valueBytes: 64 },
    ...{ workers: 1, seed: 7, requestTimeoutMs: 5_000 },
  };
  const loop = { targets: cluster.urls, clients: 4, warmupSeconds: 0.3, durationSeconds: 6, traceEvery: 0 };
  let isMeasuring = false;
  const pass = measuredPass(
    { urls: cluster.urls, local: true, dataDirectory: null },
    {
      ...closedLoop(settings, loop),
      onProgress: ({ phase, elapsedSeconds }) => {
        isMeasuring ||= phase === 'measure' && elapsedSeconds > 0.5;
      },
    },
  );
  await until(async () => isMeasuring, 'the load is measured');
  old.pause();
  await sleep(PAUSE_MS);
  old.resume();
  const { journals } = await pass;
  assert.deepEqual([journals.gaps, journals.events.map(({ node }) => node)], [[], [1, 2, 3]]);
  const { election, cause } = electionAfter(t, journals.events, old);
  assert.deepEqual([cause.node, cause.kind], [old.id, 'not-running']);
  const { window } = journals.events[0]!;
  assert.ok(window !== undefined && election.atNs > window.fromNs && election.atNs < window.toNs);
});

/** Where each node's journal stands. */
async function marks(cluster: Cluster): Promise<Readonly<Record<number, number>>> {
  const found = await Promise.all(cluster.nodes.map(({ url }) => fetchEvents(url, 0)));
  return Object.fromEntries(found.map(({ node, next }) => [node, next]));
}

async function journalsSince(
  cluster: Cluster,
  since: Readonly<Record<number, number>>,
  without: readonly number[] = [],
): Promise<NodeEvents[]> {
  const nodes = cluster.nodes.filter(({ id }) => !without.includes(id));
  return Promise.all(nodes.map(({ id, url }) => fetchEvents(url, since[id] ?? 0)));
}

/** The first election that somebody started because nothing was heard of `old`, with its first cause. */
function electionAfter(
  t: TestContext,
  journals: readonly NodeEvents[],
  old: NodeProcess,
): { readonly election: Election; readonly cause: Cause } {
  const { elections } = findDisturbances(journals, HEARTBEAT_MS);
  for (const election of elections) t.diagnostic(electionSentence(election));
  const election = elections.find(
    ({ trigger, leader }) => trigger.kind === 'silence' && trigger.speaker === old.id && leader !== null,
  );
  assert.ok(election, `no election because of node ${old.id}: ${JSON.stringify(journals)}`);
  const [cause] = election.explanation.causes;
  assert.ok(cause, 'nothing explains it');
  return { election, cause };
}

function eventOf(journals: readonly NodeEvents[], node: number, kind: string, term?: number) {
  const { events } = journals.find((journal) => journal.node === node)!;
  const event = events.find((one) => one.kind === kind && (term === undefined || one.term === term));
  assert.ok(event, `node ${node} tells of no ${kind}`);
  return event;
}

/** Waits until all nodes agree on a leader other than `old`. */
async function followsAnother(cluster: Cluster, old: NodeProcess): Promise<void> {
  await until(async () => {
    const views = await Promise.all(cluster.nodes.map(({ url }) => statusOf(url)));
    const leaders = new Set(views.map(({ leader }) => leader));
    return leaders.size === 1 && !leaders.has(0) && !leaders.has(old.id);
  }, `all follow another than node ${old.id}`);
}
