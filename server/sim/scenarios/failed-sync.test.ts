import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { syncTriedAgain } from '../mutations/storage-patches.js';
import { Scene, withDefect } from './scene.js';

/** More than a sector, so that no later write brings it to the disk by chance. */
const VALUE = 'v'.repeat(2_000);

/**
 * The sync of a write fails. The process ends, and finds what it wrote in the page cache or does not, as the kernel likes. It shows the write or
 * does not; then the power fails.
 */
async function failedSync(seed: number): Promise<readonly string[]> {
  const scene = await Scene.open({ founders: [1], disk: { unsyncedSurvives: 0 } }, seed);
  const node = scene.leader;
  await scene.pass(50);
  node.storage.failNextSync();
  const write = scene.put(node, 'x', VALUE);
  await scene.pass(20);
  scene.say(`the write is ${write.text || 'not answered'}, the process ${node.isUp ? 'goes on' : 'ends'}`);
  for (const when of ['then', 'after a power cut']) {
    if (node.isUp) node.powerCut();
    node.start();
    await scene.until('it leads', () => scene.world.leader?.process?.raw.hasCommittedInTerm === true);
    const read = await scene.answer(scene.get(node, 'x'));
    scene.say(`${when} x is ${read === VALUE ? 'there' : read}`);
  }
  return scene.lines;
}

const END = 'the write is not answered, the process ends';

describe('a sync that failed', () => {
  it('A2.28 what a start shows after it is durable, or is not shown', async () => {
    const plays = new Set<string>();
    for (let seed = 1; seed <= 6; seed++) plays.add((await failedSync(seed)).join('\n'));
    assert.deepEqual(
      [...plays].sort(),
      [
        [END, 'then x is nothing', 'after a power cut x is nothing'],
        [END, 'then x is there', 'after a power cut x is there'],
      ].map((lines) => lines.join('\n')),
    );
  });

  it('PostgreSQL, fsyncgate: tried again it succeeds, and the acknowledged write is gone with the power', async () => {
    const [first] = await withDefect(syncTriedAgain, () =>
      failedSync(1).catch((error: Error) => [error.message]),
    );
    assert.match(first!, /^durable before answering: node 1 \(life 2\) begins with a log up to/);
  });
});
