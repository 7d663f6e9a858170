import type { WaitingRead } from './read-queue.js';
import type { Sample } from './sample-ring.js';

/** The stage record of a read: what a write has of log and disk it has not. */
export function readSample(
  { context, roundStartedNs }: WaitingRead,
  confirmedNs: number,
  servedNs: number,
  repliedNs: number,
): Sample {
  return {
    traceId: context.traceId,
    op: 'get',
    index: 0,
    receivedNs: context.receivedNs,
    parsedNs: context.parsedNs,
    proposedNs: roundStartedNs === 0 ? servedNs : roundStartedNs,
    appendStartedNs: null,
    appendedNs: null,
    fsyncSubmittedNs: null,
    fsyncDoneNs: null,
    firstSentNs: null,
    quorumAckedNs: confirmedNs,
    committedNs: confirmedNs,
    applyStartNs: servedNs,
    appliedNs: servedNs,
    repliedNs,
    winner: null,
    closer: 0,
    remote: null,
  };
}
