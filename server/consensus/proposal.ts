import { StrataError } from '../errors.js';
import { type Entry, Role } from './messages.js';
import type { Raft } from './raft.js';
import { entryBytes } from './raft-log.js';

/** Proposals: who may take one, and how many bytes may wait. Refusals are operating errors. */

export function propose(raft: Raft, data: Uint8Array): number {
  assertCanPropose(raft);
  const bytes = data.length + 16;
  // A single proposal above the limit passes when nothing else is under way, else it could never be made.
  if (
    data.length > 0 &&
    raft.uncommittedBytes > 0 &&
    raft.uncommittedBytes + bytes > raft.config.uncommittedBytesMax
  ) {
    const reason = `${raft.uncommittedBytes} bytes wait for their commit, the limit is ${raft.config.uncommittedBytesMax}`;
    throw new StrataError('STRATA_PROPOSAL_DROPPED', { reason });
  }
  raft.uncommittedBytes += bytes;
  return raft.appendOwn(0, data);
}

/** These are committed and wait no longer. */
export function releaseBytes(raft: Raft, committed: readonly Entry[]): void {
  for (const entry of committed) {
    if (raft.uncommittedBytes === 0) return;
    raft.uncommittedBytes = Math.max(0, raft.uncommittedBytes - entryBytes(entry));
  }
}

export function assertCanPropose(raft: Raft): void {
  if (raft.role !== Role.Leader) {
    if (raft.leader === 0) throw new StrataError('STRATA_NO_LEADER');
    throw new StrataError('STRATA_NOT_LEADER', { node: raft.id, leader: `node ${raft.leader}` });
  }
  if (raft.transferee !== 0) {
    throw new StrataError('STRATA_PROPOSAL_DROPPED', {
      reason: `leadership is being handed to node ${raft.transferee}`,
    });
  }
  if (!raft.progress.has(raft.id)) {
    throw new StrataError('STRATA_PROPOSAL_DROPPED', { reason: 'this node was removed from the cluster' });
  }
}
