import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CampaignGate } from './campaign-gate.js';
import { DiskWatch } from './disk-watch.js';
import type { LeadershipDesk } from './leadership-desk.js';
import type { NodeContext } from './node-context.js';

const MS = 1e6;

/** A leader whose append has been under way since `busySinceMs`, beside a follower whose disk is ahead. */
function leaderWith(busySinceMs: number) {
  let handOvers = 0;
  const peer = { id: 2, recentActive: true, match: 9 };
  const context = {
    ...{ id: 1, diskStallMs: 1_000, diskStallRestMs: 30_000, electionTimeoutMsMax: 600 },
    log: { health: { isFull: false, busySinceNs: busySinceMs * MS } },
    raw: {
      role: 'leader',
      membership: { voters: new Set([1, 2]) },
      status: () => ({ progress: [peer], stableIndex: 8 }),
    },
    metrics: { counter: () => ({ add: () => {} }), gauge: () => {} },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  } as unknown as NodeContext;
  const desk = {
    giveAway: () => {
      handOvers += 1;
      return true;
    },
  } as unknown as LeadershipDesk;
  const gate = { open: () => {}, close: () => {} } as unknown as CampaignGate;
  const watch = new DiskWatch(context, desk, gate);
  return { watch, handOvers: () => handOvers };
}

describe('DiskWatch', () => {
  it('a process that was stopped does not take the time it slept for a stall of its disk', () => {
    const { watch, handOvers } = leaderWith(100);
    for (let ms = 20; ms <= 120; ms += 20) watch.onTick(ms * MS);
    // SIGSTOP, or a virtual machine that was paused: the disk has long answered, and the answer waits in the loop behind this tick.
    for (let ms = 3_000; ms <= 3_900; ms += 20) watch.onTick(ms * MS);
    assert.deepEqual([handOvers(), watch.alarms], [0, []]);
    for (let ms = 3_920; ms <= 4_100; ms += 20) watch.onTick(ms * MS);
    assert.deepEqual(
      [handOvers(), watch.alarms],
      [1, ['disk-stalled']],
      'awake for all that time, it is one',
    );
  });

  it('a write that does not end while the node is awake is a stall', () => {
    const { watch, handOvers } = leaderWith(100);
    for (let ms = 20; ms <= 1_100; ms += 20) watch.onTick(ms * MS);
    assert.equal(handOvers(), 0);
    watch.onTick(1_120 * MS);
    assert.equal(handOvers(), 1);
  });
});
