import assert from 'node:assert/strict';
import test from 'node:test';
import type { RunResult } from './run.js';
import { exitCodeOf } from './series.js';
import { NO_FIGURES, type Verdict } from './verdict.js';

function runs(...verdicts: Verdict[]): RunResult[] {
  const rest = {
    directory: '',
    reasons: [],
    figures: NO_FIGURES,
    faults: [],
    recovery: { tookMs: 0, waits: [] },
  };
  return verdicts.map((verdict, seed) => ({ seed, verdict, ...rest }));
}

test('only green alone is a pass; a violation outweighs all else, then what the machine refused, then what was not tested', () => {
  assert.equal(exitCodeOf(runs('green', 'green')), 0);
  assert.equal(exitCodeOf(runs('green', 'vacuous')), 3);
  assert.equal(exitCodeOf(runs('unknown', 'green')), 3);
  assert.equal(exitCodeOf(runs('unknown', 'environment')), 4);
  assert.equal(exitCodeOf(runs('vacuous', 'environment', 'violation', 'green')), 1);
});
