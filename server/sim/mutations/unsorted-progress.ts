import type { NodeId } from '../../consensus/messages.js';
import { quorumSize } from '../../consensus/quorum.js';
import { Raft } from '../../consensus/raft.js';
import { replace } from './patch.js';

/**
 * What voters have acknowledged, kept in descending order so that the quorum is found by looking at a prefix. The defect: who is above what
 * is accepted already does not move when it advances, so a prefix may hold smaller values than its last.
 */
class UnsortedProgress {
  readonly term: number;
  readonly #voters: { readonly id: NodeId; value: number }[];
  accepted = 0;

  constructor(term: number, voters: Iterable<NodeId>) {
    this.term = term;
    this.#voters = Array.from(voters, (id) => ({ id, value: 0 }));
  }

  isOf(term: number, voters: ReadonlySet<NodeId>): boolean {
    return (
      this.term === term &&
      this.#voters.length === voters.size &&
      this.#voters.every(({ id }) => voters.has(id))
    );
  }

  update(id: NodeId, value: number): void {
    const voters = this.#voters;
    let at = voters.findIndex((voter) => voter.id === id);
    const moved = voters[at]!;
    const before = moved.value;
    moved.value = value;
    if (before > this.accepted || value <= this.accepted) return;
    for (; at > 0 && voters[at - 1]!.value < value; at--) voters[at] = voters[at - 1]!;
    voters[at] = moved;
    const last = voters[Math.max(at, quorumSize(voters.length) - 1)]!;
    if (last.value > this.accepted) this.accepted = last.value;
  }
}

/** The commit index comes from such an order. A joint configuration is counted as it should be. */
export const unsortedProgress = () => {
  const orders = new WeakMap<Raft, UnsortedProgress>();
  return replace(
    Raft.prototype,
    'maybeCommit',
    (original) =>
      function maybeCommit(this: Raft): boolean {
        const { voters, votersOutgoing } = this.membership;
        if (votersOutgoing.size > 0) return original.call(this);
        let order = orders.get(this);
        if (order === undefined || !order.isOf(this.term, voters)) {
          order = new UnsortedProgress(this.term, voters);
          orders.set(this, order);
        }
        for (const id of voters) order.update(id, this.progress.get(id)?.match ?? 0);
        const index = order.accepted;
        if (index <= this.log.committed || index > this.log.lastIndex || this.log.term(index) !== this.term)
          return false;
        this.log.commitTo(index);
        return true;
      },
  )();
};
