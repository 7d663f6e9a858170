import type { HardState } from '../consensus/messages.js';
import type { LogPosition } from '../ports/log-storage.js';

/**
 * The hard state that goes with a log whose last entry has `lastTerm`: entries stand before the hard state
 * that came with them, so between the two the term of the log is ahead. Nobody has been voted for in that
 * term yet.
 */
export function raisedTo(lastTerm: number, hardState: HardState): HardState {
  return lastTerm > hardState.term ? { term: lastTerm, vote: 0, commit: hardState.commit } : hardState;
}

/** The hard state that goes with a snapshot: what is in it is committed. */
export function raisedToSnapshot(snapshot: LogPosition, hardState: HardState): HardState {
  const { term, vote, commit } = raisedTo(snapshot.term, hardState);
  return { term, vote, commit: Math.max(commit, snapshot.index) };
}

/** What is wrong with `next` after `old` at the end of such a log; null when nothing is. */
export function hardStateFault(
  old: HardState,
  next: HardState,
  lastIndex: number,
  lastTerm: number,
): string | null {
  const { term, vote, commit } = next;
  if (!Number.isSafeInteger(term) || !Number.isSafeInteger(vote) || !Number.isSafeInteger(commit))
    return `hard state out of range: term ${term}, vote ${vote}, commit ${commit}`;
  if (term < old.term) return `the term of the hard state goes from ${old.term} back to ${term}`;
  if (term < lastTerm) return `the hard state has term ${term}, the last entry ${lastTerm}`;
  if (term === old.term && old.vote !== 0 && vote !== old.vote)
    return `the vote in term ${term} changes from ${old.vote} to ${vote}`;
  if (commit < old.commit) return `commit goes from ${old.commit} back to ${commit}`;
  if (commit > lastIndex) return `commit ${commit} is above the last entry ${lastIndex}`;
  return null;
}
