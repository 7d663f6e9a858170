import { InvariantError } from '../errors.js';
import { applyConfChange, autoLeave, proposeConfChange } from './conf-change-flow.js';
import type { ConfChangeV2 } from './confchange.js';
import type { RaftConfig } from './config.js';
import { campaign } from './election.js';
import {
  flushAppends,
  handleReadIndex,
  hasAppendsToFlush,
  reportSnapshot,
  reportUnreachable,
  transferLeader,
} from './leader.js';
import {
  type HardState,
  type Message,
  MessageType,
  type NodeId,
  type Ready,
  Role,
  type SnapshotMeta,
  type SoftState,
  type StorageAppend,
} from './messages.js';
import { assertCanPropose, propose, releaseBytes } from './proposal.js';
import { Raft } from './raft.js';
import { compact, snapshotMeta, snapshotTaken } from './snapshots.js';
import { type RaftStatus, statusOf } from './status.js';
import { step, tick } from './step.js';

export type { PeerProgress, RaftStatus } from './status.js';

const APPLY_BYTES_MAX = 131_072;

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
  #accepted: { readonly own: readonly Message[]; readonly lastApplied: number | null } | null = null;

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

  /** The first entry that the log still holds; above `lastIndex` when it holds none. */
  get firstIndex(): number {
    return this.#raft.log.firstIndex;
  }

  /** Of the newest durable snapshot: what may be compacted. */
  get snapshotIndex(): number {
    return this.#raft.snapshot.index;
  }

  /** Target of a leadership transfer under way, 0 for none. */
  get transferee(): NodeId {
    return this.#raft.transferee;
  }

  /** Appends that were sent to this follower and not answered yet, those without entries left out; 0 on a node that does not lead. */
  appendsInFlight(id: NodeId): number {
    return this.#raft.progress.get(id)?.appendsInFlight ?? 0;
  }

  /** A leader serves reads and takes changes of membership from here on. */
  get hasCommittedInTerm(): boolean {
    return this.#raft.hasCommittedInTerm;
  }

  tick(): void {
    tick(this.#raft);
  }

  /** Campaigns now instead of at the next election time-out. Breaks the lease of a leader there may be. */
  campaign(): void {
    campaign(this.#raft);
  }

  /**
   * Appends a command to the leader's log and returns its index; it is committed when it comes out of a ready.
   * Throws `StrataError`: STRATA_NO_LEADER, STRATA_NOT_LEADER, STRATA_PROPOSAL_DROPPED. Nothing is forwarded.
   */
  propose(data: Uint8Array): number {
    return propose(this.#raft, data);
  }

  /** Proposes a change of membership; refused while another one is under way. Returns its index. */
  proposeConfChange(change: ConfChangeV2): number {
    assertCanPropose(this.#raft);
    return proposeConfChange(this.#raft, change);
  }

  /** To be called for every committed entry of type ConfChange, with the entry's data or the change itself. */
  applyConfChange(change: ConfChangeV2 | Uint8Array): void {
    applyConfChange(this.#raft, change);
  }

  /** False: this node does not campaign by itself, nor when leadership is handed to it. A campaign under way ends. */
  setCampaigning(allowed: boolean): void {
    const raft = this.#raft;
    raft.mayCampaign = allowed;
    const isCampaigning = raft.role === Role.Candidate || raft.role === Role.PreCandidate;
    if (!allowed && isCampaigning) raft.becomeFollower(raft.term, 0);
  }

  /** Takes in a message of a peer, or a completion addressed to this node. Safe for repeated, late and reordered messages. */
  step(message: Message): void {
    if (message.to !== this.#raft.id)
      throw new InvariantError(`message to node ${message.to} stepped on node ${this.#raft.id}`);
    step(this.#raft, message);
  }

  /**
   * Starts a linearizable read under a name that must never be used again; its `ReadState` comes out of a later ready, or never when
   * leadership changes or the leader has too many. False when no leader is known, or this node leads and `pendingReadsMax` reads wait.
   */
  readIndex(context: number): boolean {
    const raft = this.#raft;
    if (raft.role === Role.Leader) return handleReadIndex(raft, raft.id, context);
    if (raft.leader === 0) return false;
    raft.send({ type: MessageType.ReadIndex, to: raft.leader, context });
    return true;
  }

  /** Asks the leader, if this node is it, to hand over to `id`; given up after an election time-out. */
  transferLeader(id: NodeId): void {
    transferLeader(this.#raft, id);
  }

  /**
   * Messages to this peer were lost: what was pipelined is sent again from where the logs are known to agree. A snapshot under way goes its own
   * way and is not touched: its end is told by `reportSnapshot`.
   */
  reportUnreachable(id: NodeId): void {
    reportUnreachable(this.#raft, id);
  }

  // Snapshots

  /** Meta for a snapshot of the state machine as of `appliedIndex`. Not between `applyConfChange` and the `appliedTo` that belongs to it. */
  snapshotMeta(): SnapshotMeta {
    return snapshotMeta(this.#raft);
  }

  /** A snapshot of this node's own state is durable; followers that need one are offered the newest. */
  snapshotTaken(meta: SnapshotMeta): void {
    snapshotTaken(this.#raft, meta);
  }

  /** Where to compact to so that of the entries up to `index` the last ones stay: so many and so many bytes of them at most. */
  keepBehind(index: number, entriesMax: number, bytesMax: number): number {
    return this.#raft.log.keepBehind(index, entriesMax, bytesMax);
  }

  /** Forgets the entries up to `index`, at most that of the newest snapshot. Followers that need them get that snapshot. */
  compact(index: number): void {
    compact(this.#raft, index);
  }

  /** A snapshot that a ready asked for arrived whole, or did not. To be called once for every Snapshot message, however it ended. */
  reportSnapshot(id: NodeId, ok: boolean): void {
    reportSnapshot(this.#raft, id, ok);
  }

  /** A follower forgets its leader, so that it may vote for another at once. Breaks the lease of that leader. */
  forgetLeader(): void {
    const raft = this.#raft;
    if (raft.role === Role.Follower) raft.leader = 0;
  }

  hasReady(): boolean {
    const raft = this.#raft;
    if (this.#accepted !== null) return false;
    return (
      raft.hasOutput ||
      raft.term !== this.#savedHard.term ||
      raft.vote !== this.#savedHard.vote ||
      this.#owesCommit ||
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
    const committedEntries = raft.log.hasUnapplied
      ? raft.log.takeUnapplied(raft.config.applyBytesMax ?? APPLY_BYTES_MAX)
      : [];
    releaseBytes(raft, committedEntries);
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
    const lastApplied = committedEntries.at(-1)?.index ?? append?.snapshot?.index ?? null;
    this.#accepted = { own, lastApplied };
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
    if (accepted.lastApplied !== null) this.appliedTo(accepted.lastApplied);
  }

  /** Asynchronous mode: the state machine has applied all entries up to `index`, or was swapped for that of the snapshot there. */
  appliedTo(index: number): void {
    this.#raft.log.appliedTo(index);
    this.#raft.isApplyingChange = false;
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

  /** A change of membership is committed and in force, and the disk does not know it. */
  get #owesCommit(): boolean {
    return this.#raft.hasNewMembership && this.#raft.log.committed > this.#savedHard.commit;
  }

  /**
   * A new commit index alone is not worth a write: it is recovered from the leader. It rides along when entries are written. One that brings a
   * new membership into force is: started again without it, this node would need the votes of members that may be gone by then. Term and vote
   * are written at once and synced. Messages that wait for durability wait even when there is nothing new to write, behind
   * the appends that are under way.
   */
  #takeAppend(): StorageAppend | null {
    const raft = this.#raft;
    const { term, vote, log } = raft;
    const snapshot = log.takePendingSnapshot();
    const isHardNews = term !== this.#savedHard.term || vote !== this.#savedHard.vote;
    const mustSync = snapshot !== null || isHardNews || this.#owesCommit;
    raft.hasNewMembership = false;
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
    if (mustSync || hasEntries) responses.push(raft.completion());
    return { entries, hardState, snapshot, mustSync, responses };
  }
}
