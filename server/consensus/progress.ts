import { Inflights } from './inflights.js';
import type { NodeId } from './messages.js';

/**
 * `probe`: where the logs part is not known; one append at a time, the next after an answer or a heartbeat.
 * `replicate`: the logs agree; appends are pipelined, `next` moves on when sending.
 * `snapshot`: what it needs is compacted; a snapshot is under way, and nothing else until it is reported or the follower catches up.
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/** What the leader knows of one follower. */
export class Progress {
  readonly id: NodeId;
  readonly inflights: Inflights;
  /** Highest index known to be durable there. Invariant: 0 <= match < next. */
  match = 0;
  next: number;
  state: ProgressState = 'probe';
  /** Probe: one append is under way, or a snapshot was; the next one waits for an answer or a heartbeat's. */
  probeSent = false;
  /** Snapshot: index of the one under way, else 0. */
  pendingSnapshot = 0;
  /** Heard from since the last check of the quorum. */
  recentActive = false;
  /** Send an append with the next flush even if it carries nothing. */
  mustSend = false;
  /** It said that it joins and has no membership: no entry helps, whatever the log holds. */
  lacksMembership = false;
  /** Highest commit index told to it. */
  sentCommit = 0;

  constructor(id: NodeId, next: number, messagesMax: number, bytesMax: number) {
    this.id = id;
    this.next = next;
    this.inflights = new Inflights(messagesMax, bytesMax);
  }

  get isPaused(): boolean {
    if (this.state === 'replicate') return this.inflights.full;
    return this.state === 'snapshot' || this.probeSent;
  }

  /** Appends on the way. While it probes that is one at most, which the window does not hold. */
  get appendsInFlight(): number {
    return this.inflights.count + (this.probeSent ? 1 : 0);
  }

  /** Behind a snapshot that arrived it probes from there; `next` is only a guess then, `match` is what counts. */
  becomeProbe(): void {
    this.next = Math.max(this.match, this.pendingSnapshot) + 1;
    this.#enter('probe');
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
  }

  becomeReplicate(): void {
    this.#enter('replicate');
    this.next = this.match + 1;
  }

  /** The snapshot at `index` is on its way. */
  becomeSnapshot(index: number): void {
    this.#enter('snapshot');
    this.pendingSnapshot = index;
    this.next = Math.max(this.match, index) + 1;
  }

  #enter(state: ProgressState): void {
    this.state = state;
    this.probeSent = false;
    this.pendingSnapshot = 0;
    this.lacksMembership = false;
    this.inflights.reset();
  }

  /** A refusal of the append after `rejected` says that the follower has no membership. It is stale when anything is known to be there. */
  refusedWithoutMembership(rejected: number): void {
    if (this.state !== 'probe' || this.match > 0 || this.next - 1 !== rejected) return;
    this.lacksMembership = true;
    this.probeSent = false;
  }

  /** The snapshot under way arrived whole, or did not. The next append waits for an answer or a heartbeat's, so that a failure does not spin. */
  snapshotReported(ok: boolean): void {
    if (this.state !== 'snapshot') return;
    if (!ok) this.pendingSnapshot = 0;
    this.becomeProbe();
    this.probeSent = true;
  }

  /** An append with entries up to `lastIndex` left. */
  sentEntries(count: number, lastIndex: number, bytes: number): void {
    if (this.state === 'probe') this.probeSent = true;
    else if (count > 0) {
      this.next = lastIndex + 1;
      this.inflights.add(lastIndex, bytes);
    }
  }

  /** True when `index` is news. An acknowledgement never lowers `match`: answers may come late and twice. */
  maybeUpdate(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    return true;
  }

  /** A rejection of the append after `rejected`. False when it is stale. */
  maybeDecrease(rejected: number, hint: number): boolean {
    if (this.state === 'replicate') {
      // Below match: the answer to an append of long ago.
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
      return true;
    }
    if (this.state === 'snapshot' || this.next - 1 !== rejected) return false;
    this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1);
    this.probeSent = false;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    return true;
  }

  /** Telling it `commit` would let it commit more than what it was told before. */
  canBumpCommit(commit: number): boolean {
    return commit > this.sentCommit && this.sentCommit < this.next - 1;
  }
}
