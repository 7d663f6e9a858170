import { InvariantError } from '../errors.js';
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
  mustHoldCommitted(raft, message);
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

/**
 * Leader completeness (Raft §5.4): the leader of a term holds everything that was committed before it. One that does not has lost it, with a majority,
 * by a power cut under a strategy that acknowledges before it syncs: to go on would be to differ from the others for good, so this node stops.
 */
function mustHoldCommitted({ log }: Raft, { index, logTerm, entries }: Message): void {
  const { committed, baseIndex } = log;
  if (index > committed) return;
  if (index >= baseIndex) mustMatch(log, index, logTerm);
  for (const entry of entries) {
    if (entry.index > committed) return;
    if (entry.index >= baseIndex) mustMatch(log, entry.index, entry.term);
  }
}

function mustMatch(log: Raft['log'], index: number, term: number): void {
  if (!log.matches(index, term))
    throw new InvariantError(
      `the leader has term ${term} at index ${index}, this node has committed term ${log.term(index)} there`,
    );
}

function isContiguous(previous: number, entries: readonly Entry[]): boolean {
  return entries.every((entry, at) => entry.index === previous + 1 + at);
}

export function handleHeartbeat(raft: Raft, message: Message): void {
  // The leader never names more than it knows this node to hold.
  raft.log.commitTo(Math.min(message.commit, raft.log.lastIndex));
  raft.send({ type: MessageType.HeartbeatResponse, to: message.from, context: message.context });
}
