import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { StageSample } from '../../results/schema/index.js';
import { splitSample } from './split-sample.js';

/** Stamps from steps, as a request makes them; `gaps` are what a strategy leaves out. */
function sampleOf(
  steps: readonly number[],
  gaps: { sync: boolean; remote: boolean; read: boolean },
): StageSample {
  let at = 0;
  const next = (index: number): number => {
    at += steps[index]!;
    return at;
  };
  const sentNs = next(0);
  const receivedNs = next(1);
  const parsedNs = next(2);
  const proposedNs = next(3);
  const appendStartedNs = proposedNs + steps[4]!;
  const appendedNs = appendStartedNs + steps[5]!;
  const fsyncSubmittedNs = appendedNs + steps[6]!;
  const fsyncDoneNs = fsyncSubmittedNs + steps[7]!;
  const firstSentNs = proposedNs + steps[8]!;
  const remote = { queueNs: steps[9]!, writeNs: steps[10]!, syncNs: steps[11]! };
  const quorumAckedNs = firstSentNs + remote.queueNs + remote.writeNs + remote.syncNs + steps[12]!;
  const persistedNs = gaps.sync ? fsyncDoneNs : appendedNs;
  at = Math.max(persistedNs, quorumAckedNs);
  const committedNs = next(13);
  const applyStartNs = next(14);
  const appliedNs = next(15);
  const repliedNs = next(16);
  return {
    traceId: '0'.repeat(32),
    op: gaps.read ? 'get' : 'put',
    node: 1,
    sentNs,
    receivedNs,
    parsedNs,
    proposedNs,
    appendStartedNs: gaps.read ? null : appendStartedNs,
    appendedNs: gaps.read ? null : appendedNs,
    fsyncSubmittedNs: gaps.read || !gaps.sync ? null : fsyncSubmittedNs,
    fsyncDoneNs: gaps.read || !gaps.sync ? null : fsyncDoneNs,
    firstSentNs: gaps.read ? null : firstSentNs,
    quorumAckedNs,
    committedNs,
    applyStartNs,
    appliedNs,
    repliedNs,
    doneNs: next(17),
    winner: gaps.read ? null : persistedNs >= quorumAckedNs ? 'persist' : 'replicate',
    closer: 2,
    remote: gaps.remote ? remote : null,
  };
}

const arbitrarySample = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 18, maxLength: 18 }),
    fc.record({ sync: fc.boolean(), remote: fc.boolean(), read: fc.boolean() }),
  )
  .map(([steps, gaps]) => sampleOf(steps, gaps));

describe('splitSample', () => {
  it('splits every request into parts that are not negative and sum exactly to its total', () => {
    fc.assert(
      fc.property(arbitrarySample, (sample) => {
        const split = splitSample(sample);
        assert.ok(split !== null);
        const parts = [...split.parts.values()];
        assert.equal(
          parts.reduce((total, part) => total + part, 0),
          sample.doneNs,
        );
        assert.equal(split.totalNs, sample.doneNs);
        assert.ok(parts.every((part) => part >= 0));
      }),
      { numRuns: 500 },
    );
  });

  it('follows the branch that finished last, and only that one', () => {
    fc.assert(
      fc.property(arbitrarySample, (sample) => {
        const keys = new Set([...splitSample(sample)!.parts.keys()] as string[]);
        const persist = ['batchWait', 'write', 'syncSubmit', 'fsync'].some((key) => keys.has(key));
        const replicate = ['sendWait', 'peerNetwork', 'remoteSync', 'remoteUnsplit'].some((key) =>
          keys.has(key),
        );
        assert.equal(persist, sample.winner === 'persist');
        assert.equal(replicate, sample.winner === 'replicate');
        assert.equal(keys.has('readRound'), sample.winner === null);
      }),
    );
  });

  it('cuts the closing peer out of the replicate branch', () => {
    const steps = new Array<number>(18).fill(10);
    steps[12] = 1000;
    const split = splitSample(sampleOf(steps, { sync: true, remote: true, read: false }))!;
    assert.deepEqual(
      ['sendWait', 'remoteQueue', 'remoteWrite', 'remoteSync', 'peerNetwork'].map((key) =>
        split.parts.get(key as 'sendWait'),
      ),
      [10, 10, 10, 10, 1000],
    );
    assert.equal(split.unsplit, false);
  });

  it('does not cut out more than there is', () => {
    const steps = new Array<number>(18).fill(10);
    steps[12] = 1000;
    const sample = sampleOf(steps, { sync: true, remote: true, read: false });
    const split = splitSample({ ...sample, remote: { queueNs: 5000, writeNs: 0, syncNs: 0 } })!;
    assert.equal(split.unsplit, true);
    assert.equal(split.parts.get('remoteUnsplit'), 1030);
    assert.equal(split.parts.has('remoteQueue'), false);
  });

  it('gives nothing for stamps that do not ascend', () => {
    const sample = sampleOf(new Array<number>(18).fill(10), { sync: true, remote: true, read: false });
    assert.equal(splitSample({ ...sample, parsedNs: sample.receivedNs - 1 }), null);
    assert.equal(splitSample({ ...sample, doneNs: sample.repliedNs - 1 }), null);
  });
});
