import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../loadgen/random.js';
import { ALL_FAULTS } from './faults/catalogue.js';
import { calmMs, planFaults } from './schedule.js';

const isFirst = (kind: { readonly name: string }) => kind.name === 'isolate-leader';
const plan = (seed: number, durationMs: number) =>
  planFaults(ALL_FAULTS, durationMs, new Random(seed, 1), isFirst);

test('equal seeds plan equal faults, and others do not', () => {
  assert.deepEqual(plan(5, 60_000), plan(5, 60_000));
  assert.notDeepEqual(plan(5, 60_000), plan(6, 60_000));
});

test('the first fault cuts the leader off, after clients were alone for a while; nothing outlasts the run', () => {
  for (let seed = 0; seed < 200; seed++) {
    for (const durationMs of [8_000, 12_000, 60_000]) {
      const faults = plan(seed, durationMs);
      assert.ok(faults.length > 0);
      assert.equal(faults[0]!.kind.name, 'isolate-leader');
      assert.ok(faults[0]!.startMs >= Math.floor(calmMs(durationMs)));
      for (const { startMs, lengthMs, kind } of faults) {
        assert.ok(startMs + lengthMs <= durationMs, `${startMs} + ${lengthMs}`);
        assert.ok(lengthMs >= (kind.lengthMsMin ?? 0));
      }
    }
  }
});

test('faults overlap, and in a minute most kinds come, none twice before all came once', () => {
  let overlaps = 0;
  for (let seed = 0; seed < 50; seed++) {
    const faults = plan(seed, 60_000);
    const kinds = faults.slice(0, ALL_FAULTS.length).map(({ kind }) => kind.name);
    assert.equal(new Set(kinds).size, kinds.length);
    assert.ok(kinds.length >= 14, `${kinds.length} faults in a minute`);
    for (let at = 1; at < faults.length; at++)
      if (faults[at]!.startMs < faults[at - 1]!.startMs + faults[at - 1]!.lengthMs) overlaps += 1;
  }
  assert.ok(overlaps > 200, `${overlaps} overlaps in 50 plans`);
});
