import type { NodeId } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { TransferResult } from '../ports/cluster-admin.js';
import type { Done } from '../ports/key-value-service.js';
import type { LockMeter } from '../ports/lock.js';
import type { NodeContext } from './node-context.js';

/** How often a hand-over before a stop looks whether it is done. */
const HAND_OVER_POLL_MS = 5;

interface Transfer {
  readonly to: NodeId;
  readonly deadlineNs: number;
  readonly waiting: Done<TransferResult>[];
}

/** Gives leadership away: on demand, before a stop, or because the disk says so. One transfer at a time. */
export class LeadershipDesk {
  readonly #context: NodeContext;
  readonly #slot: LockMeter<'transfer'>;
  #transfer: Transfer | null = null;

  constructor(context: NodeContext) {
    this.#context = context;
    const help = 'One hand-over of the lead at a time; one to another node is refused meanwhile.';
    this.#slot = context.metrics.lock('runtime_leadership_transfer', help, ['transfer']);
  }

  /** On the leader. `to` null: the follower that is best. Answers when another node leads, or does not in time. */
  transfer(to: NodeId | null, done: Done<TransferResult>): void {
    const { clock, id, raw } = this.#context;
    const answer: Done<TransferResult> = (error, result) => clock.defer(() => done(error, result));
    if (to === id) {
      answer(null, { leader: id, term: raw.term });
      return;
    }
    const target = to ?? this.#best(new Set());
    const obstacle = this.#obstacle(target);
    if (obstacle !== null) answer(obstacle, null);
    else if (this.#transfer === null) this.#begin(target, [answer]);
    else if (this.#transfer.to === target) this.#transfer.waiting.push(answer);
    else {
      this.#slot.refused('transfer');
      answer(failed(target, `leadership is being handed to node ${this.#transfer.to}`), null);
    }
  }

  /** Starts a transfer that nobody waits for. False when there is nobody to take over. */
  giveAway(): boolean {
    const target = this.#best(new Set());
    if (target === 0 || this.#transfer !== null) return false;
    this.#begin(target, []);
    return true;
  }

  /** In the loop: what became of the transfer under way. */
  observe(nowNs: number): void {
    const transfer = this.#transfer;
    if (transfer === null) return;
    const { raw } = this.#context;
    if (raw.role === 'leader') {
      // The core gives up after an election time-out, by forgetting the target.
      const isGivenUp = raw.transferee === 0;
      if (isGivenUp || nowNs >= transfer.deadlineNs)
        this.#end(failed(transfer.to, 'it did not take over in time'), null);
    } else if (raw.leader !== 0) {
      if (raw.leader === transfer.to) this.#end(null, { leader: raw.leader, term: raw.term });
      else this.#end(failed(transfer.to, `node ${raw.leader} was elected`), null);
    } else if (nowNs >= transfer.deadlineNs) this.#end(failed(transfer.to, 'nobody leads'), null);
  }

  /** Before a stop: returns when another node leads, or nobody could take over in time, so that a planned stop costs no election time-out. */
  async handOver(timeoutMs: number): Promise<void> {
    const { clock, logger, raw } = this.#context;
    const endNs = clock.nowNs() + timeoutMs * 1e6;
    const tried = new Set<NodeId>();
    // Stepping down is not enough: the successor may need this node's vote, which has to reach this node's disk first.
    while ((raw.role === 'leader' || raw.leader === 0) && clock.nowNs() < endNs) {
      if (raw.role === 'leader' && this.#transfer === null) {
        const target = this.#best(tried);
        if (target === 0) return;
        tried.add(target);
        logger.info({ to: target }, 'handing leadership over');
        this.#begin(target, []);
      }
      // A node that never led, or whose cluster has no leader, has nothing to hand over.
      if (raw.role !== 'leader' && this.#transfer === null) return;
      await new Promise<void>((resolve) => clock.after(HAND_OVER_POLL_MS, resolve));
    }
  }

  fail(error: StrataError): void {
    if (this.#transfer !== null) this.#end(error, null);
  }

  #begin(to: NodeId, waiting: Done<TransferResult>[]): void {
    const { clock, electionTimeoutMsMax, raw, schedule } = this.#context;
    this.#slot.passed('transfer');
    this.#transfer = { to, deadlineNs: clock.nowNs() + 2 * electionTimeoutMsMax * 1e6, waiting };
    this.#context.transferTerm = raw.term;
    raw.transferLeader(to);
    schedule();
  }

  #end(error: StrataError | null, result: TransferResult | null): void {
    const { waiting, to } = this.#transfer!;
    this.#transfer = null;
    if (error !== null) this.#context.logger.warn({ to, code: error.code }, error.message);
    for (const done of waiting) done(error, result);
  }

  #obstacle(to: NodeId): StrataError | null {
    const { raw } = this.#context;
    if (raw.role !== 'leader') return new StrataError('STRATA_NO_LEADER');
    if (to === 0) return failed(to, 'there is no other voter');
    if (!raw.membership.voters.has(to)) return failed(to, 'it is not a voter');
    return null;
  }

  /** Recently heard from, not waiting for a snapshot, and furthest. 0 when there is no other voter. */
  #best(except: ReadonlySet<NodeId>): NodeId {
    const { id, raw } = this.#context;
    let best: { readonly id: NodeId; readonly rank: number; readonly match: number } | null = null;
    for (const { id: peer, match, recentActive, state } of raw.status().progress) {
      if (peer === id || except.has(peer) || !raw.membership.voters.has(peer)) continue;
      const rank = (recentActive ? 2 : 0) + (state === 'replicate' ? 1 : 0);
      if (best === null || rank > best.rank || (rank === best.rank && match > best.match))
        best = { id: peer, rank, match };
    }
    return best?.id ?? 0;
  }
}

function failed(node: NodeId, reason: string): StrataError {
  return new StrataError('STRATA_TRANSFER_FAILED', { node, reason });
}
