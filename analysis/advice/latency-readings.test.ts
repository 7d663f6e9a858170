import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StageSample } from '../../results/schema/index.js';
import { adviceRules, DEFAULT_RULES } from '../rules/rule-book.js';
import { levelWith, withWrites, writeOf } from '../rules/testing/evidence-runs.js';
import { factsOf } from '../testing/change-run.js';
import { type Advice, evaluateAdvice } from './advice-rule.js';

const RULES = adviceRules(DEFAULT_RULES).filter((rule) => rule.id === 'replication-wins');

function adviceOf(...writes: readonly StageSample[]): Advice | undefined {
  return evaluateAdvice(RULES, factsOf(withWrites(levelWith(), writes)))[0];
}

/** The own disk is done 2 ms after the proposal, the followers after 4 ms. */
const diskFirst = writeOf({ fsync: 0.2, remoteQueue: 0.4 }, 'replicate');

/** The followers close the quorum by themselves, and the own disk is done long after the answer. */
const diskLast: StageSample = { ...diskFirst, fsyncDoneNs: diskFirst.doneNs + 50_000_000 };

describe('the advice that followers decide when a write commits', () => {
  it('stakes what the writes waited for followers with the own disk already done', () => {
    const advice = adviceOf(diskFirst, diskFirst)!;
    assert.ok(Math.abs(advice.evidence.bound! - 2e6 / diskFirst.doneNs) < 1e-9);
    assert.match(
      advice.evidence.text,
      /decided 100 % of the writes.*waited 2\.00 ms.*and 0 % were committed/,
    );
  });

  it('stakes nothing on followers that were ahead of the own disk', () => {
    assert.equal(adviceOf(diskLast, diskLast), undefined);
  });

  it('takes the mean over all writes, those that cost nothing among them', () => {
    const advice = adviceOf(diskFirst, diskLast)!;
    assert.ok(Math.abs(advice.evidence.bound! - 1e6 / diskFirst.doneNs) < 1e-9);
    assert.match(advice.evidence.text, /waited 1\.00 ms.*and 50\.0 % were committed/);
  });
});
