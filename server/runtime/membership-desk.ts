import { type ConfChange, ConfChangeType, isJoint } from '../consensus/confchange.js';
import type { NodeId } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { MembershipResult } from '../ports/cluster-admin.js';
import type { Done } from '../ports/key-value-service.js';
import type { LockMeter } from '../ports/lock.js';
import { encodeMembershipContext } from '../state/membership-codec.js';
import type { MemberRecord } from '../state/vocabulary.js';
import { type MemberChange, refuseInvalidMember } from './cluster-codec.js';
import type { NodeContext } from './node-context.js';
import { memberStatuses } from './node-status.js';

/** A learner that lacks no more than this catches up while its promotion travels. */
const CAUGHT_UP_ENTRIES_MAX = 1_000;

const KINDS = ['add', 'promote', 'remove', 'replace'] as const;

interface Pending {
  /** Of the entry that carries the change. */
  readonly index: number;
  readonly deadlineNs: number;
  readonly done: Done<MembershipResult>;
}

/** Changes of membership on the leader, one at a time: checks, proposes, and answers once the change is wholly in force. */
export class MembershipDesk {
  readonly #context: NodeContext;
  readonly #slot: LockMeter<(typeof KINDS)[number]>;
  #pending: Pending | null = null;
  /** Last index a heartbeat ago: a learner that has this is one round behind at most (thesis §4.2.1). */
  #roundIndex = 0;
  #nextRoundIndex = 0;
  #roundDueNs = 0;

  constructor(context: NodeContext) {
    this.#context = context;
    const help = 'One change of membership at a time; another one is refused meanwhile.';
    this.#slot = context.metrics.lock('runtime_membership_change', help, KINDS);
  }

  /** In a turn of the loop or outside; never answers before the call returns. */
  change(change: MemberChange, done: Done<MembershipResult>): void {
    const { clock, operationTimeoutMs, raw, schedule } = this.#context;
    try {
      if (raw.role !== 'leader') throw new StrataError('STRATA_NO_LEADER');
      const { changes, upsert, remove } = this.#plan(change);
      if (this.#pending !== null || isJoint(raw.membership)) {
        this.#slot.refused(change.kind);
        throw new StrataError('STRATA_CHANGE_PENDING');
      }
      const context = encodeMembershipContext({ upsert, remove });
      const index = raw.proposeConfChange({ changes, transition: 'auto', context });
      this.#pending = { index, deadlineNs: clock.nowNs() + operationTimeoutMs * 1e6, done };
      this.#slot.passed(change.kind);
      schedule();
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      clock.defer(() => done(error, null));
    }
  }

  /** A change was applied; one through a joint configuration is in force when that is left. */
  applied(index: number): void {
    const pending = this.#pending;
    if (pending === null || index < pending.index || isJoint(this.#context.raw.membership)) return;
    this.#pending = null;
    pending.done(null, { index: pending.index, members: memberStatuses(this.#context) });
  }

  onTick(nowNs: number): void {
    const { heartbeatMs, raw } = this.#context;
    if (nowNs >= this.#roundDueNs) {
      this.#roundDueNs = nowNs + heartbeatMs * 1e6;
      this.#roundIndex = this.#nextRoundIndex;
      this.#nextRoundIndex = raw.lastIndex;
    }
    if (this.#pending !== null && nowNs >= this.#pending.deadlineNs) {
      this.fail(new StrataError('STRATA_TIMEOUT', { limitMs: this.#context.operationTimeoutMs }));
    }
  }

  fail(error: StrataError): void {
    const pending = this.#pending;
    this.#pending = null;
    pending?.done(error, null);
  }

  /** What the change means for the core and for the member book, or the reason why not. */
  #plan(change: MemberChange): {
    readonly changes: readonly ConfChange[];
    readonly upsert: readonly MemberRecord[];
    readonly remove: readonly NodeId[];
  } {
    if (change.kind === 'add') {
      this.#refuseNewcomer(change);
      const { id, host, peerPort, httpPort, respPort } = change.member;
      const record = { id, host, peerPort, httpPort, respPort, storageId: '' };
      return { changes: [{ type: ConfChangeType.AddLearner, node: id }], upsert: [record], remove: [] };
    }
    const { id } = change;
    this.#refuseStranger(id);
    if (change.kind === 'promote') {
      this.#refuseUnripe(id);
      return { changes: [{ type: ConfChangeType.AddNode, node: id }], upsert: [], remove: [] };
    }
    if (change.kind === 'remove') {
      const { voters } = this.#context.raw.membership;
      if (voters.has(id) && voters.size === 1) throw new StrataError('STRATA_MEMBER_LAST', { node: id });
      if (voters.has(id))
        this.#refuseMinority(
          id,
          [...voters].filter((voter) => voter !== id),
        );
      return { changes: [{ type: ConfChangeType.RemoveNode, node: id }], upsert: [], remove: [id] };
    }
    this.#refuseStranger(change.by);
    this.#refuseUnripe(change.by);
    const rest = [...this.#context.raw.membership.voters].filter((voter) => voter !== id);
    this.#refuseMinority(id, [...rest, change.by]);
    const changes = [
      { type: ConfChangeType.RemoveNode, node: id },
      { type: ConfChangeType.AddNode, node: change.by },
    ];
    return { changes, upsert: [], remove: [id] };
  }

  #refuseNewcomer({ member }: Extract<MemberChange, { kind: 'add' }>): void {
    refuseInvalidMember(member);
    const { id, host, peerPort } = member;
    const { machine } = this.#context;
    if (machine.isRemoved(id)) throw new StrataError('STRATA_MEMBER_ID_USED', { node: id });
    for (const other of machine.members()) {
      if (other.id === id) throw new StrataError('STRATA_MEMBER_EXISTS', { node: id });
      if (other.host === host && other.peerPort === peerPort) {
        const reason = `node ${other.id} is reached at ${host}:${peerPort} already`;
        throw new StrataError('STRATA_MEMBER_INVALID', { reason });
      }
    }
  }

  #refuseStranger(id: NodeId): void {
    if (!this.#context.machine.members().some((member) => member.id === id))
      throw new StrataError('STRATA_MEMBER_UNKNOWN', { node: id });
  }

  /**
   * Removing a voter that is up while others are down could leave no majority, and then nobody could undo it. (etcd refuses it by the name of
   * strict reconfiguration.)
   */
  #refuseMinority(id: NodeId, remaining: readonly NodeId[]): void {
    const { id: self, transport } = this.#context;
    const up = new Set(
      transport.links().flatMap(({ peer, state }) => (state === 'disconnected' ? [] : [peer])),
    );
    const reachable = remaining.filter((voter) => voter === self || up.has(voter)).length;
    if (reachable <= remaining.length / 2)
      throw new StrataError('STRATA_MEMBER_NEEDED', { node: id, reachable, voters: remaining.length });
  }

  /** A vote given to an empty log could stop the cluster until that log is full (thesis §4.2.1). */
  #refuseUnripe(id: NodeId): void {
    const { raw } = this.#context;
    if (!raw.membership.learners.has(id)) throw new StrataError('STRATA_MEMBER_NOT_LEARNER', { node: id });
    const { progress, lastIndex } = raw.status();
    const learner = progress.find((peer) => peer.id === id);
    const match = learner?.match ?? 0;
    const isClose = lastIndex - match <= CAUGHT_UP_ENTRIES_MAX || match >= this.#roundIndex;
    if (learner?.state !== 'replicate' || !isClose)
      throw new StrataError('STRATA_MEMBER_BEHIND', { node: id, match, last: lastIndex });
  }
}
