import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StageSample } from '../../../results/schema/index.js';
import { levelWith, withWrites, writeOf } from '../../rules/testing/evidence-runs.js';
import { factsOf, levelOf } from '../../testing/change-run.js';
import { budgetSection } from './budget.js';
import { criticalPathPart } from './critical-path.js';

const DISK_FIRST = writeOf({ fsync: 0.2, remoteQueue: 0.4 }, 'replicate');

function pathOf(slowest: StageSample): string {
  const part = criticalPathPart(levelOf(factsOf(withWrites(levelWith(), [slowest])), 'mid'), new Map());
  assert.ok(part !== null);
  return part;
}

const diskAt = (fsyncDoneNs: number): StageSample => ({ ...DISK_FIRST, fsyncDoneNs });

describe('the slowest write', () => {
  it('says by how much the branch that did not decide was done earlier', () => {
    assert.match(
      pathOf(DISK_FIRST),
      /The followers finished last.*the other branch was done 2\.00 ms earlier\./,
    );
    const own = writeOf({ fsync: 0.4, remoteQueue: 0.1 });
    assert.match(pathOf(own), /own disk finished last.*the other branch was done 3\.00 ms earlier\./);
  });

  it('never calls a disk earlier that was done later, and says whether the answer had left', () => {
    const { quorumAckedNs, repliedNs } = DISK_FIRST;
    const late = pathOf(diskAt(repliedNs + 1));
    assert.match(late, /The followers made the quorum without the leader's own disk/);
    assert.match(late, /the own disk was done [^,]+ later, after the answer had left\./);
    const before = pathOf({
      ...diskAt(quorumAckedNs + 500_000),
      repliedNs: repliedNs + 1_000_000,
      doneNs: repliedNs + 1_000_000,
    });
    assert.match(before, /the own disk was done 500 µs later\./);
    for (const text of [late, before]) assert.doesNotMatch(text, /earlier|finished last/);
  });
});

describe('the table of commits', () => {
  it('tells followers that were a quorum by themselves from those that were waited for', () => {
    const late = diskAt(DISK_FIRST.quorumAckedNs + 30_000_000);
    const run = withWrites(levelWith(), [DISK_FIRST, late, late, late]);
    const { text } = budgetSection(factsOf(run));
    assert.match(text, /\| replicate decided \(peers\) \| 100 % \|/);
    assert.match(text, /\| of all, committed by the peers alone, the own disk still writing \| 75\.0 % \|/);
    assert.match(text, /\| the own disk then done later, mean \| 30\.0 ms \|/);
    assert.match(text, /\| slack of the branch that was done first, mean \| 2\.00 ms \|/);
  });
});
