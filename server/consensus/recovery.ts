import { InvariantError } from '../errors.js';
import { type Membership, restoreMembership } from './confchange.js';
import type { RaftConfig } from './config.js';
import { type Entry, EntryType, type NodeId } from './messages.js';
import { RaftLog } from './raft-log.js';

/** What a node starts with, from what was found on its disk. */
export interface Recovered {
  readonly log: RaftLog;
  readonly membership: Membership;
  readonly term: number;
  readonly vote: NodeId;
}

export function recover({ hardState, snapshot, base, entries }: RaftConfig): Recovered {
  // A snapshot may be durable before the hard state of its term is. No vote of that term has left then: a vote is durable before it does.
  const isBehind = snapshot.term > hardState.term;
  const term = isBehind ? snapshot.term : hardState.term;
  const vote = isBehind ? 0 : hardState.vote;
  const known = Math.min(hardState.commit, base.index + entries.length);
  const committed = Math.max(known, impliedCommit(entries), snapshot.index);
  const log = new RaftLog(base, entries, committed, snapshot.index);
  const membership = restoreMembership(snapshot);
  if (log.lastTerm > term)
    throw new InvariantError(`last entry has term ${log.lastTerm}, hard state has term ${term}`);
  if (!log.matches(snapshot.index, snapshot.term)) {
    const there = log.term(snapshot.index);
    throw new InvariantError(
      `the snapshot at ${snapshot.index} has term ${snapshot.term}, the log has term ${there}`,
    );
  }
  if (membership.voters.size === 0 && log.lastIndex > 0)
    throw new InvariantError(`a node without membership has a log up to ${log.lastIndex}`);
  return { log, membership, term, vote };
}

/**
 * A leader proposes a change of membership only when it has applied the one before. So a log with two changes says that the first is committed,
 * whatever the hard state says, which may be older than the entries when a crash tore an append. Campaigning by a
 * membership two changes old would be unsafe: its majorities need not overlap those of the present one.
 */
function impliedCommit(entries: readonly Entry[]): number {
  let before = 0;
  let last = 0;
  for (const { type, index } of entries) {
    if (type !== EntryType.ConfChange) continue;
    before = last;
    last = index;
  }
  return before;
}
