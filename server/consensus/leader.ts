import { JOINING, type Message, MessageType, type NodeId, Role } from './messages.js';
import type { Progress } from './progress.js';
import type { Raft } from './raft.js';
import { entryBytes } from './raft-log.js';

/** What a leader does: replicate, count, keep its lead, confirm reads, hand over. */

/** Sends what each follower can take now. Called once when a ready is taken, so that many proposals share one message. */
export function flushAppends(raft: Raft): void {
  for (const progress of raft.progress.values()) {
    if (progress.id === raft.id) continue;
    while (needsAppend(raft, progress)) {
      if (needsSnapshot(raft, progress)) sendSnapshot(raft, progress);
      else sendAppend(raft, progress);
    }
  }
  raft.commitNoticeDue = false;
}

export function hasAppendsToFlush(raft: Raft): boolean {
  for (const progress of raft.progress.values()) {
    if (progress.id !== raft.id && needsAppend(raft, progress)) return true;
  }
  return false;
}

function needsAppend(raft: Raft, progress: Progress): boolean {
  // A full window still lets an empty append through when a heartbeat was answered: its answer tells whether anything was lost.
  if (progress.isPaused) return progress.mustSend && progress.state === 'replicate';
  // Whom nobody has heard from gets no snapshot: its file would go into the void.
  if (needsSnapshot(raft, progress)) return progress.recentActive;
  if (progress.mustSend || progress.next <= raft.log.lastIndex) return true;
  const isDue = raft.commitNoticeDue || raft.config.commitNotice !== 'tick';
  return isDue && progress.canBumpCommit(raft.log.committed);
}

/** The entry before the next one is compacted, so the follower could not be told where to append. */
function needsSnapshot({ log }: Raft, progress: Progress): boolean {
  return progress.lacksMembership || progress.next <= log.baseIndex;
}

/** Only says that a snapshot is due: the caller streams the file and reports how that went. */
function sendSnapshot(raft: Raft, progress: Progress): void {
  const { snapshot } = raft;
  raft.send({ type: MessageType.Snapshot, to: progress.id, snapshot });
  progress.becomeSnapshot(snapshot.index);
  progress.mustSend = false;
}

function sendAppend(raft: Raft, progress: Progress): void {
  const { log, config } = raft;
  const previous = progress.next - 1;
  const entries = progress.isPaused ? [] : log.slice(progress.next, config.appendBytesMax);
  raft.send({
    type: MessageType.Append,
    to: progress.id,
    index: previous,
    logTerm: log.term(previous),
    entries,
    commit: log.committed,
  });
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  progress.sentEntries(entries.length, previous + entries.length, bytes);
  progress.sentCommit = log.committed;
  progress.mustSend = false;
}

/** What is committed, at once, to all who follow closely: the leader will not be there to say so with a tick. */
export function announceCommit(raft: Raft): void {
  for (const progress of raft.progress.values()) {
    const isClose = progress.state === 'replicate' && !needsSnapshot(raft, progress);
    if (isClose && progress.id !== raft.id && progress.canBumpCommit(raft.log.committed))
      sendAppend(raft, progress);
  }
}

export function broadcastHeartbeat(raft: Raft): void {
  const { lastRound } = raft.reads;
  for (const progress of raft.progress.values()) {
    if (progress.id !== raft.id) sendHeartbeat(raft, progress, lastRound);
  }
}

function sendHeartbeat(raft: Raft, progress: Progress, context: number): void {
  // Raft §5.3 through the back door: a commit index beyond what the follower holds for certain could commit a stale suffix.
  const commit = Math.min(progress.match, raft.log.committed);
  raft.send({ type: MessageType.Heartbeat, to: progress.id, commit, context });
}

export function handleAppendResponse(raft: Raft, message: Message): void {
  const progress = raft.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentActive = true;
  if (message.reject) {
    if (message.context === JOINING) {
      progress.refusedWithoutMembership(message.index);
      return;
    }
    const hint =
      message.logTerm > 0
        ? raft.log.lastIndexUpToTerm(message.rejectHint, message.logTerm)
        : message.rejectHint;
    if (!progress.maybeDecrease(message.index, hint)) return;
    if (progress.state === 'replicate') progress.becomeProbe();
    progress.mustSend = true;
    return;
  }
  if (message.index > raft.log.lastIndex) return;
  const isNews = progress.maybeUpdate(message.index);
  // Also without news: an answer to an empty probe says where the logs agree.
  const agrees = isNews || (progress.state === 'probe' && progress.match === message.index);
  if (progress.state !== 'replicate') {
    // Whatever brought it this far, the log has all that it lacks. If not, it did not take the snapshot: the next one waits for a heartbeat.
    if (agrees && progress.match >= raft.log.baseIndex) progress.becomeReplicate();
  } else progress.inflights.freeUpTo(message.index);
  if (!isNews) return;
  if (raft.maybeCommit()) releasePostponedReads(raft);
  if (raft.transferee === message.from && progress.match === raft.log.lastIndex)
    sendTimeoutNow(raft, message.from);
}

/** The own disk holds the log up to `log.stable`. */
export function handleOwnProgress(raft: Raft): void {
  const self = raft.progress.get(raft.id);
  if (self?.maybeUpdate(raft.log.stable) && raft.maybeCommit()) releasePostponedReads(raft);
}

export function handleHeartbeatResponse(raft: Raft, message: Message): void {
  const progress = raft.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentActive = true;
  progress.probeSent = false;
  // Appends or their answers may be lost: this is the chance to find out.
  if (progress.match < raft.log.lastIndex || progress.state === 'probe') progress.mustSend = true;
  if (message.context > 0) confirmReads(raft, message.from, message.context);
}

export function reportUnreachable(raft: Raft, id: NodeId): void {
  const progress = raft.progress.get(id);
  if (raft.role === Role.Leader && progress?.state === 'replicate' && id !== raft.id) progress.becomeProbe();
}

export function reportSnapshot(raft: Raft, id: NodeId, ok: boolean): void {
  if (raft.role === Role.Leader) raft.progress.get(id)?.snapshotReported(ok);
}

// Reads

/** False when too many reads wait already: the asker asks again or gives up. */
export function handleReadIndex(raft: Raft, from: NodeId, context: number): boolean {
  if (raft.isFullOfReads) return false;
  startRead(raft, from, context);
  return true;
}

function startRead(raft: Raft, from: NodeId, context: number): void {
  if (!raft.hasCommittedInTerm) {
    raft.postponedReads.push({ from, context });
    return;
  }
  if (isAlone(raft)) {
    answerRead(raft, from, context, raft.log.committed);
    return;
  }
  raft.reads.add(from, context, raft.log.committed);
  broadcastHeartbeat(raft);
}

/** `peer` acknowledged a read round. With this node itself for `peer`: a quorum may have become smaller. */
export function confirmReads(raft: Raft, peer: NodeId, round: number): void {
  const { voters, votersOutgoing } = raft.membership;
  for (const read of raft.reads.acknowledge(raft.id, peer, round, voters, votersOutgoing)) {
    answerRead(raft, read.from, read.context, read.index);
  }
}

export function releasePostponedReads(raft: Raft): void {
  if (raft.postponedReads.length === 0 || !raft.hasCommittedInTerm) return;
  const reads = raft.postponedReads;
  raft.postponedReads = [];
  for (const { from, context } of reads) startRead(raft, from, context);
}

function answerRead(raft: Raft, from: NodeId, context: number, index: number): void {
  if (from === raft.id) raft.readStates.push({ context, index });
  else raft.send({ type: MessageType.ReadIndexResponse, to: from, index, context });
}

/** No other node votes, in either half of a joint configuration: nobody's answer could confirm a read. */
function isAlone(raft: Raft): boolean {
  const { voters, votersOutgoing } = raft.membership;
  const isOnlySelf = (half: ReadonlySet<NodeId>): boolean => half.size === 1 && half.has(raft.id);
  return isOnlySelf(voters) && (votersOutgoing.size === 0 || isOnlySelf(votersOutgoing));
}

// Leadership

export function transferLeader(raft: Raft, to: NodeId): void {
  if (raft.role !== Role.Leader) return;
  const progress = raft.progress.get(to);
  if (progress === undefined || to === raft.id || !raft.membership.voters.has(to) || raft.transferee === to)
    return;
  // Thesis §3.10: the transfer has one election time-out; proposals wait outside meanwhile.
  raft.electionElapsed = 0;
  raft.transferee = to;
  if (progress.match === raft.log.lastIndex) sendTimeoutNow(raft, to);
  else progress.mustSend = true;
}

function sendTimeoutNow(raft: Raft, to: NodeId): void {
  raft.send({ type: MessageType.TimeoutNow, to });
}

export function leaderTick(raft: Raft): void {
  raft.commitNoticeDue = true;
  raft.heartbeatElapsed += 1;
  raft.electionElapsed += 1;
  if (raft.electionElapsed >= raft.config.electionTicksMin) {
    raft.electionElapsed = 0;
    raft.transferee = 0;
    if (raft.checksQuorum && !isQuorumActive(raft)) {
      raft.becomeFollower(raft.term, 0);
      return;
    }
  }
  if (raft.heartbeatElapsed >= raft.config.heartbeatTicks) {
    raft.heartbeatElapsed = 0;
    broadcastHeartbeat(raft);
  }
}

/** Thesis §6.2: a leader cut off from the majority must not look like one for longer than an election time-out. */
function isQuorumActive(raft: Raft): boolean {
  const { voters, votersOutgoing } = raft.membership;
  const hasMajority = (config: ReadonlySet<NodeId>): boolean => {
    let active = 0;
    for (const id of config) if (id === raft.id || raft.progress.get(id)?.recentActive === true) active += 1;
    return config.size === 0 || active > config.size / 2;
  };
  const active = hasMajority(voters) && hasMajority(votersOutgoing);
  for (const progress of raft.progress.values()) progress.recentActive = progress.id === raft.id;
  return active;
}
