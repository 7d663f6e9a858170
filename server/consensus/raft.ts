import { InvariantError } from '../errors.js';
import type { Membership } from './confchange.js';
import type { RaftConfig } from './config.js';
import { PENDING_READS_MAX, validateRaftConfig } from './config.js';
import { type MessageFields, makeMessage } from './make-message.js';
import {
  type Message,
  MessageType,
  type NodeId,
  type ReadState,
  Role,
  type SnapshotMeta,
} from './messages.js';
import { Progress } from './progress.js';
import { committedIndex } from './quorum.js';
import type { RaftLog } from './raft-log.js';
import { ReadRounds } from './read-index.js';
import { recover } from './recovery.js';

/** A message without the sender, which is always this node; the term is the current one unless given. */
export type Outgoing = Omit<MessageFields, 'from' | 'term'> & { readonly term?: number };

/**
 * The state of one node and the few changes that everything else is made of. What a message does to it stands in `election.ts`,
 * `leader.ts` and `follower.ts`; what the caller sees of it in `raw-node.ts`.
 */
export class Raft {
  readonly id: NodeId;
  readonly config: RaftConfig;
  readonly log: RaftLog;

  term: number;
  vote: NodeId;
  /** The latest term that is on the own disk. */
  durableTerm: number;
  role: Role = Role.Follower;
  leader: NodeId = 0;

  membership: Membership;
  /** A change of the membership is in force whose entry does not count as applied yet. */
  isApplyingChange = false;
  /** A change of the membership took effect since the last append was taken. */
  hasNewMembership = false;
  /** One per member, this node included: its own `match` is what its own disk holds. */
  readonly progress = new Map<NodeId, Progress>();
  readonly votes = new Map<NodeId, boolean>();
  readonly reads = new ReadRounds();
  /** Reads that came before this leader committed in its own term: it does not know yet what is committed (thesis §6.4). */
  postponedReads: { readonly from: NodeId; readonly context: number }[] = [];
  readStates: ReadState[] = [];

  /** Ticks since the last election time-out began: heard from the leader, granted a vote, or (leader) checked the quorum. */
  electionElapsed = 0;
  heartbeatElapsed = 0;
  electionTicks = 0;
  /** Target of a leadership transfer under way, 0 for none. */
  transferee: NodeId = 0;
  /** Index of the newest configuration change; another one may be proposed once it is applied. */
  pendingConfIndex = 0;
  uncommittedBytes = 0;
  /** The newest snapshot of this node that is durable: what is offered to a follower that needs compacted entries. */
  snapshot: SnapshotMeta;
  /** Ticks left in which no vote is given, see `RaftConfig.voteGraceTicks`. */
  voteGraceTicks: number;
  /** False: this node does not campaign by itself, nor when a leader hands over to it. */
  mayCampaign = true;
  /** A tick passed since commits were last told to followers that get no entries. */
  commitNoticeDue = false;

  messages: Message[] = [];
  messagesAfterAppend: Message[] = [];
  readonly #ackedOf = (id: NodeId): number => this.progress.get(id)?.match ?? 0;

  constructor(config: RaftConfig) {
    validateRaftConfig(config);
    this.config = config;
    this.id = config.id;
    const { log, membership, term, vote } = recover(config);
    this.log = log;
    this.membership = membership;
    this.term = term;
    this.vote = vote;
    this.durableTerm = config.hardState.term;
    this.snapshot = config.snapshot;
    this.voteGraceTicks = config.voteGraceTicks ?? (this.term > 0 ? config.electionTicksMin : 0);
    this.becomeFollower(this.term, 0);
  }

  /** False on a node that joins, until it gets the snapshot of a leader: entries alone would not tell it who votes. */
  hasMembership(): boolean {
    return this.membership.voters.size > 0;
  }

  /** Gives no vote: it may have answered a heartbeat just before it crashed, and whoever leads may count on that. */
  isInVoteGrace(): boolean {
    return this.voteGraceTicks > 0;
  }

  get isLearner(): boolean {
    return this.membership.learners.has(this.id) || this.membership.learnersNext.has(this.id);
  }

  get isMember(): boolean {
    return this.isPromotable || this.isLearner;
  }

  /** A node that may not campaign: a learner, or one that is no member. */
  get isPromotable(): boolean {
    return this.membership.voters.has(this.id) || this.membership.votersOutgoing.has(this.id);
  }

  get checksQuorum(): boolean {
    return this.config.checkQuorum ?? true;
  }

  get asksBefore(): boolean {
    return this.config.preVote ?? true;
  }

  // Roles

  becomeFollower(term: number, leader: NodeId): void {
    this.#reset(term);
    this.role = this.isLearner ? Role.Learner : Role.Follower;
    this.leader = leader;
  }

  becomePreCandidate(): void {
    if (this.role === Role.Leader) throw new InvariantError('a leader became a pre-candidate');
    // Neither term nor vote change: that is the point of asking first.
    this.votes.clear();
    this.leader = 0;
    this.role = Role.PreCandidate;
    this.#drawElectionTicks();
  }

  becomeCandidate(): void {
    if (this.role === Role.Leader) throw new InvariantError('a leader became a candidate');
    this.#reset(this.term + 1);
    this.vote = this.id;
    this.role = Role.Candidate;
  }

  becomeLeader(): void {
    if (this.role === Role.Follower) throw new InvariantError('a follower became leader without an election');
    this.#reset(this.term);
    this.role = Role.Leader;
    this.leader = this.id;
    const self = this.progress.get(this.id);
    if (self !== undefined) self.recentActive = true;
    // Changes in the log that are not committed yet are not known to this leader: it acts as if the newest were one.
    this.pendingConfIndex = this.log.lastIndex;
    // A new leader commits an entry of its own term first: only that tells what the terms before committed (Raft §5.4.2, §8).
    this.appendOwn(0, new Uint8Array(0));
  }

  #reset(term: number): void {
    if (term !== this.term) {
      this.term = term;
      this.vote = 0;
      // What was to be promised to earlier terms in this very step was never handed to the disk: a leader of this one may have replaced it since,
      // and the completion that would release the promise would be that of the replacement.
      this.messagesAfterAppend = [];
    }
    this.leader = 0;
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.#drawElectionTicks();
    this.transferee = 0;
    this.pendingConfIndex = 0;
    this.uncommittedBytes = 0;
    this.votes.clear();
    this.reads.clear();
    this.postponedReads = [];
    this.progress.clear();
    this.#fillProgress(false);
  }

  /** Raft §5.2: time-outs are drawn anew from an interval, so that split votes are rare and resolve quickly. */
  #drawElectionTicks(): void {
    const { electionTicksMin, electionTicksMax, random } = this.config;
    this.electionTicks = electionTicksMin + Math.floor(random() * (electionTicksMax - electionTicksMin));
  }

  // Membership

  *members(): Iterable<NodeId> {
    const { voters, votersOutgoing, learners, learnersNext } = this.membership;
    yield* new Set([...voters, ...votersOutgoing, ...learners, ...learnersNext]);
  }

  setMembership(membership: Membership): void {
    this.membership = membership;
    const members = new Set(this.members());
    for (const id of this.progress.keys()) if (!members.has(id)) this.progress.delete(id);
    // A candidate or leader keeps its role here; a leader without a vote steps down by itself.
    if (this.role === Role.Follower || this.role === Role.Learner)
      this.role = this.isLearner ? Role.Learner : Role.Follower;
    // A newcomer counts as active until the next check, so that adding one does not cost the quorum at once.
    this.#fillProgress(true);
  }

  #fillProgress(recentActive: boolean): void {
    const { inflightMessagesMax, inflightBytesMax } = this.config;
    for (const id of this.members()) {
      if (this.progress.has(id)) continue;
      const progress = new Progress(id, this.log.lastIndex + 1, inflightMessagesMax, inflightBytesMax);
      if (id === this.id) progress.match = this.log.stable;
      progress.recentActive = recentActive;
      this.progress.set(id, progress);
    }
  }

  // Log

  appendOwn(type: 0 | 1, data: Uint8Array): number {
    const index = this.log.lastIndex + 1;
    this.log.push({ index, term: this.term, type, data });
    return index;
  }

  /**
   * Advances the commit index to what a quorum holds, but only to an entry of the current term: an older one on a
   * majority can still be overwritten (Raft §5.4.2, figure 8).
   */
  maybeCommit(): boolean {
    const index = committedIndex(this.membership.voters, this.membership.votersOutgoing, this.#ackedOf);
    if (index <= this.log.committed || index > this.log.lastIndex || this.log.term(index) !== this.term)
      return false;
    this.log.commitTo(index);
    return true;
  }

  get hasCommittedInTerm(): boolean {
    return this.log.term(this.log.committed) === this.term;
  }

  /** Something is to be sent, written, applied or answered. */
  get hasOutput(): boolean {
    return (
      this.messages.length > 0 ||
      this.messagesAfterAppend.length > 0 ||
      this.log.hasPendingSnapshot ||
      this.log.hasUnsubmitted ||
      this.log.hasUnapplied ||
      this.readStates.length > 0
    );
  }

  /** As many reads wait as may. */
  get isFullOfReads(): boolean {
    const waiting = this.reads.count + this.postponedReads.length;
    return waiting >= (this.config.pendingReadsMax ?? PENDING_READS_MAX);
  }

  // Sending

  /**
   * Where durability meets the network. "Servers [update] currentTerm, votedFor, log[] on stable storage before responding to RPCs" (Raft,
   * figure 2); so these wait for the append of the same ready, and through its order for all appends before it:
   *
   * - Vote: the candidate speaks for a term and for its vote for itself; after a crash it must not give that vote to another.
   * - VoteResponse: a vote given twice in a term elects two leaders.
   * - AppendResponse: it says "I hold these entries", and the leader counts it. A rejection names our term.
   *
   * - HeartbeatResponse, the first in a term: a read lease is built on it, and a node that starts again must know that it may have
   *   answered one (`RaftConfig.voteGraceTicks`). Once the term is durable it never stands behind a sync.
   *
   * What promises nothing leaves at once: PreVote and its answer change no state; a heartbeat speaks for a term that was durable before
   * this node could lead; Append may leave before the leader's own disk is done, because the
   * leader counts itself only by its own completion (Ongaro's thesis §10.2.1).
   */
  send(outgoing: Outgoing): void {
    const message = makeMessage({ ...outgoing, from: this.id, term: outgoing.term ?? this.term });
    if (message.term === 0) throw new InvariantError(`message of type ${message.type} has term 0`);
    switch (message.type) {
      case MessageType.Vote:
      case MessageType.VoteResponse:
      case MessageType.AppendResponse:
        this.messagesAfterAppend.push(message);
        break;
      case MessageType.HeartbeatResponse:
        if (this.durableTerm < this.term) this.messagesAfterAppend.push(message);
        else this.messages.push(message);
        break;
      default:
        this.messages.push(message);
    }
  }
  /** What tells this node, when it comes back from its own disk, that its log as it is now is durable. */
  completion(): Message {
    const { id, term, log } = this;
    const { lastIndex: index, lastTerm: logTerm } = log;
    return makeMessage({ type: MessageType.StorageAppendResponse, from: id, to: id, term, index, logTerm });
  }
}
