import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from './metrics-registry.js';
import { ProposalSlot } from './proposal-slot.js';

test('writes that gather wait for the append; a turn in which none gathered is no hold', () => {
  const metrics = new MetricsRegistry();
  const slot = new ProposalSlot(metrics);
  slot.release([{ waitsSinceNs: slot.ask(false, 10) }], 15);
  const writes = [100, 130].map((nowNs) => ({ waitsSinceNs: slot.ask(true, nowNs) }));
  slot.release([...writes, { waitsSinceNs: 0 }], 200);
  slot.release([{ waitsSinceNs: slot.ask(false, 300) }], 310);
  const { acquisitions, contended, waitNs, holdNs, handOffNs, holders } = [...metrics.locks()][0]!;
  assert.deepEqual(
    { acquisitions, contended, waitNs, holdNs, handOffNs },
    { acquisitions: 4, contended: 2, waitNs: 170, holdNs: 100, handOffNs: 0 },
  );
  assert.deepEqual(holders, [{ who: 'append', count: 1, blameNs: 170 }]);
});
