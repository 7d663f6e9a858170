import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InvariantError } from '../errors.js';
import { LockAccount } from './lock-account.js';
import { MetricsRegistry } from './metrics-registry.js';
import { QuietRegistry } from './quiet-registry.js';

const USERS = ['entries', 'rotation'] as const;

function account() {
  return new LockAccount({ layer: 'log', name: 'slot', help: 'A slot.', users: USERS });
}

test('several that waited may be granted one hold together', () => {
  const slot = account();
  slot.passed('entries');
  slot.held('entries', 100);
  for (const ns of [110, 120, 150]) slot.waits(ns);
  slot.released(200);
  for (const ns of [110, 120, 150]) slot.granted('entries', ns, 205);
  slot.held('entries', 205);
  slot.released(300);
  const { acquisitions, contended, waitNs, holdNs, handOffNs, holders } = slot.reading();
  assert.deepEqual({ acquisitions, contended }, { acquisitions: 4, contended: 3 });
  assert.equal(waitNs, 95 + 85 + 55);
  assert.equal(holdNs, 100, 'the second hold kept nobody waiting');
  assert.equal(handOffNs, 5);
  assert.deepEqual(holders, [
    { who: 'entries', count: 1, blameNs: 90 + 80 + 50 },
    { who: 'hand-off', count: 1, blameNs: 15 },
  ]);
});

test('a hand-off ends with the first that gets what it waited for, even if nobody holds the lock then', () => {
  const slot = account();
  slot.passed('entries');
  slot.held('entries', 100);
  slot.waits(150);
  slot.released(200);
  slot.granted('rotation', 150, 203);
  slot.passed('entries');
  slot.held('entries', 9_000);
  slot.released(9_100);
  assert.equal(slot.reading().handOffNs, 3);
});

test('a hold that goes over to another user is charged to each for its part', () => {
  const slot = account();
  slot.passed('entries');
  slot.held('rotation', 100);
  slot.waits(150);
  slot.held('entries', 400);
  slot.released(500);
  slot.granted('entries', 150, 500);
  const { holdNs, holdNsMax, handOffNs, holders } = slot.reading();
  assert.deepEqual({ holdNs, holdNsMax, handOffNs }, { holdNs: 400, holdNsMax: 300, handOffNs: 0 });
  assert.deepEqual(holders, [
    { who: 'entries', count: 1, blameNs: 100 },
    { who: 'rotation', count: 1, blameNs: 250 },
    { who: 'hand-off', count: 1, blameNs: 0 },
  ]);
});

test('a hold that began unseen counts from its first waiter on', () => {
  const slot = account();
  slot.passed('entries');
  slot.held('entries', 0);
  slot.waits(700);
  slot.released(1_000);
  assert.equal(slot.reading().holdNs, 300);
});

test('one that is refused is contended and has not waited; one that gives up has waited and acquired nothing', () => {
  const slot = account();
  slot.passed('entries');
  slot.held('entries', 0);
  slot.refused('rotation');
  slot.waits(100);
  slot.gaveUp('entries', 100, 140);
  slot.released(200);
  const { acquisitions, contended, waitNs, waiters, handOffNs } = slot.reading();
  assert.deepEqual(
    { acquisitions, contended, waitNs, handOffNs },
    { acquisitions: 1, contended: 2, waitNs: 40, handOffNs: 0 },
  );
  assert.deepEqual(waiters, [
    { who: 'entries', count: 1, waitNs: 40 },
    { who: 'rotation', count: 1, waitNs: 0 },
  ]);
});

test('a stamp from before the newest one is charged from its own time on', () => {
  const slot = account();
  slot.passed('entries');
  slot.held('entries', 100);
  slot.waits(200);
  slot.waits(190);
  slot.released(300);
  for (const ns of [200, 190]) slot.granted('entries', ns, 300);
  assert.equal(slot.reading().holders[0]!.blameNs, 100 + 110);
  assert.equal(slot.reading().waitNs, 100 + 110);
});

test('whatever happens in whatever order, all waits are charged to somebody, to the nanosecond', () => {
  const step = fc.record({ kind: fc.nat(3), afterNs: fc.nat(1_000), user: fc.constantFrom(...USERS) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const slot = account();
      let nowNs = 1_000;
      let isHeld = false;
      const waiting: number[] = [];
      for (const { kind, afterNs, user } of steps) {
        nowNs += afterNs;
        if (!isHeld && waiting.length > 0) slot.granted(user, waiting.shift()!, nowNs);
        if (!isHeld || kind === 3) slot.held(user, nowNs);
        else if (kind === 0) slot.released(nowNs);
        else if (kind === 1 && waiting.length > 0) slot.gaveUp(user, waiting.pop()!, nowNs);
        else {
          slot.waits(nowNs);
          waiting.push(nowNs);
        }
        isHeld = kind !== 0 || !isHeld;
      }
      for (const sinceNs of waiting) slot.gaveUp('entries', sinceNs, nowNs + 5);
      const { holders, waiters, waitNs } = slot.reading();
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      assert.equal(sum(holders.map(({ blameNs }) => blameNs)), waitNs);
      assert.equal(sum(waiters.map((waiter) => waiter.waitNs)), waitNs);
    }),
  );
});

test('what makes no sense is a broken invariant', () => {
  assert.throws(() => account().released(1), InvariantError);
  assert.throws(() => account().granted('entries', 1, 2), InvariantError);
  assert.throws(
    () => account().held('nobody' as 'entries', 1),
    /nobody is none of the users of slot: entries,rotation/,
  );
});

test('a registry gives one account a name, with its layer; a quiet one keeps counters and nothing else', () => {
  const registry = new MetricsRegistry();
  const lock = registry.lock('log_append_slot', 'A slot.', USERS);
  assert.equal(registry.lock('log_append_slot', 'A slot.', USERS), lock);
  lock.passed('entries');
  const [reading] = registry.locks();
  assert.deepEqual([reading!.layer, reading!.name, reading!.acquisitions], ['log', 'append_slot', 1]);
  assert.throws(() => registry.lock('disk_slot', 'A slot.', USERS), /does not start with a layer/);

  const quiet = new QuietRegistry();
  quiet.lock().held('entries', 0);
  quiet.histogram().record(7);
  quiet.counter('log_entries_total', 'Entries.').add(2);
  assert.deepEqual([[...quiet.locks()], [...quiet.histograms()]], [[], []]);
  assert.deepEqual(
    [...quiet.counters()].map(({ value }) => value),
    [2],
  );
  assert.equal(quiet.stampsOf().nowNs(), 0);
});
