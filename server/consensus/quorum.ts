import type { NodeId } from './messages.js';

// What a majority has acknowledged or voted for, in a plain configuration (`outgoing` empty) and in a joint one, where
// every decision needs a majority of both halves (Ongaro's thesis §4.3).
//
// Acknowledgements are the hottest input of a leader, so for up to `SMALL_VOTERS_MAX` voters in an array or a Set nothing
// is allocated here: the visitors are module-level functions over module-level scratch state instead of closures. That is
// safe because nothing here is asynchronous; a look-up function must not call back into this file.

/** The highest index that a node is known to hold durably; undefined when it has not said. */
export type AckedIndex = ReadonlyMap<NodeId, number> | ((id: NodeId) => number | undefined);
export type VoteResult = 'won' | 'lost' | 'pending';

const SMALL_VOTERS_MAX = 7;

/** The smallest number of `voters` that any other such number must overlap. Of 0 voters: 1, which nobody can reach. */
export function quorumSize(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/**
 * The largest log index that a quorum of `incoming` and a quorum of `outgoing` have acknowledged. Who has not acknowledged
 * counts as 0; nodes outside both configurations (learners) do not count. An empty configuration imposes nothing:
 * two empty ones give `Number.MAX_SAFE_INTEGER`, so the caller bounds the answer by its last index.
 */
export function committedIndex(
  incoming: Iterable<NodeId>,
  outgoing: Iterable<NodeId>,
  acked: AckedIndex,
): number {
  return Math.min(majorityIndex(incoming, acked), majorityIndex(outgoing, acked));
}

/**
 * How the election stands: `'lost'` as soon as either half cannot be won any more, `'won'` once both are won.
 * An empty configuration is `'won'`; votes of nodes outside both configurations do not count.
 */
export function voteResult(
  incoming: Iterable<NodeId>,
  outgoing: Iterable<NodeId>,
  votes: ReadonlyMap<NodeId, boolean>,
): VoteResult {
  const first = majorityVote(incoming, votes);
  if (first === 'lost') return 'lost';
  const second = majorityVote(outgoing, votes);
  if (second === 'lost') return 'lost';
  return first === 'won' && second === 'won' ? 'won' : 'pending';
}

/** Acknowledged indexes of the voters visited so far in `[0, gathered)`. Doubles: an index may exceed 32 bits. */
let scratch = new Float64Array(SMALL_VOTERS_MAX);
let gathered = 0;
let ackedMap: ReadonlyMap<NodeId, number> | undefined;
let ackedLookup: ((id: NodeId) => number | undefined) | undefined;

function majorityIndex(voters: Iterable<NodeId>, acked: AckedIndex): number {
  gathered = 0;
  ackedMap = typeof acked === 'function' ? undefined : acked;
  ackedLookup = typeof acked === 'function' ? acked : undefined;
  visitVoters(voters, gatherAck);
  // Do not keep the caller's structures alive until the next call.
  ackedMap = undefined;
  ackedLookup = undefined;
  if (gathered === 0) return Number.MAX_SAFE_INTEGER;
  sortScratch(gathered);
  // Ascending: the entry `quorumSize` from the end is acknowledged by that many voters.
  return scratch[gathered - quorumSize(gathered)]!;
}

function gatherAck(id: NodeId): void {
  const index = ackedLookup === undefined ? ackedMap!.get(id) : ackedLookup(id);
  if (gathered === scratch.length) growScratch();
  scratch[gathered] = index ?? 0;
  gathered += 1;
}

function growScratch(): void {
  const larger = new Float64Array(scratch.length * 2);
  larger.set(scratch);
  scratch = larger;
}

function sortScratch(count: number): void {
  if (count > SMALL_VOTERS_MAX) {
    scratch.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i += 1) {
    const value = scratch[i]!;
    let hole = i;
    while (hole > 0 && scratch[hole - 1]! > value) {
      scratch[hole] = scratch[hole - 1]!;
      hole -= 1;
    }
    scratch[hole] = value;
  }
}

let votesCast: ReadonlyMap<NodeId, boolean> | undefined;
let voterCount = 0;
let grantedCount = 0;
let rejectedCount = 0;

function majorityVote(voters: Iterable<NodeId>, votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  votesCast = votes;
  voterCount = 0;
  grantedCount = 0;
  rejectedCount = 0;
  visitVoters(voters, countVote);
  votesCast = undefined;
  if (voterCount === 0) return 'won';
  const needed = quorumSize(voterCount);
  if (grantedCount >= needed) return 'won';
  return voterCount - rejectedCount >= needed ? 'pending' : 'lost';
}

function countVote(id: NodeId): void {
  const vote = votesCast!.get(id);
  voterCount += 1;
  if (vote === true) grantedCount += 1;
  else if (vote === false) rejectedCount += 1;
}

/**
 * Visits each distinct id once. A repeated id in a list must never vote twice: that would let a minority pass for a
 * majority. `Set.forEach` and an indexed loop, because `for…of` makes an iterator and a result object for each step.
 */
function visitVoters(voters: Iterable<NodeId>, visit: (id: NodeId) => void): void {
  if (voters instanceof Set) {
    voters.forEach(visit);
  } else if (Array.isArray(voters) && voters.length <= SMALL_VOTERS_MAX) {
    const list: readonly NodeId[] = voters;
    for (let i = 0; i < list.length; i += 1) {
      if (list.indexOf(list[i]!) === i) visit(list[i]!);
    }
  } else {
    new Set(voters).forEach(visit);
  }
}
