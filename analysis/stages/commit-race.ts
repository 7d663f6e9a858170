import type { StageSample } from '../../results/schema/index.js';

/** How the two branches of commit, the leader's own disk and its followers, lay to each other over many writes. */
export interface CommitBreakdown {
  readonly persistWon: number;
  readonly replicateWon: number;
  /** How long the branch that was done first waited for the other, where both were needed; null when no write shows it. */
  readonly meanSlackNs: number | null;
  /** Writes that the followers committed by themselves, while the leader's own disk was still at work. */
  readonly followersAlone: {
    readonly count: number;
    /** From the closed quorum to the end of the own disk; null when there are none. */
    readonly meanDiskLaterNs: number | null;
  };
  /**
   * What a commit waited for followers with the own disk already done, mean over all writes: the most that faster followers could save. A
   * write that the own disk decided waited for no follower, one that the followers committed alone was ahead of the disk; both count as zero.
   * Null when no write has the stamps.
   */
  readonly replicateCostNs: number | null;
  /** Peer → in how many samples its acknowledgement closed the quorum; ascending by peer. */
  readonly closers: readonly (readonly [number, number])[];
}

/** The branch that did not decide a commit, against the one that did. */
export interface OtherBranch {
  /** `later` is only ever the own disk: a majority of followers needs no disk of the leader. */
  readonly done: 'earlier' | 'later';
  readonly byNs: number;
}

/**
 * Null for a read, for a write without a stamp of its disk, and for one whose disk was done before the quorum closed although the loop heard
 * of them in the other order: there the stamps contradict the winner, and neither branch waited for longer than a turn.
 */
export function otherBranch(sample: StageSample): OtherBranch | null {
  const diskNs = sample.fsyncDoneNs ?? sample.appendedNs;
  if (sample.winner === null || diskNs === null) return null;
  const diskLaterNs = diskNs - sample.quorumAckedNs;
  if (sample.winner === 'persist') return diskLaterNs < 0 ? null : { done: 'earlier', byNs: diskLaterNs };
  return diskLaterNs > 0 ? { done: 'later', byNs: diskLaterNs } : { done: 'earlier', byNs: 0 - diskLaterNs };
}

/** Null without a write. */
export function commitBreakdown(samples: readonly StageSample[]): CommitBreakdown | null {
  const writes = samples.filter((sample) => sample.winner !== null);
  if (writes.length === 0) return null;
  const closers = new Map<number, number>();
  for (const { closer } of writes) closers.set(closer, (closers.get(closer) ?? 0) + 1);
  const slacks: number[] = [];
  const later: number[] = [];
  const costs: number[] = [];
  for (const sample of writes) {
    const other = otherBranch(sample);
    if (other !== null) (other.done === 'earlier' ? slacks : later).push(other.byNs);
    if ((sample.fsyncDoneNs ?? sample.appendedNs) === null) continue;
    costs.push(sample.winner === 'replicate' && other?.done === 'earlier' ? other.byNs : 0);
  }
  const persistWon = writes.filter((sample) => sample.winner === 'persist').length;
  return {
    persistWon,
    replicateWon: writes.length - persistWon,
    meanSlackNs: meanOrNull(slacks),
    followersAlone: { count: later.length, meanDiskLaterNs: meanOrNull(later) },
    replicateCostNs: meanOrNull(costs),
    closers: [...closers].sort((one, other) => one[0] - other[0]),
  };
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}
