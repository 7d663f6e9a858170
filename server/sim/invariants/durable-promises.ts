import { type Message, MessageType } from '../../consensus/messages.js';
import { ClusterInvariant } from './cluster-invariant.js';
import type { NodeView } from './node-view.js';
import type { LastLife, Watcher } from './watcher.js';

/**
 * "Persistent state on all servers, updated on stable storage before responding to RPCs: currentTerm, votedFor, log[]" (Raft, figure 2).
 * Before: a message that promises something leaves when the disk has said that it is durable. After: what it said to be durable is what
 * the next life finds.
 */
export class DurablePromises extends ClusterInvariant implements Watcher {
  readonly name = 'durable before answering';
  readonly source = 'Raft, figure 2';

  onLeave(view: NodeView, message: Message): void {
    const { type, term, to, reject, index } = message;
    switch (type) {
      case MessageType.Vote:
        this.#checkVote(view, term, view.id);
        return;
      case MessageType.VoteResponse:
        if (!reject) this.#checkVote(view, term, to);
        return;
      case MessageType.HeartbeatResponse:
        if (view.durableTerm < term)
          this.fail(`${view.words} answers a heartbeat of term ${term}, durable is ${view.durableTerm}`);
        return;
      case MessageType.AppendResponse:
        if (!reject && view.durable.lastIndex < index)
          this.fail(`${view.words} says that it holds ${index}, durable is ${view.durable.lastIndex}`);
        return;
      default:
    }
  }

  onLife(view: NodeView, before: LastLife | null): void {
    if (before === null) return;
    const { durable, durableTerm, durableVote, words } = view;
    if (durableTerm < before.term)
      this.fail(`${words} begins in term ${durableTerm}, durable was ${before.term}`);
    if (durableTerm === before.term && before.vote !== 0 && durableVote !== before.vote)
      this.fail(
        `${words} begins with vote ${durableVote} in term ${durableTerm}, durable was ${before.vote}`,
      );
    const { index, entryTerm } = before;
    if (index === 0 || durable.base.index >= index || durable.term(index) === entryTerm) return;
    this.fail(
      `${words} begins with a log up to ${durable.lastIndex}, durable was entry ${index} of term ${entryTerm}`,
    );
  }

  #checkVote(view: NodeView, term: number, candidate: number): void {
    const { durableTerm, durableVote, words } = view;
    if (durableTerm > term || (durableTerm === term && durableVote === candidate)) return;
    this.fail(
      `${words} votes for ${candidate} in term ${term}, durable is ${durableVote} in term ${durableTerm}`,
    );
  }
}
