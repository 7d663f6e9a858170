import { type NodeId, Role } from './messages.js';
import type { ProgressState } from './progress.js';
import type { Raft } from './raft.js';

export interface PeerProgress {
  readonly id: NodeId;
  readonly match: number;
  readonly next: number;
  readonly state: ProgressState;
  /** Index of the snapshot under way, else 0. */
  readonly pendingSnapshot: number;
  readonly isLearner: boolean;
  readonly inflightMessages: number;
  readonly inflightBytes: number;
  readonly recentActive: boolean;
}

export interface RaftStatus {
  readonly id: NodeId;
  readonly term: number;
  readonly vote: NodeId;
  readonly role: Role;
  readonly leader: NodeId;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** Index of the newest durable snapshot. */
  readonly snapshotIndex: number;
  readonly stableIndex: number;
  readonly transferee: NodeId;
  /** On a leader: one per member, itself included; else empty. */
  readonly progress: readonly PeerProgress[];
}

export function statusOf(raft: Raft): RaftStatus {
  const { log } = raft;
  return {
    id: raft.id,
    term: raft.term,
    vote: raft.vote,
    role: raft.role,
    leader: raft.leader,
    commitIndex: log.committed,
    appliedIndex: log.applied,
    firstIndex: log.firstIndex,
    lastIndex: log.lastIndex,
    snapshotIndex: raft.snapshot.index,
    stableIndex: log.stable,
    transferee: raft.transferee,
    progress:
      raft.role !== Role.Leader
        ? []
        : [...raft.progress.values()].map((progress) => ({
            id: progress.id,
            match: progress.match,
            next: progress.next,
            state: progress.state,
            pendingSnapshot: progress.pendingSnapshot,
            isLearner: raft.membership.learners.has(progress.id),
            inflightMessages: progress.inflights.count,
            inflightBytes: progress.inflights.bytes,
            recentActive: progress.recentActive,
          })),
  };
}
