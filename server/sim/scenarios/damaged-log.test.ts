import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flip } from '../../log/testing/directory-fixtures.js';
import { logCutAtDamage } from '../mutations/storage-patches.js';
import { Violation } from '../violation.js';
import type { SimNode } from '../world/sim-node.js';
import { Scene, withDefect } from './scene.js';

const KEYS = 12;

/** A bit flips in the middle of the log of a node that is down: in what it had acknowledged, and what comes behind it. */
async function damageInTheMiddle(): Promise<readonly string[]> {
  const scene = await Scene.open();
  const { leader } = scene;
  const [victim, other] = scene.followers;
  for (let key = 0; key < KEYS; key++)
    assert.equal(await scene.answer(scene.put(leader, `k${key}`, `v${key}`.repeat(50))), 'ok');
  victim!.crash();
  const before = damage(victim!);
  victim!.start();
  await scene.until('it runs or is refused', () => victim!.process !== null || victim!.isBroken);
  await scene.pass(100);
  scene.say(`the node with the damage ${victim!.isBroken ? 'stays down' : 'is back'}`);
  scene.say(`its log is ${Buffer.compare(before, logOf(victim!).bytes) === 0 ? 'as it was' : 'changed'}`);
  // Without the leader, the third one is the only one that holds everything.
  const read = await scene.answer(scene.get(other!, `k${KEYS - 1}`));
  scene.say(`what was acknowledged is ${read === `v${KEYS - 1}`.repeat(50) ? 'there' : read}`);
  return scene.lines;
}

function logOf(node: SimNode): { path: string; bytes: Uint8Array } {
  const [path, bytes] = [...node.disk.snapshot()].find(([name]) => name.endsWith('.wal'))!;
  return { path, bytes };
}

/** In the middle of what is written; gives the log as it is then. */
function damage(node: SimNode): Uint8Array {
  const { path, bytes } = logOf(node);
  const used = bytes.findLastIndex((byte) => byte !== 0);
  const damaged = flip(bytes, 8 * Math.floor(used / 2) + 3);
  node.storage.damage(path, damaged);
  return damaged;
}

describe('damage that others cut off', () => {
  it('A2.22 NATS 2.12: a log with a damaged middle is refused and left alone; the others hold what was acknowledged', async () => {
    assert.deepEqual(await damageInTheMiddle(), [
      'the node with the damage stays down',
      'its log is as it was',
      'what was acknowledged is there',
    ]);
  });

  it('NATS 2.12: cut off at the damage, the node has lost what it acknowledged', async () => {
    await assert.rejects(
      withDefect(logCutAtDamage, damageInTheMiddle),
      (error) => error instanceof Violation && error.check === 'durable before answering',
    );
  });
});
