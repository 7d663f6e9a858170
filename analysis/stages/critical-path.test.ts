import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { StageSample } from '../../results/schema/index.js';
import { madeUpSamples } from '../testing/made-up-parts.js';
import { criticalPath } from './critical-path.js';
import { type LaneSpan, meanSample, writeLanes } from './write-lanes.js';

const SAMPLES = madeUpSamples(5, 600, 2_000);

const close = (one: number, other: number): boolean =>
  Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(other));

function total(spans: readonly LaneSpan[]): number {
  return spans.reduce((sum, span) => sum + span.toNs - span.fromNs, 0);
}

describe('criticalPath', () => {
  it('gives each winning branch its own mean, whose stages sum to the mean of the latencies the client measured', () => {
    const path = criticalPath(SAMPLES)!;
    assert.deepEqual(
      path.groups.map((group) => group.key),
      ['persist', 'replicate', 'slowest'],
    );
    for (const group of path.groups) {
      const sum = [...group.means.values()].reduce((all, mean) => all + mean, 0);
      assert.ok(close(sum, group.meanTotalNs), `${group.key}: ${sum} against ${group.meanTotalNs}`);
    }
    const [persist, replicate] = path.groups;
    assert.equal(persist!.count + replicate!.count, SAMPLES.length);
    const own = SAMPLES.filter((sample) => sample.winner === 'persist');
    const mean = own.reduce((sum, sample) => sum + sample.doneNs, 0) / own.length;
    assert.ok(close(persist!.meanTotalNs, mean));
  });

  it('never mixes the branches: who waited for the disk has no peer in its path', () => {
    const [persist, replicate] = criticalPath(SAMPLES)!.groups;
    assert.equal(persist!.means.get('peerNetwork'), 0);
    assert.equal(persist!.means.get('remoteSync'), 0);
    assert.equal(replicate!.means.get('fsync'), 0);
    assert.ok(persist!.means.get('fsync')! > 0 && replicate!.means.get('peerNetwork')! > 0);
  });

  it('names the slowest request, and averages the slowest hundredth only when there are enough', () => {
    const path = criticalPath(SAMPLES)!;
    assert.equal(path.slowest.doneNs, Math.max(...SAMPLES.map((sample) => sample.doneNs)));
    assert.equal(path.groups.at(-1)!.count, 6 + 1);
    assert.equal(
      criticalPath(SAMPLES.slice(0, 199))!.groups.some(({ key }) => key === 'slowest'),
      false,
    );
  });

  it('leaves reads and samples out whose stamps do not ascend', () => {
    const read = { ...SAMPLES[0]!, winner: null };
    assert.equal(criticalPath([read, { ...SAMPLES[1]!, doneNs: 0 }]), null);
    assert.equal(criticalPath([]), null);
  });
});

describe('writeLanes', () => {
  it('covers the latency once with the spans on the path, whatever the stamps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (seed) => {
        const [sample] = madeUpSamples(seed, 1, 3_000);
        const path = writeLanes(sample!).filter((span) => span.onPath);
        assert.ok(close(total(path), sample!.doneNs), `${total(path)} against ${sample!.doneNs}`);
        const inTime = [...path].sort((one, other) => one.fromNs - other.fromNs);
        inTime.forEach((span, index) => {
          const before = inTime[index - 1];
          if (before !== undefined) assert.ok(span.fromNs >= before.toNs - 1e-3);
        });
      }),
    );
  });

  it('draws the branch that was done first beside the path', () => {
    const sample = SAMPLES.find(({ winner, remote }) => winner === 'persist' && remote !== null)!;
    const beside = writeLanes(sample).filter((span) => !span.onPath);
    assert.ok(beside.length > 0);
    assert.ok(beside.every((span) => span.lane === 'follower' || span.stage === 'sendWait'));
  });

  it('does not place a disk that took longer than sending and acknowledging', () => {
    const sample: StageSample = { ...SAMPLES[0]!, remote: { queueNs: 1e12, writeNs: 0, syncNs: 0 } };
    const follower = writeLanes(sample).filter((span) => span.lane === 'follower');
    assert.deepEqual(
      follower.map((span) => span.stage),
      ['remoteUnsplit'],
    );
  });
});

describe('meanSample', () => {
  it('has spans that are the means of the spans', () => {
    const members = SAMPLES.filter((sample) => sample.winner === 'persist' && sample.remote !== null);
    const mean = meanSample(members)!;
    const fsync = (sample: StageSample): number => sample.fsyncDoneNs! - sample.fsyncSubmittedNs!;
    assert.ok(close(fsync(mean), members.reduce((sum, member) => sum + fsync(member), 0) / members.length));
    assert.ok(close(total(writeLanes(mean).filter((span) => span.onPath)), mean.doneNs));
  });

  it('refuses to average a stamp that only some have', () => {
    const [one, other] = SAMPLES;
    assert.equal(meanSample([one!, { ...other!, fsyncDoneNs: null }]), null);
    assert.equal(meanSample([]), null);
  });
});
