import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from './metrics-registry.js';
import { ReadQueue, type WaitingRead } from './read-queue.js';
import { NOT_ASKED, ReadRoundSlot } from './read-round-slot.js';

const RETRY_MS = 200;

function rig() {
  const metrics = new MetricsRegistry();
  const clock = { time: 0, nowNs: () => clock.time };
  const slot = new ReadRoundSlot(metrics, clock);
  const queue = new ReadQueue(0, RETRY_MS, slot);
  const reading = () => {
    const { acquisitions, contended, waitNs, holdNs, handOffNs, holders } = [...metrics.locks()][0]!;
    return { acquisitions, contended, waitNs, holdNs, handOffNs, holders };
  };
  return { clock, slot, queue, reading };
}

function read(parsedNs: number): WaitingRead {
  return {
    key: new Uint8Array(1),
    query: null,
    bytes: 1,
    context: { receivedNs: parsedNs, parsedNs, traceId: null, forward: true, onReplied: null },
    done: () => {},
    deadlineNs: 1e12,
    roundStartedNs: 0,
    waitsSinceNs: NOT_ASKED,
  };
}

test('reads that come during a round wait for its end and for the next turn; the first waits for nobody', () => {
  const { queue, reading } = rig();
  queue.add(read(10));
  const first = queue.nextRound(20);
  queue.add(read(30));
  queue.add(read(40));
  assert.equal(queue.confirm(first, 1, 120), 20);
  assert.ok(queue.nextRound(125) > first);
  assert.deepEqual(reading(), {
    acquisitions: 3,
    contended: 2,
    waitNs: 95 + 85,
    holdNs: 100,
    handOffNs: 5,
    holders: [
      { who: 'round', count: 1, blameNs: 90 + 80 },
      { who: 'hand-off', count: 1, blameNs: 10 },
    ],
  });
});

test('a round without an answer takes those that gathered along: they waited until then', () => {
  const { queue, reading } = rig();
  queue.add(read(10));
  queue.nextRound(20);
  queue.add(read(50));
  const again = queue.nextRound(20 + RETRY_MS * 1e6);
  assert.ok(again > 0);
  queue.confirm(again, 1, 30 + RETRY_MS * 1e6);
  const { acquisitions, waitNs, handOffNs } = reading();
  assert.deepEqual(
    { acquisitions, waitNs, handOffNs },
    { acquisitions: 2, waitNs: RETRY_MS * 1e6 - 30, handOffNs: 0 },
  );
});

test('a read that wanted the lease is no older than the round it finds under way', () => {
  const { queue, reading } = rig();
  const renewal = queue.nextRound(100, true);
  queue.add(read(90));
  queue.confirm(renewal, 1, 150);
  queue.nextRound(150);
  const { waitNs, holders } = reading();
  assert.equal(waitNs, 50);
  assert.deepEqual(holders[0], { who: 'renewal', count: 1, blameNs: 50 });
});

test('a change of leader: who is asked again is counted once, who is refused has waited in vain', () => {
  const { clock, slot, queue, reading } = rig();
  queue.add(read(10));
  queue.nextRound(20);
  const [kept, late] = [read(30), read(40)];
  queue.add(kept);
  queue.add(late);
  clock.time = 100;
  const gathering = queue.takeGathering();
  queue.takeAll();
  assert.equal(gathering.length, 2);
  queue.add(kept);
  slot.leave(late);
  slot.leave(late);
  queue.nextRound(110);
  const { acquisitions, contended, waitNs } = reading();
  assert.deepEqual({ acquisitions, contended, waitNs }, { acquisitions: 2, contended: 2, waitNs: 60 + 80 });
});
