import { type Message, MessageType, type NodeId } from '../../consensus/messages.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { Watcher } from './watcher.js';

/**
 * "Each server will vote for at most one candidate in a given term" (Raft §5.2), in all its lives together: the vote is persistent state
 * (figure 2). Counted when the message leaves; a candidate votes for itself.
 */
export class OneVote extends ClusterInvariant implements Watcher {
  readonly name = 'one vote a term';
  readonly source = 'Raft §5.2, figure 2';
  /** By `node term`. */
  readonly #votes = new Map<string, NodeId>();

  onLeave(view: NodeView, { type, term, to, reject }: Message): void {
    const isVote = type === MessageType.Vote;
    if (!isVote && (type !== MessageType.VoteResponse || reject)) return;
    const candidate = isVote ? view.id : to;
    const key = `${view.id} ${term}`;
    const before = this.#votes.get(key) ?? candidate;
    if (before !== candidate)
      this.fail(`${view.words} votes for ${candidate} in term ${term} after it voted for ${before}`);
    this.#votes.set(key, candidate);
  }
}
