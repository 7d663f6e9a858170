import { type Message, MessageType, type NodeId } from '../messages.js';
import type { Observed } from './observed.js';
import { Violation } from './violation.js';

/** Terms and indexes of a run stay far below this. */
const KEY_BASE = 2 ** 24;

/** What a node may say, and when: nothing that its disk does not hold, one vote a term, none right after its start. */
export class AnswerChecks {
  readonly #voteOf = new Map<number, NodeId>();

  /** Persistent state "updated on stable storage before responding to RPCs" (figure 2): these must not pass the disk. */
  onImmediateSend(node: Observed, message: Message): void {
    const { type, term } = message;
    if (type === MessageType.Vote || type === MessageType.VoteResponse || type === MessageType.AppendResponse)
      throw new Violation(
        'durable before answering',
        `message type ${type} of node ${node.id} passed its disk`,
      );
    if (type === MessageType.HeartbeatResponse && node.storage.hardState.term < term)
      throw new Violation(
        'durable before answering',
        `node ${node.id} answers a heartbeat of term ${term} before it is durable`,
      );
    if (type === MessageType.PreVoteResponse && !message.reject) checkVoteGrace(node, term);
    const isOfLeader =
      type === MessageType.Append || type === MessageType.TimeoutNow || type === MessageType.Snapshot;
    if (isOfLeader && node.storage.hardState.term < term)
      throw new Violation(
        'durable before leading',
        `node ${node.id} speaks for term ${term} before it is durable`,
      );
  }

  onRelease(node: Observed, { type, term, to, index, reject }: Message): void {
    const { hardState, log } = node.storage;
    if (hardState.term < term)
      throw new Violation('durable before answering', `node ${node.id}: term ${term} is not durable`);
    if (reject) return;
    const vote = type === MessageType.VoteResponse ? to : type === MessageType.Vote ? node.id : 0;
    if (vote > 0) this.#checkOneVote(node, term, vote);
    if (vote > 0 && vote !== node.id) checkVoteGrace(node, term);
    // A later durable term ends what the message speaks of; else it must be on the disk.
    if (hardState.term > term) return;
    if (vote > 0 && hardState.vote !== vote)
      throw new Violation(
        'durable before answering',
        `node ${node.id} votes for ${vote}, durable ${hardState.vote}`,
      );
    if (type === MessageType.AppendResponse && log.lastIndex < index)
      throw new Violation(
        'durable before answering',
        `node ${node.id} answers ${index}, durable ${log.lastIndex}`,
      );
  }

  /** "Each server will vote for at most one candidate in a given term" (§5.2), also across a crash. */
  #checkOneVote(node: Observed, term: number, vote: NodeId): void {
    const key = term * KEY_BASE + node.id;
    const other = this.#voteOf.get(key) ?? vote;
    if (other !== vote)
      throw new Violation(
        'one vote a term',
        `node ${node.id} votes for ${other} and ${vote} in term ${term}`,
      );
    this.#voteOf.set(key, vote);
  }
}

/** A vote in the first election time-out after a start may take the lead from somebody whose heartbeat it answered before. */
function checkVoteGrace(node: Observed, term: number): void {
  if (node.isInVoteGrace(term))
    throw new Violation('vote grace', `node ${node.id} votes in term ${term} right after its start`);
}
