import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StageSample } from '../../results/schema/index.js';
import { adviceRules, DEFAULT_RULES } from '../rules/rule-book.js';
import {
  levelWith,
  withGathering,
  withMeans,
  withStages,
  withWrites,
  writeOf,
} from '../rules/testing/evidence-runs.js';
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

describe('the wait to be proposed', () => {
  const queueRules = adviceRules(DEFAULT_RULES).filter(({ id }) =>
    ['propose-queue', 'own-append'].includes(id),
  );
  const found = (queue: number, behind: number) => {
    const run = withStages(levelWith(), { proposeQueue: queue, fsync: 0.1 });
    const gathered = behind === 0 ? run : withGathering(run, behind);
    return evaluateAdvice(queueRules, factsOf(withMeans(gathered, { io_write_ns: 0.9, io_fsync_ns: 1.1 })));
  };
  const idsOf = (queue: number, behind: number) => found(queue, behind).map(({ rule }) => rule.id);

  it("is the disk's where writes gather behind the own append, the loop's where they do not, and named once", () => {
    assert.deepEqual(idsOf(0.15, 0.94), ['own-append']);
    assert.deepEqual(idsOf(0.15, 0.06), ['propose-queue']);
    assert.deepEqual(idsOf(0.15, 0), ['propose-queue']);
    assert.deepEqual(idsOf(0.15, 0.5), []);
    assert.deepEqual(idsOf(0.4, 0.5).toSorted(), ['own-append', 'propose-queue']);
  });

  it('names the append with its write and its sync, and stakes its own part only', () => {
    const [advice] = found(0.2, 0.75);
    assert.match(
      advice!.evidence.text,
      /^propose queue 2\.00 ms of a mean write .*, 75\.0 % of it behind .*append of the leader takes 2\.00 ms: write 900 µs, sync 1\.10 ms/,
    );
    assert.ok(Math.abs(advice!.evidence.bound! - 0.15) < 1e-6);
    assert.doesNotMatch(advice!.action, /split the lock|more batches/i);
  });
});
