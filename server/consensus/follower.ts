import type { Entry, Message } from './messages.js';
import { JOINING, MessageType } from './messages.js';
import type { Raft } from './raft.js';

/** What a node does with the messages of the leader of its term. */

export function handleAppend(raft: Raft, message: Message): void {
  // Between a snapshot and its append: an answer to what follows would leave with that append, without the entries. It counts as lost.
  if (raft.log.hasPendingSnapshot || !isContiguous(message.index, message.entries)) return;
  if (!raft.hasMembership()) {
    raft.send({
      type: MessageType.AppendResponse,
      to: message.from,
      index: message.index,
      reject: true,
      context: JOINING,
    });
    return;
  }
  if (message.index < raft.log.committed) {
    // An old message: what is committed matches already (leader completeness).
    raft.send({ type: MessageType.AppendResponse, to: message.from, index: raft.log.committed });
    return;
  }
  if (raft.log.matches(message.index, message.logTerm)) {
    const last = raft.log.tryAppend(message.index, message.logTerm, message.entries);
    // Only what this message proved to match may be committed: the log behind it may still be another leader's.
    raft.log.commitTo(Math.min(message.commit, last));
    raft.send({ type: MessageType.AppendResponse, to: message.from, index: last });
    return;
  }
  // Raft §5.3: the follower names where to try next, a whole term at a time. An entry of a term above the leader's
  // at that place cannot match, so it looks for the last one whose term could.
  const hint = raft.log.lastIndexUpToTerm(Math.min(message.index, raft.log.lastIndex), message.logTerm);
  raft.send({
    type: MessageType.AppendResponse,
    to: message.from,
    index: message.index,
    reject: true,
    rejectHint: hint,
    logTerm: raft.log.term(hint),
  });
}

function isContiguous(previous: number, entries: readonly Entry[]): boolean {
  return entries.every((entry, at) => entry.index === previous + 1 + at);
}

export function handleHeartbeat(raft: Raft, message: Message): void {
  // The leader never names more than it knows this node to hold.
  raft.log.commitTo(Math.min(message.commit, raft.log.lastIndex));
  raft.send({ type: MessageType.HeartbeatResponse, to: message.from, context: message.context });
}
