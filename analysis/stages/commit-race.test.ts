import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StageSample } from '../../results/schema/index.js';
import { madeUpSamples } from '../testing/made-up-parts.js';
import { commitBreakdown, otherBranch } from './commit-race.js';

const [WRITE] = madeUpSamples(7, 1, 1_000);

/** The own disk done so long after the followers closed the quorum; before it where that is negative. */
function write(winner: 'persist' | 'replicate', diskLaterNs: number): StageSample {
  return { ...WRITE!, winner, fsyncDoneNs: WRITE!.quorumAckedNs + diskLaterNs };
}

describe('otherBranch', () => {
  it('was done earlier where both were needed, whichever decided', () => {
    assert.deepEqual(otherBranch(write('persist', 300)), { done: 'earlier', byNs: 300 });
    assert.deepEqual(otherBranch(write('replicate', -500)), { done: 'earlier', byNs: 500 });
    assert.deepEqual(otherBranch(write('replicate', 0)), { done: 'earlier', byNs: 0 });
  });

  it('is the own disk, done later, where the followers were a quorum by themselves', () => {
    assert.deepEqual(otherBranch(write('replicate', 34_200_000)), { done: 'later', byNs: 34_200_000 });
  });

  it('ends with the append where nothing is synced before the answer', () => {
    const relaxed = { ...write('replicate', 0), fsyncDoneNs: null, appendedNs: WRITE!.quorumAckedNs - 70 };
    assert.deepEqual(otherBranch(relaxed), { done: 'earlier', byNs: 70 });
  });

  it('is unknown without a stamp of the disk, of a read, and where stamps and winner contradict each other', () => {
    assert.equal(otherBranch({ ...WRITE!, fsyncDoneNs: null, appendedNs: null }), null);
    assert.equal(otherBranch({ ...WRITE!, winner: null }), null);
    assert.equal(otherBranch(write('persist', -30)), null);
  });
});

describe('commitBreakdown', () => {
  it('counts a disk that was done later neither as slack nor as what followers cost', () => {
    const found = commitBreakdown([
      write('replicate', 19_000),
      write('replicate', 21_000),
      write('replicate', -1_000),
      write('persist', 400),
      write('persist', -30),
    ])!;
    assert.equal(found.persistWon, 2);
    assert.equal(found.replicateWon, 3);
    assert.deepEqual(found.followersAlone, { count: 2, meanDiskLaterNs: 20_000 });
    assert.equal(found.meanSlackNs, (1_000 + 400) / 2);
    // One write of five waited 1,000 ns for followers alone.
    assert.equal(found.replicateCostNs, 1_000 / 5);
  });

  it('knows no cost where no write tells of its disk, and nothing without a write', () => {
    const blind = { ...WRITE!, winner: 'replicate', fsyncDoneNs: null, appendedNs: null } as const;
    const found = commitBreakdown([blind])!;
    assert.equal(found.replicateCostNs, null);
    assert.equal(found.meanSlackNs, null);
    assert.equal(commitBreakdown([{ ...WRITE!, winner: null }]), null);
    assert.equal(commitBreakdown([]), null);
  });
});
