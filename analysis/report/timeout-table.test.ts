import assert from 'node:assert/strict';
import test from 'node:test';
import type { Run } from '../../results/schema/index.js';
import { madeUpRun } from '../testing/made-up-run.js';
import { collectFacts } from './facts.js';
import { timeoutTable } from './timeout-table.js';

function tableOf(changes: Partial<Run['cluster']>): string | null {
  const run = madeUpRun();
  return timeoutTable(
    collectFacts({ ...run, run: { ...run.run, cluster: { ...run.run.cluster, ...changes } } }),
  );
}

test('time-outs within what the document recommends fit, those on its borders too', () => {
  const ours = { heartbeatMs: 100, electionTimeoutMsMin: 400, electionTimeoutMsMax: 600 };
  const text = tableOf(ours)!;
  assert.match(text, /\| heartbeat \| 50 ms to 150 ms \| 100 ms \| ✅ \|/);
  assert.match(text, /\| election time-out \| 300 ms to 600 ms \| 400 ms to 600 ms \| ✅ \|/);
  assert.match(text, /\| election time-out \/ heartbeat \| 3\.00x to 6\.00x \| 4\.00x to 6\.00x \| ✅ \|/);
  assert.match(text, /strata lab run C4/);
});

test('what lies outside of it is marked, row by row', () => {
  const text = tableOf({ heartbeatMs: 151, electionTimeoutMsMin: 299, electionTimeoutMsMax: 600 })!;
  assert.match(text, /\| heartbeat .* 151 ms \| ⚠️ \|/);
  assert.match(text, /\| election time-out \| .* \| ⚠️ \|/);
  assert.match(text, /\| election time-out \/ heartbeat \| .* \| 1\.98x to 3\.97x \| ⚠️ \|/);
});

test('a foreign cluster that did not tell its own has no table', () => {
  assert.notEqual(tableOf({ external: true }), null);
  assert.equal(tableOf({ external: true, heartbeatMs: 0 }), null);
  assert.equal(tableOf({ external: true, electionTimeoutMsMin: 0 }), null);
});
