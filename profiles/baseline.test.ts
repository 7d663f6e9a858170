import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { Baseline } from '../results/schema/index.js';
import { measureBaseline } from './baseline.js';
import { scratchFolder } from './testing/workload.js';

describe('measureBaseline', () => {
  const folder = scratchFolder();
  after(() => folder.remove());

  it('measures every primitive and block, and leaves no file', async () => {
    const measured = await measureBaseline(folder.path, { quick: true });
    const baseline = Baseline.parse({ ...measured, httpEcho: [] });
    const cells = baseline.sync.map(({ primitive, blockBytes }) => `${primitive} ${blockBytes}`);
    const expected = ['fdatasync', 'fsync', 'dsync'].flatMap((primitive) =>
      [512, 4_096, 65_536].map((blockBytes) => `${primitive} ${blockBytes}`),
    );
    assert.deepEqual(cells, expected);
    for (const latency of [...baseline.sync.map((row) => row.latency), baseline.loopbackRoundTrip]) {
      assert.ok(latency.count >= 1 && latency.min > 0);
      assert.ok(latency.min <= latency.mean && latency.mean <= latency.max);
    }
    const { bytes, writeMBps, writeSyncedMBps, readMBps } = baseline.sequential;
    assert.equal(bytes % 2 ** 20, 0);
    assert.ok(readMBps > 0 && writeSyncedMBps > 0);
    assert.ok(writeSyncedMBps <= writeMBps, 'the same writes with a sync behind them take no less time');
    assert.deepEqual(readdirSync(folder.path), []);
  });
});
