import { StrataError } from '../errors.js';
import type { Entry, HardState, NodeId, SnapshotMeta } from './messages.js';

export const PENDING_READS_MAX = 4096;

/** What a core is made of. Times are in ticks; what a tick lasts is the caller's business. */
export interface RaftConfig {
  readonly id: NodeId;
  /**
   * The durable snapshot that the state machine starts from: up to its index everything is applied, and its membership is in force. A new
   * cluster starts from one at index 0 with its first members, a node that joins from one without any.
   */
  readonly snapshot: SnapshotMeta;
  /** As recovered from storage; zeros for a new node. */
  readonly hardState: HardState;
  /** The entry before the first recovered one. The log covers the snapshot: `base.index <= snapshot.index <= last index`. */
  readonly base: { readonly index: number; readonly term: number };
  /** Recovered entries, contiguous from `base.index + 1`. */
  readonly entries: readonly Entry[];
  /** A follower campaigns after a time drawn anew from [min, max). The minimum is also the leader's lease on votes. */
  readonly electionTicksMin: number;
  readonly electionTicksMax: number;
  readonly heartbeatTicks: number;
  /** Ask before raising the term, so that a node that was cut off does not disturb (thesis §9.6). Default true. */
  readonly preVote?: boolean;
  /** A leader that does not hear from a quorum within an election time-out steps down (thesis §6.2). Default true. */
  readonly checkQuorum?: boolean;
  /** Most bytes of entries in one append. */
  readonly appendBytesMax: number;
  /**
   * Most bytes of committed entries in one ready, one entry at least; 128 KiB unless given. The caller applies them in one go, and what waits meanwhile
   * are its heartbeats: an entry of a few hundred new keys takes milliseconds.
   */
  readonly applyBytesMax?: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  /** Most bytes proposed and not yet committed. */
  readonly uncommittedBytesMax: number;
  /** Most reads that wait for their round; more are refused. Default 4096. */
  readonly pendingReadsMax?: number;
  /**
   * Ticks after the start in which no vote is given, forced transfers excepted: the node may have answered a heartbeat just before it
   * crashed, and a leader's read lease builds on that. Default `electionTicksMin`, or 0 for a node that never had a term.
   */
  readonly voteGraceTicks?: number;
  /** True: `ready()` accepts at once and completions are stepped. False: `advance()` completes the last ready. */
  readonly asyncStorageWrites: boolean;
  /**
   * When followers hear of a new commit index: `eager` at once, by an empty append if no entries go their way; `tick` with the next entries
   * or the next tick, which spares a message and an answer per follower and commit. Default `eager`.
   */
  readonly commitNotice?: 'eager' | 'tick';
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** One sentence per rule; the first one broken is thrown. */
export function validateRaftConfig(config: RaftConfig): void {
  const rules: readonly [field: keyof RaftConfig, holds: boolean, rule: string][] = [
    ['id', Number.isSafeInteger(config.id) && config.id > 0, 'must be a positive integer'],
    ['heartbeatTicks', config.heartbeatTicks > 0, 'must be above 0'],
    ['electionTicksMin', config.electionTicksMin > config.heartbeatTicks, 'must be above heartbeatTicks'],
    ['electionTicksMax', config.electionTicksMax > config.electionTicksMin, 'must be above electionTicksMin'],
    ['appendBytesMax', config.appendBytesMax > 0, 'must be above 0'],
    ['inflightMessagesMax', config.inflightMessagesMax > 0, 'must be above 0'],
    ['inflightBytesMax', config.inflightBytesMax >= config.appendBytesMax, 'must be at least appendBytesMax'],
    ['uncommittedBytesMax', config.uncommittedBytesMax > 0, 'must be above 0'],
    ['pendingReadsMax', (config.pendingReadsMax ?? PENDING_READS_MAX) > 0, 'must be above 0'],
    ['voteGraceTicks', (config.voteGraceTicks ?? 0) >= 0, 'must not be negative'],
  ];
  for (const [field, holds, rule] of rules) {
    if (!holds)
      throw new StrataError('STRATA_CONFIG_INVALID', {
        field: `raft.${field}`,
        actual: String(config[field]),
        rule,
      });
  }
}
