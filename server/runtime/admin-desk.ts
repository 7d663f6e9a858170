import type { NodeId, SnapshotMeta } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { ClusterAdmin, MembershipResult, NewMember, TransferResult } from '../ports/cluster-admin.js';
import type { Done, MemberStatus } from '../ports/key-value-service.js';
import {
  CLUSTER_CHANGE,
  CLUSTER_TRANSFER,
  decodeChange,
  decodeMembershipResult,
  decodeTransfer,
  decodeTransferResult,
  encodeChange,
  encodeTransfer,
  type MemberChange,
} from './cluster-codec.js';
import type { LeadershipDesk } from './leadership-desk.js';
import type { MembershipDesk } from './membership-desk.js';
import type { NodeContext } from './node-context.js';
import { memberStatuses } from './node-status.js';
import { ask, encodeOk, encodeRefusal, type JsonObject, malformed } from './peer-json.js';
import type { SnapshotDesk } from './snapshot-desk.js';

type Reply = (response: Uint8Array) => void;

/** What operators ask: done here when this node leads, else passed on to the leader, one hop at most. */
export class AdminDesk implements ClusterAdmin {
  readonly #context: NodeContext;
  readonly #membership: MembershipDesk;
  readonly #leadership: LeadershipDesk;
  readonly #snapshots: SnapshotDesk;

  constructor(
    context: NodeContext,
    membership: MembershipDesk,
    leadership: LeadershipDesk,
    snapshots: SnapshotDesk,
  ) {
    this.#context = context;
    this.#membership = membership;
    this.#leadership = leadership;
    this.#snapshots = snapshots;
  }

  members(): readonly MemberStatus[] {
    return memberStatuses(this.#context);
  }

  addMember(member: NewMember, done: Done<MembershipResult>): void {
    this.#change({ kind: 'add', member }, done);
  }

  promoteMember(id: NodeId, done: Done<MembershipResult>): void {
    this.#change({ kind: 'promote', id }, done);
  }

  removeMember(id: NodeId, done: Done<MembershipResult>): void {
    this.#change({ kind: 'remove', id }, done);
  }

  replaceMember(id: NodeId, by: NodeId, done: Done<MembershipResult>): void {
    this.#change({ kind: 'replace', id, by }, done);
  }

  transferLeader(to: NodeId | null, done: Done<TransferResult>): void {
    if (this.#leads) this.#leadership.transfer(to, done);
    else this.#passOn(CLUSTER_TRANSFER, encodeTransfer(to), decodeTransferResult, done);
  }

  takeSnapshot(done: Done<SnapshotMeta>): void {
    this.#snapshots.take(done);
  }

  backup(): AsyncIterable<Uint8Array> {
    return this.#snapshots.backup();
  }

  /** What another node passed on. It travels no further: without the lead it is refused. */
  onRequest(method: string, payload: Uint8Array, reply: Reply): void {
    try {
      if (method === CLUSTER_CHANGE) this.#membership.change(decodeChange(payload), answer(reply));
      else if (method === CLUSTER_TRANSFER) this.#leadership.transfer(decodeTransfer(payload), answer(reply));
      else throw malformed(`request ${method} is unknown`);
    } catch (error) {
      if (!(error instanceof StrataError)) throw error;
      reply(encodeRefusal(error));
    }
  }

  get #leads(): boolean {
    return this.#context.raw.role === 'leader';
  }

  #change(change: MemberChange, done: Done<MembershipResult>): void {
    if (this.#leads) this.#membership.change(change, done);
    else this.#passOn(CLUSTER_CHANGE, encodeChange(change), decodeMembershipResult, done);
  }

  #passOn<Result>(
    method: string,
    payload: Uint8Array,
    decode: (answer: JsonObject) => Result,
    done: Done<Result>,
  ): void {
    const { clock, id, isStopped, raw } = this.#context;
    const { leader } = raw;
    if (isStopped || leader === 0 || leader === id) {
      const error = new StrataError(isStopped ? 'STRATA_SHUTTING_DOWN' : 'STRATA_NO_LEADER');
      clock.defer(() => done(error, null));
      return;
    }
    ask(this.#context, leader, method, payload)
      .then(decode)
      .then(
        (result) => done(null, result),
        (error: Error) => done(error, null),
      );
  }
}

function answer<Result>(reply: Reply): Done<Result> {
  return (error, result) => reply(error !== null ? encodeRefusal(error) : encodeOk(result));
}
