import { noteInheritedLeave } from './conf-change-flow.js';
import { EntryType, type Message, MessageType, type NodeId, Role } from './messages.js';
import { voteResult } from './quorum.js';
import type { Raft } from './raft.js';

/** Elections: campaigning, voting, counting. Raft §5.2, §5.4.1; pre-vote: thesis §9.6. */

/** Starts a campaign; `transfer` skips the pre-vote and overrides the lease, because the old leader asked for it. */
export function campaign(raft: Raft, transfer = false): void {
  if (raft.role === Role.Leader || !raft.isPromotable) return;
  // A change that is committed and not applied decides who may vote: campaigning before would count by the old rules.
  if (raft.log.hasUnappliedOfType(EntryType.ConfChange)) return;
  if (raft.asksBefore && !transfer) requestVotes(raft, MessageType.PreVote, false);
  else requestVotes(raft, MessageType.Vote, transfer);
}

function requestVotes(
  raft: Raft,
  type: typeof MessageType.PreVote | typeof MessageType.Vote,
  transfer: boolean,
): void {
  const isPre = type === MessageType.PreVote;
  if (isPre) raft.becomePreCandidate();
  else raft.becomeCandidate();
  // A pre-vote speaks of the term that the campaign would have.
  const term = isPre ? raft.term + 1 : raft.term;
  for (const id of voters(raft)) {
    if (id === raft.id) continue;
    const { lastIndex, lastTerm } = raft.log;
    raft.send({ type, to: id, term, index: lastIndex, logTerm: lastTerm, context: transfer ? 1 : 0 });
  }
  // The own pre-vote counts at once. The own vote counts when it is durable: it comes back with the append's completion.
  if (isPre) countVote(raft, raft.id, true);
  else raft.send({ type: MessageType.VoteResponse, to: raft.id });
}

function voters(raft: Raft): Set<NodeId> {
  return new Set([...raft.membership.voters, ...raft.membership.votersOutgoing]);
}

/** Vote and PreVote, at the current term or (pre-vote) above it. */
export function handleVoteRequest(raft: Raft, message: Message): void {
  const isPre = message.type === MessageType.PreVote;
  const canVote =
    raft.vote === message.from || // repeated: the answer may have been lost
    (raft.vote === 0 && raft.leader === 0) ||
    (isPre && message.term > raft.term);
  const type = isPre ? MessageType.PreVoteResponse : MessageType.VoteResponse;
  if (canVote && raft.log.isUpToDate(message.index, message.logTerm)) {
    // A granted pre-vote answers with the asked-for term, which this node has not taken.
    raft.send({ type, to: message.from, term: message.term });
    if (isPre) return;
    raft.electionElapsed = 0;
    raft.vote = message.from;
    return;
  }
  raft.send({ type, to: message.from, reject: true });
}

/** An answer to this node's own campaign. */
export function handleVoteAnswer(raft: Raft, message: Message): void {
  const expected = raft.role === Role.PreCandidate ? MessageType.PreVoteResponse : MessageType.VoteResponse;
  if (message.type === expected) countVote(raft, message.from, !message.reject);
}

function countVote(raft: Raft, from: NodeId, granted: boolean): void {
  // The first answer counts; a repeated or contradicting one does not.
  if (!raft.votes.has(from)) raft.votes.set(from, granted);
  const { voters: incoming, votersOutgoing } = raft.membership;
  switch (voteResult(incoming, votersOutgoing, raft.votes)) {
    case 'won':
      if (raft.role === Role.PreCandidate) requestVotes(raft, MessageType.Vote, false);
      else {
        raft.becomeLeader();
        noteInheritedLeave(raft);
      }
      return;
    case 'lost':
      // Pre-vote: the term is still the old one.
      raft.becomeFollower(raft.term, 0);
      return;
    case 'pending':
  }
}

/**
 * A vote request inside the lease: this node heard from a leader less than an election time-out ago, so a candidate can only be one that was
 * cut off or removed. Ignoring it, without even raising the term, keeps such a node from disturbing (Raft §6, thesis §4.2.3).
 */
export function isInsideLease(raft: Raft): boolean {
  return raft.checksQuorum && raft.leader !== 0 && raft.electionElapsed < raft.config.electionTicksMin;
}
