import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageType } from '../../consensus/messages.js';
import { type Outgoing, Raft } from '../../consensus/raft.js';
import { replace } from '../mutations/patch.js';
import { Scene, withDefect } from './scene.js';

/** One of two is removed while it leads, and switched off as soon as its operator is told that it is done. */
async function removedAndSwitchedOff(): Promise<readonly string[]> {
  const scene = await Scene.open({ founders: [1, 2] });
  const { leader } = scene;
  const [rest] = scene.followers;
  const removal = scene.change(leader, (admin, done) => admin.removeMember(leader.id, done));
  const stays = (await scene.answer(removal)) === `members ${rest!.id}`;
  scene.say(`the operator is told: ${stays ? 'one member is left' : removal.text}`);
  await scene.pass(2);
  leader.powerCut();
  await scene.pass(2_000);
  scene.say(`the other ${rest!.process?.raw.role === 'leader' ? 'leads' : 'waits for a vote'}`);
  scene.say(`x = 1: ${await scene.answer(scene.put(rest!, 'x', '1'))}`);
  return scene.lines;
}

/** A leader that is no member any more sends no append. */
const leavesInSilence = replace(
  Raft.prototype,
  'send',
  (original) =>
    function send(this: Raft, outgoing: Outgoing): void {
      if (outgoing.type !== MessageType.Append || this.isPromotable) original.call(this, outgoing);
    },
);

describe('a leader that is removed', () => {
  it('A2.14 says so before it goes: who stays needs no vote of it', async () => {
    assert.deepEqual(await removedAndSwitchedOff(), [
      'the operator is told: one member is left',
      'the other leads',
      'x = 1: ok',
    ]);
  });

  it('had it gone in silence, the cluster would have gone with it', async () => {
    assert.deepEqual(await withDefect(leavesInSilence, removedAndSwitchedOff), [
      'the operator is told: one member is left',
      'the other waits for a vote',
      'x = 1: STRATA_NO_LEADER',
    ]);
  });
});
