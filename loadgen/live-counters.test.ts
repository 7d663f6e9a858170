import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LiveCounters, liveInterval, totalErrors } from './live-counters.js';

function counters(): { live: LiveCounters; snapshot: () => Float64Array; cells: Int32Array } {
  const memory = new SharedArrayBuffer(LiveCounters.BYTES);
  const live = new LiveCounters(memory);
  const snapshot = () => {
    const sum = LiveCounters.emptySnapshot();
    live.addTo(sum);
    return sum;
  };
  return { live, snapshot, cells: new Int32Array(memory) };
}

test('the latency of an interval is known to a sixteenth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000_000_000_000 }), (latencyNs) => {
      const { live, snapshot } = counters();
      const before = snapshot();
      live.countOk(latencyNs);
      const { ok, p50Us, p99Us } = liveInterval(before, snapshot());
      const us = Math.min(latencyNs / 1000, 2_147_483_647);
      assert.equal(ok, 1);
      assert.equal(p50Us, p99Us);
      assert.ok(Math.abs(p50Us! - us) <= Math.max(1, us / 16), `${p50Us} µs for ${us} µs`);
    }),
  );
});

test('an interval knows nothing of what was before it', () => {
  const { live, snapshot } = counters();
  for (let request = 0; request < 100; request++) live.countOk(50_000_000);
  live.countError();
  const before = snapshot();
  for (let request = 0; request < 99; request++) live.countOk(1_000_000);
  live.countOk(9_000_000);
  const interval = liveInterval(before, snapshot());
  assert.equal(interval.ok, 100);
  assert.ok(interval.p50Us! < 1_100 && interval.p99Us! < 1_100);
  assert.equal(totalErrors(snapshot()), 1);
  assert.deepEqual(liveInterval(before, before), { ok: 0, p50Us: null, p99Us: null });
});

test('a counter that wraps does not show', () => {
  const { live, snapshot, cells } = counters();
  cells[0] = 2_147_483_647;
  const before = snapshot();
  live.countOk(1_000);
  live.countOk(1_000);
  assert.equal(liveInterval(before, snapshot()).ok, 2);
});
