import { EntryType, FORCED, type Message, MessageType, type NodeId, Role } from './messages.js';
import { voteResult } from './quorum.js';
import type { Raft } from './raft.js';

/** Elections: campaigning, voting, counting. Raft §5.2, §5.4.1; pre-vote: thesis §9.6. */

/** Starts a campaign; `transfer` skips the pre-vote and overrides the lease, because the old leader asked for it. */
export function campaign(raft: Raft, transfer = false): void {
  if (raft.role === Role.Leader || !raft.isPromotable) return;
  // A change that is committed and not applied decides who may vote: campaigning before would count by the old rules. And who is about to
  // swap its state could not serve as a leader.
  if (raft.log.isInstalling || raft.log.hasUnappliedOfType(EntryType.ConfChange)) return;
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
    raft.send({ type, to: id, term, index: lastIndex, logTerm: lastTerm, context: transfer ? FORCED : 0 });
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
    raft.send({ type, to: message.from, term: message.term, ...ownCommit(raft) });
    if (isPre) return;
    raft.electionElapsed = 0;
    raft.vote = message.from;
    return;
  }
  raft.send({ type, to: message.from, reject: true, ...ownCommit(raft) });
}

/** Every answer to a candidate tells what is committed, for `learnCommit`. */
export function ownCommit(raft: Raft): { readonly commit: number; readonly logTerm: number } {
  const { committed } = raft.log;
  return { commit: committed, logTerm: raft.log.term(committed) };
}

/**
 * What a voter knows to be committed is committed, whatever its term, its answer and its membership. Without this a cluster can come to a
 * stand: a leader that was removed, or any node that learned of its removal, holds entries behind that change and so refuses its vote to
 * those that stay, while they count it among the voters, because none of them was told that the change is committed.
 */
export function learnCommit(raft: Raft, { commit, logTerm }: Message): void {
  const { log } = raft;
  if (raft.role === Role.Leader || commit <= log.committed || !log.matches(commit, logTerm)) return;
  log.commitTo(commit);
  const isCampaigning = raft.role === Role.Candidate || raft.role === Role.PreCandidate;
  // The votes so far were counted by a membership that a change in what was just committed may end.
  if (isCampaigning && log.hasUnappliedOfType(EntryType.ConfChange)) raft.becomeFollower(raft.term, 0);
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
      else raft.becomeLeader();
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
