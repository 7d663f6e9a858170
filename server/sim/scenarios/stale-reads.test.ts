import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readsBeforeReplay, roundNameReused } from '../mutations/read-patches.js';
import { Violation } from '../violation.js';
import { Scene, withDefect } from './scene.js';

/** Time enough for a change of leaders by request, before anybody misses the old one. */
const PATIENT = { tickMs: 10, heartbeatMs: 40, electionTimeoutMsMin: 600, electionTimeoutMsMax: 700 };

/**
 * A follower asks for a read round. The leader confirms it, and the answer is held up on its way. Leadership goes to another node, under which a
 * newer value is acknowledged. Somebody reads that at the follower, which tries its round again: and then the old answer arrives.
 */
async function answerOfFormerLeader(): Promise<readonly string[]> {
  const scene = await Scene.open({ founders: [1, 2, 3, 4, 5], raft: PATIENT });
  const former = scene.leader;
  const [reader, next] = scene.followers;
  scene.say(`x = 1: ${await scene.answer(scene.put(former, 'x', '1'))}`);
  await scene.until('all have it', () =>
    scene.world.nodes.every(({ id }) => scene.applied(id) === scene.applied(former.id)),
  );
  for (const node of scene.world.nodes) if (node !== reader) scene.hold(node, reader!, 300);
  const early = scene.get(reader!, 'x');
  await scene.pass(20);
  former.run(() => former.process!.runtime.admin.transferLeader(next!.id, () => {}));
  await scene.until('another leads', () => next!.process?.raw.role === 'leader');
  former.pause();
  scene.say(`another leads, x = 2: ${await scene.answer(scene.put(next!, 'x', '2'))}`);
  const late = scene.get(reader!, 'x');
  await scene.pass(20);
  scene.say(
    `the reader follows the former leader: ${reader!.process!.raw.leader === former.id}, reads: ${late.text || 'waits'}`,
  );
  scene.say(`asked before: ${await scene.answer(early)}`);
  scene.say(`asked after: ${await scene.answer(late)}`);
  former.resume();
  scene.say(`asked again: ${await scene.answer(scene.get(reader!, 'x'))}`);
  return scene.lines;
}

/** A node misses much more than a window of appends holds. It starts again and is asked at once. */
async function readAfterRestart(): Promise<readonly string[]> {
  const scene = await Scene.open();
  const { leader } = scene;
  const [reader] = scene.followers;
  reader!.crash();
  const writes = Array.from({ length: 60 }, (_, at) => scene.put(leader, `y${at}`, 'y'.repeat(4_000)));
  for (const write of writes) assert.equal(await scene.answer(write), 'ok');
  scene.say(`x = 1: ${await scene.answer(scene.put(leader, 'x', '1'))}`);
  reader!.start();
  await scene.until('it knows the leader', () => reader!.process?.raw.leader === leader.id);
  const read = scene.get(reader!, 'x');
  scene.say(`it starts with ${scene.applied(reader!.id) < scene.applied(leader.id) ? 'less' : 'all'}`);
  scene.say(`x is ${await scene.answer(read)}`);
  return scene.lines;
}

describe('reads that others served too early', () => {
  it('A2.43 etcd #20418: the answer of a former leader to the first try confirms nothing that was asked later', async () => {
    assert.deepEqual(await answerOfFormerLeader(), [
      'x = 1: ok',
      'another leads, x = 2: ok',
      'the reader follows the former leader: true, reads: waits',
      'asked before: STRATA_NO_LEADER',
      'asked after: STRATA_NO_LEADER',
      'asked again: 2',
    ]);
  });

  it('etcd #20418: with the name of the round used again, it does', async () => {
    await assert.rejects(
      withDefect(roundNameReused, answerOfFormerLeader),
      (error) => error instanceof Violation && error.check === 'fresh read',
    );
  });

  it('A2.43 Redis-Raft #18: a node that starts again answers when it has caught up, not with nothing', async () => {
    assert.deepEqual(await readAfterRestart(), ['x = 1: ok', 'it starts with less', 'x is 1']);
  });

  it('Redis-Raft #18: served before, it answers with nothing', async () => {
    assert.deepEqual(await withDefect(readsBeforeReplay, readAfterRestart), [
      'x = 1: ok',
      'it starts with less',
      'x is nothing',
    ]);
  });
});
