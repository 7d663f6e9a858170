import type { Membership } from '../confchange.js';
import type { SnapshotMeta } from '../messages.js';
import { Progress } from '../progress.js';
import { Raft } from '../raft.js';
import { RaftLog } from '../raft-log.js';
import { type Mutation, replace } from './mutation.js';

/** Defects of snapshots, compaction, joining nodes and what a restart has to forget. */
export const SNAPSHOT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a snapshot replaces a log that holds it already, and what is behind it',
    foundBy: ['match is durable', 'committed is durable', 'durable before answering'],
    apply: replace(
      RaftLog.prototype,
      'relationTo',
      (original) =>
        function relationTo(this: RaftLog, snapshot: SnapshotMeta): 'old' | 'held' | 'news' {
          return original.call(this, snapshot) === 'old' ? 'old' : 'news';
        },
    ),
  },
  {
    name: 'a node keeps its own members when a snapshot replaces its log',
    foundBy: ['membership'],
    apply: replace(
      Raft.prototype,
      'setMembership',
      (original) =>
        function setMembership(this: Raft, membership: Membership): void {
          if (!this.log.hasPendingSnapshot || !this.hasMembership()) original.call(this, membership);
        },
    ),
  },
  {
    name: 'a log that is wholly compacted counts as empty in an election',
    foundBy: ['leader completeness', 'committed is durable', 'state machine safety'],
    apply: replace(
      RaftLog.prototype,
      'isUpToDate',
      (original) =>
        function isUpToDate(this: RaftLog, index: number, term: number): boolean {
          return this.lastIndex === this.baseIndex || original.call(this, index, term);
        },
    ),
  },
  {
    name: 'a leader counts a snapshot that arrived without waiting for the answer of the node',
    foundBy: ['match is durable', 'committed is durable'],
    apply: replace(
      Progress.prototype,
      'snapshotReported',
      (original) =>
        function snapshotReported(this: Progress, ok: boolean): void {
          if (ok) this.match = Math.max(this.match, this.pendingSnapshot);
          original.call(this, ok);
        },
    ),
  },
  {
    name: 'a snapshot that failed is never tried again',
    foundBy: ['liveness'],
    apply: replace(
      Progress.prototype,
      'snapshotReported',
      (original) =>
        function snapshotReported(this: Progress, ok: boolean): void {
          if (ok) original.call(this, ok);
        },
    ),
  },
  {
    name: 'compaction forgets more than the snapshot covers',
    foundBy: ['liveness'],
    apply: replace(
      RaftLog.prototype,
      'compact',
      (original) =>
        function compact(this: RaftLog, index: number): void {
          original.call(this, Math.min(index + 2, this.applied));
        },
    ),
  },
  {
    name: 'a node that joins is sent entries only',
    foundBy: ['liveness'],
    apply: replace(Progress.prototype, 'refusedWithoutMembership', () => () => {}),
  },
  {
    name: 'a node votes right after its start, although it may have answered a heartbeat before',
    foundBy: ['vote grace'],
    apply: replace(Raft.prototype, 'isInVoteGrace', () => () => false),
  },
];
