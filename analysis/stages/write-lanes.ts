import type { StageSample } from '../../results/schema/index.js';
import { type StageKey, stageDefinition } from './stage-list.js';

/** Where a part of a write happens, top to bottom as it is drawn. */
export const WRITE_LANES = ['client', 'leader', 'leader disk', 'follower'] as const;
export type WriteLane = (typeof WRITE_LANES)[number];

export interface LaneSpan {
  readonly lane: WriteLane;
  readonly stage: StageKey;
  readonly fromNs: number;
  readonly toNs: number;
  /** False for the branch that did not decide the commit: it cost the request nothing, whether it was done earlier or later. */
  readonly onPath: boolean;
}

/**
 * One write as it ran on client, leader and the follower that closed the quorum, both branches of commit side by side. Nanoseconds after
 * the intended start. The follower tells how long its disk took and not when: its part is drawn in the middle of the time between the
 * leader's sending and the acknowledgement.
 */
export function writeLanes(sample: StageSample): readonly LaneSpan[] {
  const spans: LaneSpan[] = [];
  const add = (lane: WriteLane, stage: StageKey, fromNs: number, toNs: number, onPath = true): void => {
    if (toNs > fromNs) spans.push({ lane, stage, fromNs, toNs, onPath });
  };
  add('client', 'clientQueue', 0, sample.sentNs);
  add('client', 'wireIn', sample.sentNs, sample.receivedNs);
  add('leader', 'parse', sample.receivedNs, sample.parsedNs);
  add('leader', 'proposeQueue', sample.parsedNs, sample.proposedNs);
  persistSpans(sample, add);
  replicateSpans(sample, add);
  const branchEndNs =
    sample.winner === 'replicate' ? sample.quorumAckedNs : (sample.fsyncDoneNs ?? sample.appendedNs);
  add('leader', 'handOver', branchEndNs ?? sample.committedNs, sample.committedNs);
  add('leader', 'applyWait', sample.committedNs, sample.applyStartNs);
  add('leader', 'apply', sample.applyStartNs, sample.appliedNs);
  add('leader', 'reply', sample.appliedNs, sample.repliedNs);
  add('client', 'wireOut', sample.repliedNs, sample.doneNs);
  return spans;
}

type Add = (lane: WriteLane, stage: StageKey, fromNs: number, toNs: number, onPath?: boolean) => void;

function persistSpans(sample: StageSample, add: Add): void {
  const onPath = sample.winner === 'persist';
  let atNs = sample.proposedNs;
  const until = (stage: StageKey, stampNs: number | null): void => {
    if (stampNs === null) return;
    add('leader disk', stage, atNs, stampNs, onPath);
    atNs = stampNs;
  };
  until('batchWait', sample.appendStartedNs);
  until('write', sample.appendedNs);
  until('syncSubmit', sample.fsyncSubmittedNs);
  until('fsync', sample.fsyncDoneNs);
}

function replicateSpans(sample: StageSample, add: Add): void {
  const onPath = sample.winner === 'replicate';
  const sentNs = sample.firstSentNs ?? sample.proposedNs;
  add('leader', 'sendWait', sample.proposedNs, sentNs, onPath);
  const { remote } = sample;
  const spanNs = sample.quorumAckedNs - sentNs;
  const diskNs = remote === null ? 0 : remote.queueNs + remote.writeNs + remote.syncNs;
  if (remote === null || diskNs > spanNs) {
    add('follower', 'remoteUnsplit', sentNs, sample.quorumAckedNs, onPath);
    return;
  }
  const arrivedNs = sentNs + (spanNs - diskNs) / 2;
  add('follower', 'peerNetwork', sentNs, arrivedNs, onPath);
  add('follower', 'remoteQueue', arrivedNs, arrivedNs + remote.queueNs, onPath);
  add(
    'follower',
    'remoteWrite',
    arrivedNs + remote.queueNs,
    arrivedNs + remote.queueNs + remote.writeNs,
    onPath,
  );
  add('follower', 'remoteSync', arrivedNs + diskNs - remote.syncNs, arrivedNs + diskNs, onPath);
  add('follower', 'peerNetwork', arrivedNs + diskNs, sample.quorumAckedNs, onPath);
}

/**
 * A write with the mean stamps of many. Only for writes of one winning branch: their stamps come in one order, so the means do too, and the
 * spans of the mean are the means of the spans. Null when a stamp is there in some of them only.
 */
export function meanSample(samples: readonly StageSample[]): StageSample | null {
  const [first] = samples;
  if (first === undefined) return null;
  const mean = structuredClone(first) as { -readonly [Key in keyof StageSample]: StageSample[Key] };
  for (const key of STAMPS) {
    const values = samples.map((sample) => sample[key]).filter((value) => value !== null);
    if (values.length !== 0 && values.length !== samples.length) return null;
    if (values.length > 0) mean[key] = average(values);
  }
  const remotes = samples.map((sample) => sample.remote).filter((remote) => remote !== null);
  mean.remote =
    remotes.length < samples.length
      ? null
      : {
          queueNs: average(remotes.map((remote) => remote.queueNs)),
          writeNs: average(remotes.map((remote) => remote.writeNs)),
          syncNs: average(remotes.map((remote) => remote.syncNs)),
        };
  return mean;
}

const STAMPS = [
  'sentNs',
  'receivedNs',
  'parsedNs',
  'proposedNs',
  'appendStartedNs',
  'appendedNs',
  'fsyncSubmittedNs',
  'fsyncDoneNs',
  'firstSentNs',
  'quorumAckedNs',
  'committedNs',
  'applyStartNs',
  'appliedNs',
  'repliedNs',
  'doneNs',
] as const;

function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Name of a span for a reader: the stage without the branch that its lane already says. */
export function spanName({ stage }: LaneSpan): string {
  return stageDefinition(stage).name.replace(/^(persist|replicate): /, '');
}
