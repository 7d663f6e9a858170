import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GcCapture } from '../../results/schema/index.js';
import { observe } from '../testing/inspector-capture.js';
import { gcProbe } from './gc.js';

const FORCED = 5;

function collections({ kinds }: GcCapture, kind: string): number {
  return kinds.find((one) => one.kind === kind)?.count ?? 0;
}

describe('the gc probe on a running process', { concurrency: false }, () => {
  it('counts forced collections, and says how long and when they were', () => {
    const beforeNs = Number(process.hrtime.bigint());
    return observe({ probe: gcProbe, schema: GcCapture, mode: 'collect' }, ({ document }) => {
      const afterNs = Number(process.hrtime.bigint());
      // V8 may collect once more by itself.
      const full = collections(document, 'mark-sweep-compact');
      assert.ok(full >= FORCED && full <= FORCED + 1, JSON.stringify(document.kinds));
      const all = document.kinds.reduce((sum, { count }) => sum + count, 0);
      assert.equal(document.pauses.length, all);
      const longest = Math.max(...document.kinds.map(({ longestMs }) => longestMs));
      assert.equal(document.pauses[0]!.ms, longest);
      for (const { atNs, ms } of document.pauses) assert.ok(atNs > beforeNs && atNs + ms * 1e6 < afterNs);
      // Two hundred thousand objects are kept, each with a text.
      assert.ok(document.heapUsedBytes > 8e6 && document.heapTotalBytes >= document.heapUsedBytes);
      assert.ok(document.spaces.some(({ name, usedBytes }) => name === 'old_space' && usedBytes > 4e6));
    });
  });
  it('finds no full collection in an idle process', () =>
    observe({ probe: gcProbe, schema: GcCapture, mode: 'idle', ms: 1_000 }, ({ document }) => {
      assert.ok(collections(document, 'mark-sweep-compact') <= 1, JSON.stringify(document.kinds));
      const totalMs = document.kinds.reduce((sum, one) => sum + one.totalMs, 0);
      assert.ok(totalMs < 0.1 * document.seconds * 1e3, JSON.stringify(document.kinds));
    }));
});
