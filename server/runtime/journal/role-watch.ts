import { type Message, MessageType, type NodeId, type Role } from '../../consensus/messages.js';
import type { RawNode } from '../../consensus/raw-node.js';
import type { EventJournal } from './event-journal.js';

/** A follower that hears nothing for longer than this many heartbeats has missed some. */
export const MISSED_HEARTBEATS = 2;

/**
 * Tells the journal of elections from what the core shows of itself: role, leader, term. The core knows no clock, so all times are those of the turn of the
 * loop in which a change was seen; a change that is taken back within one turn is not seen at all.
 */
export class RoleWatch {
  readonly #journal: EventJournal;
  readonly #raw: RawNode;
  readonly #missedNs: number;
  #role: Role = 'follower';
  #leader: NodeId = 0;
  #term = 0;
  /** Of the leader, in the turn before: by the time it has stepped down the core has forgotten whom it handed over to. */
  #transferee: NodeId = 0;
  #heardNs = 0;

  constructor(journal: EventJournal, raw: RawNode, heartbeatMs: number) {
    this.#journal = journal;
    this.#raw = raw;
    this.#missedNs = MISSED_HEARTBEATS * heartbeatMs * 1e6;
  }

  /** What came in this turn, before it is stepped. */
  received(messages: readonly Message[], nowNs: number): void {
    const leader = this.#leader;
    if (leader === 0 || leader === this.#raw.id) return;
    for (const { from, type } of messages) {
      if (from !== leader || !isSignOfLife(type)) continue;
      this.#endSilence(nowNs, 'heard again');
      this.#heardNs = nowNs;
      return;
    }
  }

  /** Role, leader or term may have changed. Null when neither role nor leader did. */
  observe(nowNs: number): RoleChange | null {
    const { role, leader, term, transferee } = this.#raw;
    if (role === this.#role && leader === this.#leader) {
      this.#term = term;
      this.#transferee = transferee;
      return null;
    }
    const isNewRole = role !== this.#role;
    const isNewLeader = leader !== this.#leader;
    if (isNewLeader) this.#endSilence(nowNs, this.#endOfLeader());
    if (isNewRole) this.#tellRole(nowNs);
    if (isNewLeader && leader !== this.#raw.id)
      this.#journal.moment('leader-changed', nowNs, leader === 0 ? 'none' : 'known', leader);
    if (isNewLeader) this.#heardNs = nowNs;
    this.#role = role;
    this.#leader = leader;
    this.#term = term;
    this.#transferee = transferee;
    return { isNewRole, isNewLeader };
  }

  /** Why this node does not follow its leader any more. */
  #endOfLeader(): string {
    const { role, leader } = this.#raw;
    if (leader !== 0) return 'another leads';
    return role === 'precandidate' || role === 'candidate' ? 'given up' : 'higher term';
  }

  #endSilence(nowNs: number, detail: string): void {
    const leader = this.#leader;
    if (leader !== 0 && leader !== this.#raw.id && nowNs - this.#heardNs > this.#missedNs)
      this.#journal.span('heartbeat-missed', this.#heardNs, nowNs, detail, leader);
  }

  #tellRole(nowNs: number): void {
    const { role } = this.#raw;
    const wasIdle = this.#role === 'follower' || this.#role === 'learner';
    if (role === 'leader') this.#journal.moment('leader', nowNs, 'elected');
    else if (role === 'candidate') this.#journal.moment('campaign', nowNs, this.#wayToStand(wasIdle));
    else if (role === 'precandidate')
      this.#journal.moment('election-timeout', nowNs, wasIdle ? 'pre-vote' : 'pre-vote again', this.#leader);
    else if (!wasIdle) this.#journal.moment('step-down', nowNs, this.#wayDown(), this.#raw.leader);
  }

  /** Only a hand-over skips the pre-vote, and one who votes alone wins it at once. */
  #wayToStand(wasIdle: boolean): string {
    if (!wasIdle) return 'pre-vote won';
    return this.#raw.membership.voters.size === 1 ? 'alone' : 'handed over';
  }

  #wayDown(): string {
    const { id, leader, membership, term } = this.#raw;
    if (this.#role === 'leader') {
      if (this.#transferee !== 0) return 'transfer';
      if (term > this.#term) return 'higher term';
      return membership.voters.has(id) || membership.votersOutgoing.has(id) ? 'check-quorum' : 'removed';
    }
    if (leader !== 0) return 'another leads';
    if (term > this.#term) return 'higher term';
    return this.#role === 'precandidate' ? 'pre-vote lost' : 'vote lost';
  }
}

export interface RoleChange {
  readonly isNewRole: boolean;
  readonly isNewLeader: boolean;
}

function isSignOfLife(type: Message['type']): boolean {
  return type === MessageType.Heartbeat || type === MessageType.Append || type === MessageType.Snapshot;
}
