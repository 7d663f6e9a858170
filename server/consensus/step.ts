import {
  campaign,
  handleVoteAnswer,
  handleVoteRequest,
  isInsideLease,
  learnCommit,
  ownCommit,
} from './election.js';
import { handleAppend, handleHeartbeat } from './follower.js';
import {
  handleAppendResponse,
  handleHeartbeatResponse,
  handleOwnProgress,
  handleReadIndex,
  leaderTick,
} from './leader.js';
import { FORCED, type Message, MessageType, Role } from './messages.js';
import type { Raft } from './raft.js';
import { handleSnapshot } from './snapshots.js';

/** One tick of logical time. */
export function tick(raft: Raft): void {
  if (raft.voteGraceTicks > 0) raft.voteGraceTicks -= 1;
  if (raft.role === Role.Leader) {
    leaderTick(raft);
    return;
  }
  raft.electionElapsed += 1;
  if (raft.electionElapsed >= raft.electionTicks && raft.isPromotable && raft.mayCampaign) {
    raft.electionElapsed = 0;
    campaign(raft);
  }
}

/** One message: first what its term means (Raft §5.1), then what it says. */
export function step(raft: Raft, message: Message): void {
  if (message.type === MessageType.StorageAppendResponse) {
    handleStored(raft, message);
    return;
  }
  // Term 0 means none: no node speaks for it. It comes from outside, so it is refused and not believed.
  if (message.term === 0) return;
  if (message.type === MessageType.VoteResponse || message.type === MessageType.PreVoteResponse)
    learnCommit(raft, message);
  if (isVoteRequest(message) && message.context !== FORCED && raft.isInVoteGrace()) return;
  if (message.term > raft.term && !adoptTerm(raft, message)) return;
  if (message.term < raft.term) {
    answerStale(raft, message);
    return;
  }
  dispatch(raft, message);
}

function isVoteRequest({ type }: Message): boolean {
  return type === MessageType.Vote || type === MessageType.PreVote;
}

/** A later term than ours. Returns false when the message is to be ignored. */
function adoptTerm(raft: Raft, message: Message): boolean {
  const { type } = message;
  if (isVoteRequest(message) && message.context !== FORCED && isInsideLease(raft)) return false;
  // Asking before the election must not raise anybody's term; a granted answer carries the term that was asked about.
  if (type === MessageType.PreVote || (type === MessageType.PreVoteResponse && !message.reject)) return true;
  raft.becomeFollower(message.term, isOfLeader(type) ? message.from : 0);
  return true;
}

/** Only a leader sends these. */
function isOfLeader(type: MessageType): boolean {
  return type === MessageType.Append || type === MessageType.Heartbeat || type === MessageType.Snapshot;
}

function answerStale(raft: Raft, message: Message): void {
  const { type, from } = message;
  if (isOfLeader(type)) {
    // A leader of an earlier term that was cut off. With check-quorum or pre-vote nobody's vote request will reach it,
    // so it learns the term from this answer and steps down; a stranded node gets back the same way.
    raft.send({ type: MessageType.AppendResponse, to: from, reject: true });
  } else if (type === MessageType.PreVote || type === MessageType.Vote) {
    // Figure 2, RequestVote: "reply false if term < currentTerm". A candidate that is not told may stay behind for ever, when another
    // one, who cannot win and does not count it among the voters, raises the term as fast as it does.
    const answer = type === MessageType.Vote ? MessageType.VoteResponse : MessageType.PreVoteResponse;
    raft.send({ type: answer, to: from, reject: true, ...ownCommit(raft) });
  }
}

function dispatch(raft: Raft, message: Message): void {
  switch (message.type) {
    case MessageType.Vote:
    case MessageType.PreVote:
      handleVoteRequest(raft, message);
      return;
    case MessageType.VoteResponse:
    case MessageType.PreVoteResponse:
      if (raft.role === Role.Candidate || raft.role === Role.PreCandidate) handleVoteAnswer(raft, message);
      return;
    case MessageType.Append:
      if (followLeader(raft, message)) handleAppend(raft, message);
      return;
    case MessageType.Heartbeat:
      if (followLeader(raft, message)) handleHeartbeat(raft, message);
      return;
    case MessageType.Snapshot:
      if (followLeader(raft, message)) handleSnapshot(raft, message);
      return;
    case MessageType.AppendResponse:
      if (raft.role === Role.Leader) handleAppendResponse(raft, message);
      return;
    case MessageType.HeartbeatResponse:
      if (raft.role === Role.Leader) handleHeartbeatResponse(raft, message);
      return;
    case MessageType.ReadIndex:
      if (raft.role === Role.Leader) handleReadIndex(raft, message.from, message.context);
      return;
    case MessageType.ReadIndexResponse:
      raft.readStates.push({ context: message.context, index: message.index });
      return;
    case MessageType.TimeoutNow:
      if (raft.role === Role.Follower && raft.mayCampaign) campaign(raft, true);
      return;
    default:
    // A message that this version does not know: a newer peer may send it, and it changes nothing here.
  }
}

/** Raft §5.2: whoever sends appends, heartbeats or a snapshot in this term is its leader; a candidate of the term gives up. */
function followLeader(raft: Raft, message: Message): boolean {
  // Two leaders in one term would be a broken election. The message is refused, not believed: it comes from outside.
  if (raft.role === Role.Leader) return false;
  if (raft.role === Role.Candidate || raft.role === Role.PreCandidate)
    raft.becomeFollower(message.term, message.from);
  raft.electionElapsed = 0;
  raft.leader = message.from;
  return true;
}

/**
 * An append of this node is durable. One made in an earlier term says nothing any more: its entries may have been replaced and put back since
 * (A, then B, then A again at one index), while B is still on its way to the disk. Every change of term writes the
 * hard state, and that append's completion covers the whole log of then.
 */
function handleStored(raft: Raft, message: Message): void {
  raft.durableTerm = Math.max(raft.durableTerm, message.term);
  if (message.term !== raft.term) return;
  raft.log.stableTo(message.index, message.logTerm);
  if (raft.role === Role.Leader) handleOwnProgress(raft);
}
