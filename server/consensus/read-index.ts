import type { NodeId } from './messages.js';
import { committedIndex } from './quorum.js';

/** A read that waits until a quorum confirms that this node still led when it arrived (thesis §6.4). */
export interface PendingRead {
  /** Node that asked; this node itself or a follower. */
  readonly from: NodeId;
  /** The asker's own name for it. */
  readonly context: number;
  /** The commit index when it arrived: what the reader has to have applied. */
  readonly index: number;
  readonly round: number;
}

/**
 * Read rounds of a leader. Each read gets a round number that is never used again; heartbeats carry the newest, answers bring it back, and an
 * answer to round r confirms all rounds up to r. A quorum over the rounds acknowledged is the same computation as a quorum over log indexes.
 */
export class ReadRounds {
  #pending: PendingRead[] = [];
  #lastRound = 0;
  readonly #acked = new Map<NodeId, number>();

  get lastRound(): number {
    return this.#pending.length === 0 ? 0 : this.#lastRound;
  }

  get count(): number {
    return this.#pending.length;
  }

  add(from: NodeId, context: number, index: number): number {
    this.#lastRound += 1;
    this.#pending.push({ from, context, index, round: this.#lastRound });
    return this.#lastRound;
  }

  /** `peer` answered a heartbeat of `round`. Returns the reads that a quorum has confirmed with it. */
  acknowledge(
    self: NodeId,
    peer: NodeId,
    round: number,
    voters: Iterable<NodeId>,
    outgoing: Iterable<NodeId>,
  ): PendingRead[] {
    if (round > this.#lastRound) return [];
    this.#acked.set(peer, Math.max(round, this.#acked.get(peer) ?? 0));
    this.#acked.set(self, this.#lastRound);
    const confirmed = committedIndex(voters, outgoing, this.#acked);
    const done = this.#pending.filter((read) => read.round <= confirmed);
    if (done.length > 0) this.#pending = this.#pending.filter((read) => read.round > confirmed);
    return done;
  }

  /** Leadership changed. Round numbers go on: an answer to a former leadership must never match a new round. */
  clear(): void {
    this.#pending = [];
    this.#acked.clear();
  }
}
