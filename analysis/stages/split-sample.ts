import type { StageSample } from '../../results/schema/index.js';
import type { StageKey } from './stage-list.js';

export interface SplitSample {
  /** Nanoseconds by stage. The parts sum exactly to `totalNs`: every part is a difference of neighbouring stamps. */
  readonly parts: ReadonlyMap<StageKey, number>;
  readonly totalNs: number;
  /** The remote part was longer than the time between sent and acked, so that it could not be cut out. */
  readonly unsplit: boolean;
}

/**
 * Splits one traced request into its stages along the branch that decided its commit. Null for a sample whose stamps do not
 * ascend: such a sample says nothing about time and is counted, not repaired.
 */
export function splitSample(sample: StageSample): SplitSample | null {
  const parts = new Map<StageKey, number>();
  const chain = new Chain(parts);
  chain.until('clientQueue', sample.sentNs);
  chain.until('wireIn', sample.receivedNs);
  chain.until('parse', sample.parsedNs);
  chain.until('proposeQueue', sample.proposedNs);
  let unsplit = false;
  if (sample.winner === 'persist') persistBranch(chain, sample);
  else if (sample.winner === 'replicate') unsplit = replicateBranch(chain, sample);
  else chain.until('readRound', sample.committedNs);
  if (sample.winner !== null) chain.until('handOver', sample.committedNs);
  chain.until('applyWait', sample.applyStartNs);
  chain.until('apply', sample.appliedNs);
  chain.until('reply', sample.repliedNs);
  chain.until('wireOut', sample.doneNs);
  return chain.ascending ? { parts, totalNs: sample.doneNs, unsplit } : null;
}

/** Stamps that a strategy does not have (no fsync before the acknowledgement under B and C) give their time to the next stage. */
function persistBranch(chain: Chain, sample: StageSample): void {
  if (sample.appendStartedNs !== null) chain.until('batchWait', sample.appendStartedNs);
  if (sample.appendedNs !== null) chain.until('write', sample.appendedNs);
  if (sample.fsyncSubmittedNs !== null) chain.until('syncSubmit', sample.fsyncSubmittedNs);
  if (sample.fsyncDoneNs !== null) chain.until('fsync', sample.fsyncDoneNs);
}

function replicateBranch(chain: Chain, sample: StageSample): boolean {
  if (sample.firstSentNs !== null) chain.until('sendWait', sample.firstSentNs);
  const { remote } = sample;
  const spanNs = sample.quorumAckedNs - chain.atNs;
  const remoteNs = remote === null ? 0 : remote.queueNs + remote.writeNs + remote.syncNs;
  // A peer that had the entry before this leader's stamp (a re-sent window) reports more than the span: then nothing can be cut out.
  if (remote === null || remoteNs > spanNs) {
    chain.until('remoteUnsplit', sample.quorumAckedNs);
    return true;
  }
  chain.until('remoteQueue', chain.atNs + remote.queueNs);
  chain.until('remoteWrite', chain.atNs + remote.writeNs);
  chain.until('remoteSync', chain.atNs + remote.syncNs);
  chain.until('peerNetwork', sample.quorumAckedNs);
  return false;
}

/** Walks along the stamps; each stage is the step from the last stamp to the next. */
class Chain {
  atNs = 0;
  ascending = true;
  readonly #parts: Map<StageKey, number>;

  constructor(parts: Map<StageKey, number>) {
    this.#parts = parts;
  }

  until(key: StageKey, stampNs: number): void {
    const stepNs = stampNs - this.atNs;
    if (stepNs < 0) this.ascending = false;
    this.#parts.set(key, (this.#parts.get(key) ?? 0) + stepNs);
    this.atNs = stampNs;
  }
}
