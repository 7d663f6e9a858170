/**
 * The vocabulary of the consensus core: what is replicated, what travels between nodes, what the caller has to do.
 * Types and constants only. Indexes and terms are safe integers; index 0 and term 0 mean "none".
 */

export type NodeId = number;

export const EntryType = { Normal: 0, ConfChange: 1 } as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

/** One log entry. Immutable once appended. */
export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly type: EntryType;
  /** Opaque to consensus. Empty for the no-op that a new leader commits first. */
  readonly data: Uint8Array;
}

/** What must be on disk before a message that depends on it leaves (Raft §5, figure 2 "persistent state"). */
export interface HardState {
  readonly term: number;
  /** Candidate voted for in `term`, 0 for none. */
  readonly vote: NodeId;
  /** Needs no sync of its own: it is recovered from the leader. */
  readonly commit: number;
}

export const MessageType = {
  Append: 1,
  AppendResponse: 2,
  Vote: 3,
  VoteResponse: 4,
  PreVote: 5,
  PreVoteResponse: 6,
  Heartbeat: 7,
  HeartbeatResponse: 8,
  ReadIndex: 9,
  ReadIndexResponse: 10,
  TimeoutNow: 11,
  Propose: 12,
  Snapshot: 13,
  /** Local: an append of this node is durable. Never on the wire. */
  StorageAppendResponse: 20,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** `context` of a Vote that skips the lease, because the leader asked for it. */
export const FORCED = 1;
/** `context` of a refused append: the node joins. */
export const JOINING = 1;

/**
 * What a snapshot stands for; its bytes travel apart. A cluster begins with one at index 0 that holds its first members; a node that is to
 * join begins with one at index 0 that has none.
 */
export interface SnapshotMeta {
  readonly index: number;
  readonly term: number;
  readonly voters: readonly NodeId[];
  readonly votersOutgoing: readonly NodeId[];
  readonly learners: readonly NodeId[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  readonly learnersNext: readonly NodeId[];
  readonly autoLeave: boolean;
}

/**
 * One message. Every field is always present, so that all messages share one hidden class; what a type does not
 * use is 0, false, an empty list or null.
 */
export interface Message {
  readonly type: MessageType;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly term: number;
  /** Append: term of the entry before the first. Vote: term of the last entry. AppendResponse rejected: term at `rejectHint`. VoteResponse: term at `commit`. */
  readonly logTerm: number;
  /** Append: index of the entry before the first. Vote: last index. AppendResponse: highest index known to match, or the rejected one. */
  readonly index: number;
  readonly entries: readonly Entry[];
  /** Of the leader; heartbeats never beyond what the receiver holds. VoteResponse, PreVoteResponse: of the voter. */
  readonly commit: number;
  readonly reject: boolean;
  /** AppendResponse rejected: where the sender of the append should try next. */
  readonly rejectHint: number;
  /**
   * ReadIndex and heartbeats: the read round, fresh for every attempt; 0 for none. Vote: FORCED in a leadership transfer. AppendResponse
   * rejected: JOINING when the node has no membership yet, so that only a snapshot helps.
   */
  readonly context: number;
  /** Snapshot: what is offered. The leader's runtime streams its file; the receiver's steps the message once it has the whole of it. */
  readonly snapshot: SnapshotMeta | null;
  /** AppendResponse: what the append cost the follower, filled by its runtime when it releases the message. Nanoseconds. */
  diskQueueNs: number;
  diskWriteNs: number;
  diskSyncNs: number;
}

export const Role = {
  Follower: 'follower',
  Candidate: 'candidate',
  PreCandidate: 'precandidate',
  Leader: 'leader',
  Learner: 'learner',
} as const;
export type Role = (typeof Role)[keyof typeof Role];

export interface SoftState {
  readonly leader: NodeId;
  readonly role: Role;
}

/** A read may be served once the state machine has applied `index`. */
export interface ReadState {
  readonly context: number;
  readonly index: number;
}

/** A write to stable storage and what its completion releases. */
export interface StorageAppend {
  readonly entries: readonly Entry[];
  /** The hard state after this append, null when unchanged. */
  readonly hardState: HardState | null;
  /**
   * A snapshot of the leader replaces log and state; its file is durable already. `entries` is empty then and `hardState` is given. The caller
   * swaps its state machine, drops committed entries that it has not applied, and calls `appliedTo(snapshot.index)`.
   */
  readonly snapshot: SnapshotMeta | null;
  /** True when term or vote changed, or a snapshot is installed: a sync is due whatever the strategy says. */
  readonly mustSync: boolean;
  /**
   * Messages that promise durability (votes, append responses, this node's own acknowledgement). Release them when the append is durable
   * by the strategy in force, in the order of the appends: those with `to` = this node go to `step()`, the others to the network.
   */
  readonly responses: readonly Message[];
}

/** What the caller has to do. Taking a `Ready` accepts it: the next one holds only what is new. */
export interface Ready {
  /** Changed role or leader, null when unchanged. */
  readonly softState: SoftState | null;
  /** May leave at once, in parallel with the append (Ongaro's thesis §10.2.1: the leader writes its disk and replicates in parallel). */
  readonly messages: readonly Message[];
  /** Null when there is nothing to persist. */
  readonly append: StorageAppend | null;
  /** Committed, in order, each exactly once. With asynchronous storage writes these may run ahead of this node's own disk. */
  readonly committedEntries: readonly Entry[];
  readonly readStates: readonly ReadState[];
}
