import { StrataError } from '../errors.js';
import {
  Changer,
  ConfChangeError,
  type ConfChangeV2,
  decodeConfChange,
  encodeConfChange,
  isJoint,
} from './confchange.js';
import { announceCommit, confirmReads, releasePostponedReads } from './leader.js';
import { EntryType, Role } from './messages.js';
import type { Raft } from './raft.js';

/** Changes of membership on their way through the log (thesis §4.3). A change takes effect when its entry is applied. */

const LEAVE: ConfChangeV2 = { changes: [], transition: 'auto' };

export function proposeConfChange(raft: Raft, change: ConfChangeV2): number {
  const leaves = change.changes.length === 0;
  const refuse = (reason: string): never => {
    throw new StrataError('STRATA_PROPOSAL_DROPPED', { reason });
  };
  if (raft.pendingConfIndex > raft.log.applied)
    refuse(`the membership change at index ${raft.pendingConfIndex} is not applied yet`);
  // Ongaro, raft-dev 2015: a change before the first commit of the term could let two majorities that do not overlap decide.
  if (!raft.hasCommittedInTerm) refuse('the leader has not committed an entry in its term yet');
  if (isJoint(raft.membership) && !leaves) refuse('a joint configuration is in force; leave it first');
  if (!isJoint(raft.membership) && leaves) refuse('no joint configuration is in force');
  try {
    new Changer(raft.membership).apply(change);
    const data = encodeConfChange(change);
    raft.pendingConfIndex = raft.appendOwn(EntryType.ConfChange, data);
  } catch (error) {
    // What cannot be applied must not enter the log: every node would fail on it.
    if (!(error instanceof ConfChangeError)) throw error;
    refuse(error.message);
  }
  return raft.pendingConfIndex;
}

export function applyConfChange(raft: Raft, change: ConfChangeV2 | Uint8Array): void {
  // Of the state machine that a snapshot is about to replace: its membership holds this change already.
  if (raft.log.isInstalling) return;
  const decoded = change instanceof Uint8Array ? decodeConfChange(change) : change;
  raft.isApplyingChange = true;
  raft.hasNewMembership = true;
  raft.setMembership(new Changer(raft.membership).apply(decoded));
  if (raft.role !== Role.Leader) return;
  if (!raft.isPromotable) {
    // Removed or demoted: it led until the change was committed, and not longer (thesis §4.2.2). Those that stay would need its vote
    // until they know that: whoever switches it off now must not take the cluster with it.
    announceCommit(raft);
    raft.becomeFollower(raft.term, 0);
    return;
  }
  if (raft.transferee !== 0 && !raft.membership.voters.has(raft.transferee)) raft.transferee = 0;
  // The quorum may be smaller now, and newcomers have to hear from the leader.
  if (raft.maybeCommit()) releasePostponedReads(raft);
  confirmReads(raft, raft.id, 0);
  for (const progress of raft.progress.values()) if (progress.id !== raft.id) progress.mustSend = true;
}

/** The leader ends a joint configuration by itself where the change asked for it. */
export function autoLeave(raft: Raft): void {
  if (raft.role !== Role.Leader || !raft.membership.autoLeave || raft.pendingConfIndex > raft.log.applied)
    return;
  raft.pendingConfIndex = raft.appendOwn(EntryType.ConfChange, encodeConfChange(LEAVE));
}
