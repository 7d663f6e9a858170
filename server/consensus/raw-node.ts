import { InvariantError, StrataError } from '../errors.js';
import { applyConfChange, autoLeave, proposeConfChange } from './conf-change-flow.js';
import type { ConfChangeV2 } from './confchange.js';
import type { RaftConfig } from './config.js';
import { campaign } from './election.js';
import { flushAppends, handleReadIndex, hasAppendsToFlush, transferLeader } from './leader.js';
import { makeMessage } from './make-message.js';
import {
  type HardState,
  type Message,
  MessageType,
  type NodeId,
  type Ready,
  Role,
  type SoftState,
  type StorageAppend,
} from './messages.js';
import { Raft } from './raft.js';
import { entryBytes } from './raft-log.js';
import { type RaftStatus, statusOf } from './status.js';
import { step, tick } from './step.js';

export type { PeerProgress, RaftStatus } from './status.js';

/**
 * One Raft node without clock, disk and network: calls go in, `Ready`s come out. The caller
 *
 *   1 takes `ready()` while `hasReady()`,
 *   2 sends `messages`, hands `append` to its storage, applies `committedEntries`,
 *   3 asynchronous storage writes: steps or sends `append.responses` when that append is durable, in the order of the appends, and
 *     calls `appliedTo`; further readies may be taken meanwhile,
 *     synchronous: persists `append` before it sends `messages`, then calls `advance()`.
 */
export class RawNode {
  readonly #raft: Raft;
  readonly #isAsync: boolean;
  #reportedSoft: SoftState;
  #savedHard: HardState;
  /** Synchronous mode: the ready that `advance` completes. */
  #accepted: { readonly own: readonly Message[]; readonly lastApplied: number } | null = null;

  constructor(config: RaftConfig) {
    this.#raft = new Raft(config);
    this.#isAsync = config.asyncStorageWrites;
    this.#reportedSoft = { leader: this.#raft.leader, role: this.#raft.role };
    this.#savedHard = config.hardState;
  }

  get id(): NodeId {
    return this.#raft.id;
  }

  get term(): number {
    return this.#raft.term;
  }

  get role(): Role {
    return this.#raft.role;
  }

  /** 0 when unknown. */
  get leader(): NodeId {
    return this.#raft.leader;
  }

  get commitIndex(): number {
    return this.#raft.log.committed;
  }

  get appliedIndex(): number {
    return this.#raft.log.applied;
  }

  get lastIndex(): number {
    return this.#raft.log.lastIndex;
  }

  tick(): void {
    tick(this.#raft);
  }

  /** Campaigns now instead of at the next election time-out. */
  campaign(): void {
    campaign(this.#raft);
  }

  /**
   * Appends a command to the leader's log and returns its index; it is committed when it comes out of a ready.
   * Throws `StrataError`: STRATA_NO_LEADER, STRATA_NOT_LEADER, STRATA_PROPOSAL_DROPPED. Nothing is forwarded.
   */
  propose(data: Uint8Array): number {
    const raft = this.#raft;
    this.#assertCanPropose();
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

  /** Proposes a change of membership; refused while another one is under way. Returns its index. */
  proposeConfChange(change: ConfChangeV2): number {
    this.#assertCanPropose();
    return proposeConfChange(this.#raft, change);
  }

  /** To be called for every committed entry of type ConfChange, with the entry's data or the change itself. */
  applyConfChange(change: ConfChangeV2 | Uint8Array): void {
    applyConfChange(this.#raft, change);
  }

  #assertCanPropose(): void {
    const raft = this.#raft;
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

  /** Takes in a message of a peer, or a completion addressed to this node. Safe for repeated, late and reordered messages. */
  step(message: Message): void {
    if (message.to !== this.#raft.id)
      throw new InvariantError(`message to node ${message.to} stepped on node ${this.#raft.id}`);
    step(this.#raft, message);
  }

  /**
   * Starts a linearizable read under a name that must never be used again; its `ReadState` comes out of a later ready, or never when
   * leadership changes. False when no leader is known.
   */
  readIndex(context: number): boolean {
    const raft = this.#raft;
    if (raft.role === Role.Leader) {
      handleReadIndex(raft, raft.id, context);
      return true;
    }
    if (raft.leader === 0) return false;
    raft.send({ type: MessageType.ReadIndex, to: raft.leader, context });
    return true;
  }

  /** Asks the leader, if this node is it, to hand over to `id`; given up after an election time-out. */
  transferLeader(id: NodeId): void {
    if (this.#raft.role === Role.Leader) transferLeader(this.#raft, id);
  }

  /** Messages to this peer were lost: what was pipelined is sent again from where the logs are known to agree. */
  reportUnreachable(id: NodeId): void {
    const progress = this.#raft.progress.get(id);
    if (this.#raft.role === Role.Leader && progress?.state === 'replicate' && id !== this.#raft.id)
      progress.becomeProbe();
  }

  /** A follower forgets its leader, so that it may vote for another at once. */
  forgetLeader(): void {
    const raft = this.#raft;
    if (raft.role === Role.Follower) raft.leader = 0;
  }

  hasReady(): boolean {
    const raft = this.#raft;
    if (this.#accepted !== null) return false;
    return (
      raft.messages.length > 0 ||
      raft.messagesAfterAppend.length > 0 ||
      raft.log.hasUnsubmitted ||
      raft.log.hasUnapplied ||
      raft.readStates.length > 0 ||
      raft.term !== this.#savedHard.term ||
      raft.vote !== this.#savedHard.vote ||
      raft.leader !== this.#reportedSoft.leader ||
      raft.role !== this.#reportedSoft.role ||
      (raft.role === Role.Leader && hasAppendsToFlush(raft))
    );
  }

  ready(): Ready {
    const raft = this.#raft;
    if (this.#accepted !== null) throw new InvariantError('ready() before advance() of the ready before');
    if (raft.role === Role.Leader) flushAppends(raft);
    const append = this.#takeAppend();
    const committedEntries = raft.log.hasUnapplied ? raft.log.takeUnapplied(raft.config.appendBytesMax) : [];
    for (const entry of committedEntries) {
      if (raft.uncommittedBytes > 0)
        raft.uncommittedBytes = Math.max(0, raft.uncommittedBytes - entryBytes(entry));
    }
    const softState = this.#takeSoftState();
    const { readStates } = raft;
    if (readStates.length > 0) raft.readStates = [];
    let messages: readonly Message[] = raft.messages;
    if (messages.length > 0) raft.messages = [];
    if (this.#isAsync) return { softState, messages, append, committedEntries, readStates };
    // Synchronous: the caller persists before it sends, so all may go together; what is for this node itself waits for advance().
    const responses = append?.responses ?? [];
    messages = [...messages, ...responses.filter((message) => message.to !== raft.id)];
    const own = responses.filter((message) => message.to === raft.id);
    this.#accepted = { own, lastApplied: committedEntries.at(-1)?.index ?? 0 };
    return {
      softState,
      messages,
      append: append === null ? null : { ...append, responses: [] },
      committedEntries,
      readStates,
    };
  }

  /** Synchronous mode: the last ready is persisted, sent and applied. */
  advance(): void {
    if (this.#isAsync)
      throw new InvariantError('advance() with asynchronous storage writes: step the responses instead');
    const accepted = this.#accepted;
    if (accepted === null) return;
    this.#accepted = null;
    for (const message of accepted.own) step(this.#raft, message);
    if (accepted.lastApplied > 0) this.appliedTo(accepted.lastApplied);
  }

  /** Asynchronous mode: the state machine has applied all entries up to `index`. */
  appliedTo(index: number): void {
    this.#raft.log.appliedTo(index);
    autoLeave(this.#raft);
  }

  status(): RaftStatus {
    return statusOf(this.#raft);
  }

  get membership(): Raft['membership'] {
    return this.#raft.membership;
  }

  #takeSoftState(): SoftState | null {
    const { leader, role } = this.#raft;
    if (leader === this.#reportedSoft.leader && role === this.#reportedSoft.role) return null;
    this.#reportedSoft = { leader, role };
    return this.#reportedSoft;
  }

  /**
   * A new commit index alone is not worth a write: it is recovered from the leader. It rides along when entries are written. Term and vote
   * are written at once and synced. Messages that wait for durability wait even when there is nothing new to write, behind
   * the appends that are under way.
   */
  #takeAppend(): StorageAppend | null {
    const raft = this.#raft;
    const { term, vote, log } = raft;
    const mustSync = term !== this.#savedHard.term || vote !== this.#savedHard.vote;
    const hasEntries = log.hasUnsubmitted;
    const responses = raft.messagesAfterAppend;
    if (!mustSync && !hasEntries && responses.length === 0) return null;
    raft.messagesAfterAppend = [];
    const entries = hasEntries ? log.takeUnsubmitted() : [];
    let hardState: HardState | null = null;
    if (mustSync || (hasEntries && log.committed !== this.#savedHard.commit)) {
      hardState = { term, vote, commit: log.committed };
      this.#savedHard = hardState;
    }
    if (mustSync || hasEntries) responses.push(this.#completion());
    return { entries, hardState, snapshot: null, mustSync, responses };
  }

  #completion(): Message {
    const { id, term, log } = this.#raft;
    const { lastIndex: index, lastTerm: logTerm } = log;
    return makeMessage({ type: MessageType.StorageAppendResponse, from: id, to: id, term, index, logTerm });
  }
}
