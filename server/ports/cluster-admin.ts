import type { NodeId, SnapshotMeta } from '../consensus/messages.js';
import type { Done, MemberStatus } from './key-value-service.js';

/**
 * What an operator may ask of a cluster. Every node takes these; one that does not lead passes them on to the leader, except `snapshot` and
 * `backup`, which are this node's own affair. Each `done` is called exactly once, never before the call returns.
 */
export interface ClusterAdmin {
  members(): readonly MemberStatus[];
  /** Adds a node as a learner: it gets the log and no vote. STRATA_MEMBER_EXISTS, STRATA_MEMBER_ID_USED, STRATA_CHANGE_PENDING. */
  addMember(member: NewMember, done: Done<MembershipResult>): void;
  /** Gives a learner a vote. STRATA_MEMBER_UNKNOWN, STRATA_MEMBER_NOT_LEARNER, STRATA_MEMBER_BEHIND, STRATA_CHANGE_PENDING. */
  promoteMember(id: NodeId, done: Done<MembershipResult>): void;
  /** STRATA_MEMBER_UNKNOWN, STRATA_MEMBER_LAST, STRATA_MEMBER_NEEDED, STRATA_CHANGE_PENDING. A leader that is removed steps down once the change is committed. */
  removeMember(id: NodeId, done: Done<MembershipResult>): void;
  /** One member out, another (a learner that has caught up) in, through joint consensus: at no moment fewer votes than before. */
  replaceMember(id: NodeId, by: NodeId, done: Done<MembershipResult>): void;
  /** Answers when the new leader leads. `to` null: the follower that is furthest. STRATA_TRANSFER_FAILED. */
  transferLeader(to: NodeId | null, done: Done<TransferResult>): void;
  /** Takes a snapshot now. STRATA_SNAPSHOT_BUSY, STRATA_DISK_FULL. */
  takeSnapshot(done: Done<SnapshotMeta>): void;
  /** A snapshot of the state as it is now, as the bytes of a snapshot file. Ends with an error when the node stops. */
  backup(): AsyncIterable<Uint8Array>;
}

export interface NewMember {
  readonly id: NodeId;
  readonly host: string;
  readonly peerPort: number;
  readonly httpPort: number;
  /** 0 for none. */
  readonly respPort: number;
}

export interface MembershipResult {
  /** Log index of the change, which is applied. */
  readonly index: number;
  readonly members: readonly MemberStatus[];
}

export interface TransferResult {
  readonly leader: NodeId;
  readonly term: number;
}
