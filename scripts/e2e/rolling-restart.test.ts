import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster, statusOf, until } from './fixture.js';
import { Writers } from './writers.js';

/** Far above what a hand-over takes on a slow machine: a pause of this length can only be an election time-out. */
const ELECTION_MS = 4_000;

test('A2.8 A2.46 rolling restart of all nodes under load: no acknowledged write lost, each pause below an election time-out', async (t) => {
  const cluster = await startCluster(t, {
    adjust: (config) => ({
      ...config,
      raft: { ...config.raft, electionTimeoutMsMin: ELECTION_MS, electionTimeoutMsMax: 2 * ELECTION_MS },
    }),
  });
  const writers = new Writers(cluster.urls, 12);
  t.after(() => writers.stop());
  await sleep(500);
  const pauses: number[] = [];
  let handOvers = 0;
  for (const id of cluster.nodes.map((node) => node.id)) {
    const before = await cluster.waitForLeader();
    const node = cluster.nodes.find((each) => each.id === id)!;
    const startMs = performance.now();
    assert.deepEqual(await node.stop(20_000), { code: 0, signal: null });
    if (before.id === id) handOvers += 1;
    await cluster.startNode(id);
    await until(async () => (await statusOf(node.url)).ready, `node ${id} is ready again`);
    await sleep(300);
    pauses.push(writers.longestGapMs(startMs));
  }
  await writers.stop();
  t.diagnostic(`longest pause per restart: ${pauses.map((ms) => `${Math.round(ms)} ms`).join(', ')}`);
  t.diagnostic(`${writers.acknowledged} acknowledged writes, ${writers.errors} refused or broken requests`);
  assert.ok(handOvers >= 1, 'no leader was restarted: nothing was tested');
  assert.ok(writers.acknowledged > 200, `only ${writers.acknowledged} acknowledged writes`);
  for (const pause of pauses) assert.ok(pause < ELECTION_MS, `a pause of ${pause} ms`);
  assert.deepEqual(await writers.faults(), []);
});

test('A2.8 restart of all nodes at once: what was acknowledged survives', async (t) => {
  const cluster = await startCluster(t);
  const writers = new Writers(cluster.urls, 8);
  t.after(() => writers.stop());
  await sleep(800);
  await Promise.all(cluster.nodes.map((node) => node.stop(20_000)));
  await cluster.startAll();
  const resumedAt = writers.acknowledged;
  await until(async () => writers.acknowledged > resumedAt, 'writes are taken again');
  await writers.stop();
  assert.deepEqual(await writers.faults(), []);
});
