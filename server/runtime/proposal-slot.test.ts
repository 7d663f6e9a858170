import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from './metrics-registry.js';
import { ProposalSlot } from './proposal-slot.js';

test('writes that gather wait for the append; a turn in which none gathered is no hold', () => {
  const metrics = new MetricsRegistry();
  const slot = new ProposalSlot(metrics);
  slot.ask(false, 10);
  slot.release(15);
  slot.ask(true, 100);
  slot.ask(true, 130);
  slot.release(200);
  slot.ask(false, 300);
  slot.release(310);
  const { acquisitions, contended, waitNs, holdNs, handOffNs, holders } = [...metrics.locks()][0]!;
  assert.deepEqual(
    { acquisitions, contended, waitNs, holdNs, handOffNs },
    { acquisitions: 4, contended: 2, waitNs: 170, holdNs: 100, handOffNs: 0 },
  );
  assert.deepEqual(holders, [{ who: 'append', count: 1, blameNs: 170 }]);
});

test('a thousand waits on a clock of many days keep their nanoseconds', () => {
  const metrics = new MetricsRegistry();
  const slot = new ProposalSlot(metrics);
  const zeroNs = 4_000_000_000_000_001;
  for (let at = 0; at < 1_000; at++) slot.ask(true, zeroNs + at);
  slot.release(zeroNs + 1_000);
  const { waitNs, waitNsMax, holdNsMax, waitersMax, waiters, holders } = [...metrics.locks()][0]!;
  assert.deepEqual(
    { waitNs, waitNsMax, holdNsMax, waitersMax },
    { waitNs: 500_500, waitNsMax: 1_000, holdNsMax: 1_000, waitersMax: 1_000 },
  );
  assert.deepEqual(waiters, [{ who: 'write', count: 1_000, waitNs: 500_500 }]);
  assert.deepEqual(holders, [{ who: 'append', count: 1, blameNs: 500_500 }]);
});
