import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, startCluster, statusOf, until } from './fixture.js';
import { Writers } from './writers.js';

const ELECTION_MS_MAX = 600;

for (const consistency of ['linearizable', 'lease'] as const) {
  test(`A2.9 a leader that was stopped for three election time-outs answers no ${consistency} read from stale state`, async (t) => {
    const cluster = await startCluster(t);
    const rounds = 3;
    for (let round = 0; round < rounds; round++) {
      const old = await cluster.waitForLeader();
      const others = cluster.nodes.filter((node) => node.id !== old.id);
      assert.equal((await ask(old.url, 'PUT', '/kv/paused', { body: `before-${round}` })).status < 300, true);
      // A read that the paused leader finds in its socket when it wakes, and one it has begun.
      old.pause();
      const queued = Array.from({ length: 20 }, () =>
        ask(old.url, 'GET', `/kv/paused?consistency=${consistency}`),
      );
      await sleep(3 * ELECTION_MS_MAX);
      const writer = await electedAmong(others, old.id);
      await until(
        async () => (await ask(writer, 'PUT', '/kv/paused', { body: `after-${round}` })).status < 300,
        'the others take a write',
      );
      old.resume();
      const answers = await Promise.all(queued);
      for (const { status, body } of answers)
        assert.ok(status !== 200 || body === `after-${round}`, `a stale read: ${status} ${body}`);
      const late = await ask(old.url, 'GET', `/kv/paused?consistency=${consistency}`);
      assert.ok(late.status !== 200 || late.body === `after-${round}`, `a stale read: ${late.body}`);
      await until(async () => (await statusOf(old.url)).ready, 'the old leader is back');
    }
  });
}

test('A2.10 a follower that is stopped holds nobody up, and catches up when it goes on', async (t) => {
  const cluster = await startCluster(t);
  const leader = await cluster.waitForLeader();
  const follower = cluster.nodes.find((node) => node.id !== leader.id)!;
  const urls = cluster.nodes.filter((node) => node.id !== follower.id).map((node) => node.url);
  follower.pause();
  const writers = new Writers(urls, 8);
  t.after(() => writers.stop());
  await sleep(2_500);
  const { links } = await statusOf(leader.url);
  const queued = links.find((link) => link.peer === follower.id)!.queuedBytes;
  t.diagnostic(`${writers.acknowledged} writes while it was stopped, ${queued} bytes queued to it`);
  assert.ok(writers.acknowledged > 100);
  follower.resume();
  await until(async () => {
    const [mine, theirs] = await Promise.all([statusOf(follower.url), statusOf(leader.url)]);
    return mine.appliedIndex > 100 && theirs.appliedIndex - mine.appliedIndex < 500;
  }, 'the follower has caught up');
  await writers.stop();
  assert.deepEqual(await writers.faults([follower.url]), []);
});

/** Url of a node that leads without `old`. */
async function electedAmong(
  nodes: readonly { readonly id: number; readonly url: string }[],
  old: number,
): Promise<string> {
  let found = '';
  await until(async () => {
    for (const { url } of nodes) {
      const { leader, role } = await statusOf(url);
      if (leader !== old && role === 'leader') found = url;
    }
    return found !== '';
  }, `a leader other than node ${old}`);
  return found;
}
