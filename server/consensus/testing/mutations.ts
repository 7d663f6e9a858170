import { type Entry, MessageType } from '../messages.js';
import { Progress } from '../progress.js';
import { committedIndex } from '../quorum.js';
import { type Outgoing, Raft } from '../raft.js';
import { RaftLog } from '../raft-log.js';
import { ReadRounds } from '../read-index.js';
import { type Mutation, replace } from './mutation.js';
import { SNAPSHOT_MUTATIONS } from './snapshot-mutations.js';

const passesTheDisk = (type: MessageType): (() => () => void) =>
  replace(
    Raft.prototype,
    'send',
    (original) =>
      function send(this: Raft, outgoing: Outgoing): void {
        original.call(this, outgoing);
        if (outgoing.type !== type || outgoing.to === this.id) return;
        this.messages.push(this.messagesAfterAppend.pop()!);
      },
  );

/** What a majority, or nearly one, has acknowledged. */
function counted(raft: Raft, missing: number): number {
  const { voters, votersOutgoing } = raft.membership;
  const acked = (id: number): number => raft.progress.get(id)?.match ?? 0;
  if (missing === 0) return committedIndex(voters, votersOutgoing, acked);
  const matches = [...voters].map(acked).sort((a, b) => b - a);
  return matches[Math.max(0, Math.floor(matches.length / 2) - missing)] ?? 0;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'an entry of an earlier term is committed by counting (figure 8)',
    foundBy: ['leader completeness', 'state machine safety'],
    apply: replace(
      Raft.prototype,
      'maybeCommit',
      () =>
        function maybeCommit(this: Raft): boolean {
          const index = Math.min(counted(this, 0), this.log.lastIndex);
          if (index <= this.log.committed) return false;
          this.log.commitTo(index);
          return true;
        },
    ),
  },
  {
    name: 'one acknowledgement fewer than a majority commits',
    foundBy: ['committed is durable'],
    apply: replace(
      Raft.prototype,
      'maybeCommit',
      () =>
        function maybeCommit(this: Raft): boolean {
          const index = Math.min(counted(this, 1), this.log.lastIndex);
          if (index <= this.log.committed || this.log.term(index) !== this.term) return false;
          this.log.commitTo(index);
          return true;
        },
    ),
  },
  {
    name: 'a vote leaves before it is durable',
    foundBy: ['durable before answering'],
    apply: passesTheDisk(MessageType.VoteResponse),
  },
  {
    name: 'an append is answered before it is durable',
    foundBy: ['durable before answering'],
    apply: passesTheDisk(MessageType.AppendResponse),
  },
  {
    name: 'a leader counts its own entries when it hands them to its disk (etcd #14370)',
    foundBy: ['match is durable', 'committed is durable'],
    apply: replace(
      RaftLog.prototype,
      'takeUnsubmitted',
      (original) =>
        function takeUnsubmitted(this: RaftLog): readonly Entry[] {
          const entries = original.call(this);
          this.stableTo(this.lastIndex, this.lastTerm);
          return entries;
        },
    ),
  },
  {
    name: 'a vote is forgotten when a leader of the same term is heard of',
    foundBy: ['one vote a term', 'election safety'],
    apply: replace(
      Raft.prototype,
      'becomeFollower',
      (original) =>
        function becomeFollower(this: Raft, term: number, leader: number): void {
          if (term === this.term) this.vote = 0;
          original.call(this, term, leader);
        },
    ),
  },
  {
    name: 'a vote is given to any log',
    foundBy: ['leader completeness'],
    apply: replace(RaftLog.prototype, 'isUpToDate', () => () => true),
  },
  {
    name: 'a vote compares only the length of the logs',
    foundBy: ['leader completeness'],
    apply: replace(
      RaftLog.prototype,
      'isUpToDate',
      () =>
        function isUpToDate(this: RaftLog, index: number): boolean {
          return index >= this.lastIndex;
        },
    ),
  },
  {
    name: 'an append removes what follows it, matching or not (async-raft 9540c904)',
    foundBy: ['match is durable', 'durable before answering'],
    apply: replace(
      RaftLog.prototype,
      'tryAppend',
      (original) =>
        function tryAppend(this: RaftLog, index: number, term: number, entries: readonly Entry[]): number {
          const first = entries[0];
          // A conflict of one's own making removes the suffix; the entries then replace it.
          if (first !== undefined && first.index <= this.lastIndex)
            original.call(this, index, term, [{ ...first, term: this.lastTerm + 1 }]);
          return original.call(this, index, term, entries);
        },
    ),
  },
  {
    name: 'a heartbeat names the commit index of the leader to everyone, whatever they hold',
    foundBy: ['state machine safety'],
    apply: replace(
      Raft.prototype,
      'send',
      (original) =>
        function send(this: Raft, outgoing: Outgoing): void {
          const isHeartbeat = outgoing.type === MessageType.Heartbeat;
          original.call(this, isHeartbeat ? { ...outgoing, commit: this.log.committed } : outgoing);
        },
    ),
  },
  {
    name: 'the answer to a candidate does not tell what is committed',
    foundBy: ['liveness'],
    apply: replace(
      Raft.prototype,
      'send',
      (original) =>
        function send(this: Raft, outgoing: Outgoing): void {
          const { type } = outgoing;
          const isAnswer = type === MessageType.VoteResponse || type === MessageType.PreVoteResponse;
          original.call(this, isAnswer ? { ...outgoing, commit: 0, logTerm: 0 } : outgoing);
        },
    ),
  },
  {
    name: 'any answer confirms all reads (etcd #20418)',
    foundBy: ['fresh read'],
    apply: replace(
      ReadRounds.prototype,
      'acknowledge',
      (original) =>
        function acknowledge(this: ReadRounds, self, peer, _round, voters, outgoing) {
          return original.call(this, self, peer, this.lastRound, voters, outgoing);
        },
    ),
  },
  {
    name: 'a leader confirms its reads alone (etcd #741)',
    foundBy: ['fresh read'],
    apply: replace(
      ReadRounds.prototype,
      'acknowledge',
      (original) =>
        function acknowledge(this: ReadRounds, self, peer, round) {
          return original.call(this, self, peer, round, [self], []);
        },
    ),
  },
  {
    name: 'a refused append is not tried further back',
    foundBy: ['liveness'],
    apply: replace(Progress.prototype, 'maybeDecrease', () => () => false),
  },
  ...SNAPSHOT_MUTATIONS,
];
