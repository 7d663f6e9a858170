import {
  type Entry,
  EntryType,
  type NodeId,
  type ReadState,
  Role,
  type SnapshotMeta,
  type StorageAppend,
} from '../messages.js';
import { AnswerChecks } from './answer-checks.js';
import { MembershipHistory } from './membership-history.js';
import { isSame, type Observed } from './observed.js';
import { Violation } from './violation.js';

/** What was last seen of a node, to see that it only grows. */
interface Seen {
  term: number;
  commit: number;
  applied: number;
  ledTerm: number;
}

/** Terms and indexes of a run stay far below this. */
const KEY_BASE = 2 ** 24;

/**
 * The properties that Raft promises (figure 3 of the paper) and those that this core adds, checked after every step of every node against
 * the history of the whole run, by an observer who sees all disks at once. A property that fails throws a `Violation`.
 */
export class Invariants {
  readonly #nodes: ReadonlyMap<NodeId, Observed>;
  readonly #seen = new Map<NodeId, Seen>();
  readonly #leaderOf = new Map<number, NodeId>();
  /** Every entry that ever stood in a log, by index and term, with the term before it. */
  readonly #known = new Map<number, { readonly entry: Entry; readonly previousTerm: number }>();
  /** What is committed, and in which leader's term that was first seen. */
  readonly chosen: Entry[] = [];
  readonly #chosenIn: number[] = [];
  readonly answers = new AnswerChecks();
  readonly #memberships: MembershipHistory;
  readonly #reads = new Map<number, { readonly node: NodeId; readonly chosenBefore: number }>();
  readsServed = 0;
  /** Snapshots of leaders that replaced a log. */
  installs = 0;

  /** A run may begin with logs as the figures of the paper draw them; `chosen` are the entries committed in them. */
  constructor(nodes: ReadonlyMap<NodeId, Observed>, first: SnapshotMeta, chosen: readonly Entry[] = []) {
    this.#nodes = nodes;
    this.#memberships = new MembershipHistory(first);
    for (const entry of chosen) this.#choose(entry, entry.term);
  }

  #choose(entry: Entry, term: number): void {
    this.chosen.push(entry);
    this.#chosenIn.push(term);
    this.#memberships.onChosen(entry);
  }

  get leaderCount(): number {
    return this.#leaderOf.size;
  }

  onStart(node: Observed): void {
    const { raw, storage } = node;
    if (raw === null) return;
    for (const entry of storage.log.entries) this.#checkLogMatching(entry, storage.log.term(entry.index - 1));
    const { term, commitIndex: commit, appliedIndex: applied } = raw;
    this.#seen.set(node.id, { term, commit, applied, ledTerm: 0 });
    this.#checkCommitKnown(node, commit);
    this.#checkOneChange(node);
    if (raw.membership.voters.size > 0) this.onMembership(node, applied);
  }

  onStep(node: Observed): void {
    const { raw } = node;
    const seen = this.#seen.get(node.id);
    if (raw === null || seen === undefined) return;
    const { term, commitIndex: commit, appliedIndex: applied } = raw;
    monotone(node, 'term', seen.term, term);
    monotone(node, 'commit', seen.commit, commit);
    monotone(node, 'applied', seen.applied, applied);
    if (applied > commit)
      throw new Violation('applied <= committed', `node ${node.id}: ${applied} > ${commit}`);
    seen.term = term;
    seen.applied = applied;
    if (raw.role === Role.Leader) {
      if (seen.ledTerm !== term) this.#onElected(node, term);
      seen.ledTerm = term;
      if (commit > seen.commit) this.#onCommit(node, commit);
      this.#checkMatches(node);
    }
    if (commit > seen.commit) this.#checkCommitKnown(node, commit);
    seen.commit = commit;
  }

  /** Election safety (§5.2) and leader completeness (§5.4). */
  #onElected(node: Observed, term: number): void {
    const other = this.#leaderOf.get(term);
    if (other !== undefined && other !== node.id)
      throw new Violation('election safety', `nodes ${other} and ${node.id} both lead term ${term}`);
    this.#leaderOf.set(term, node.id);
    this.chosen.forEach((entry, at) => {
      const holds =
        node.submitted.base.index > entry.index || node.submitted.term(entry.index) === entry.term;
      if (this.#chosenIn[at]! < term && !holds) {
        throw new Violation(
          'leader completeness',
          `node ${node.id} leads term ${term} without entry ${entry.index} committed in term ${this.#chosenIn[at]}`,
        );
      }
    });
  }

  /** A leader commits only what a quorum of its configuration has on disk (§5.3, §5.4.2). */
  #onCommit(node: Observed, commit: number): void {
    const raw = node.raw!;
    const entry = node.submitted.at(commit);
    if (entry === undefined)
      throw new Violation(
        'committed is durable',
        `node ${node.id} commits ${commit}, never handed to storage`,
      );
    for (const half of [raw.membership.voters, raw.membership.votersOutgoing]) {
      let holding = 0;
      for (const id of half) {
        const holder = this.#nodes.get(id);
        if (holder === undefined) continue;
        if (holder.storage.log.term(commit) === entry.term || snapshotOf(holder) >= commit) holding += 1;
      }
      if (half.size > 0 && holding <= half.size / 2) {
        throw new Violation(
          'committed is durable',
          `node ${node.id} commits ${commit} of term ${entry.term}, durable on ${holding} of ${half.size} voters`,
        );
      }
    }
    for (let index = this.chosen.length + 1; index <= commit; index++) {
      this.#choose(node.submitted.at(index)!, raw.term);
    }
  }

  /** Nobody commits what no leader has committed. */
  #checkCommitKnown(node: Observed, commit: number): void {
    if (commit > this.chosen.length) {
      throw new Violation(
        'state machine safety',
        `node ${node.id} commits ${commit}, leaders only ${this.chosen.length}`,
      );
    }
  }

  /** `match` of a leader is on that follower's disk, as long as the follower knows no later term (figure 2, matchIndex). */
  #checkMatches(node: Observed): void {
    const raw = node.raw!;
    for (const { id, match, next } of raw.status().progress) {
      const follower = this.#nodes.get(id);
      if (match >= next) throw new Violation('match < next', `node ${id}: ${match} >= ${next}`);
      if (follower === undefined || match <= node.submitted.base.index) continue;
      const { storage } = follower;
      if (storage.hardState.term > raw.term || match <= snapshotOf(follower)) continue;
      if (storage.log.term(match) !== node.submitted.term(match)) {
        throw new Violation(
          'match is durable',
          `leader ${node.id} of term ${raw.term} counts ${match} on node ${id}, whose disk holds ${storage.log.lastIndex}`,
        );
      }
    }
  }

  onSubmit(node: Observed, { entries, hardState }: StorageAppend): void {
    const first = entries[0];
    if (first !== undefined && first.index <= node.submitted.lastIndex && node.raw?.role === Role.Leader) {
      throw new Violation(
        'leader append-only',
        `leader ${node.id} replaces entry ${first.index} of ${node.submitted.lastIndex} (§5.3)`,
      );
    }
    let previousTerm = first === undefined ? 0 : node.submitted.term(first.index - 1);
    for (const entry of entries) {
      this.#checkLogMatching(entry, previousTerm);
      previousTerm = entry.term;
    }
    if (hardState !== null) this.#checkCommitKnown(node, hardState.commit);
  }

  /**
   * Log matching (§5.3): index and term name one entry, and the one before it; by induction all before it. Remembering every entry of the
   * run compares all logs of all times at the cost of one look-up.
   */
  #checkLogMatching(entry: Entry, previousTerm: number): void {
    const key = entry.term * KEY_BASE + entry.index;
    const known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, { entry, previousTerm });
    else if (known.previousTerm !== previousTerm || !isSame(known.entry, entry)) {
      throw new Violation(
        'log matching',
        `two logs differ at or before index ${entry.index}, term ${entry.term}`,
      );
    }
  }

  /** After a ready: what the node holds for committed is what was committed. */
  onDrained(node: Observed): void {
    const { raw, submitted } = node;
    if (raw === null) return;
    this.#checkOneChange(node);
    const last = Math.min(raw.commitIndex, submitted.lastIndex);
    if (last > 0 && submitted.term(last) !== this.chosen[last - 1]?.term) {
      throw new Violation('state machine safety', `node ${node.id} committed another entry at ${last}`);
    }
  }

  /**
   * At most one configuration change stands behind the commit index that a node knows. It campaigns by the membership of its commit index;
   * two changes behind, its majorities need not overlap those of the others any more.
   */
  #checkOneChange({ id, raw, submitted }: Observed): void {
    const commit = raw?.commitIndex ?? 0;
    let changes = 0;
    for (let index = commit + 1; index <= submitted.lastIndex; index++) {
      if (submitted.at(index)?.type === EntryType.ConfChange) changes += 1;
    }
    if (changes > 1)
      throw new Violation('one change at a time', `node ${id}: ${changes} behind commit ${commit}`);
  }

  /** State machine safety (§5.4.3): every node applies the same entry at every index, once and in order. */
  onApply(node: Observed, entry: Entry): void {
    if (entry.index !== node.applied.length + 1)
      throw new Violation(
        'applied once in order',
        `node ${node.id}: ${entry.index} after ${node.applied.length}`,
      );
    const chosen = this.chosen[entry.index - 1];
    if (chosen === undefined || !isSame(chosen, entry))
      throw new Violation('state machine safety', `node ${node.id} applies another entry at ${entry.index}`);
  }

  // Snapshots

  /** A snapshot stands for what was committed, with the members as of then (§7: "the latest configuration in the log as of last included index"). */
  onSnapshot(meta: SnapshotMeta): void {
    if (meta.index > 0 && this.chosen[meta.index - 1]?.term !== meta.term)
      throw new Violation('snapshot is of what was committed', `index ${meta.index}, term ${meta.term}`);
    this.#memberships.check(meta.index, meta);
  }

  onInstalled(node: Observed, meta: SnapshotMeta): void {
    this.installs += 1;
    this.onSnapshot(meta);
    if (node.applied.length !== meta.index)
      throw new Violation(
        'applied once in order',
        `node ${node.id} holds ${node.applied.length} after ${meta.index}`,
      );
    this.onMembership(node, meta.index);
  }

  /** Every node has the same members at the same index, however it came there. */
  onMembership(node: Observed, index: number): void {
    if (node.raw !== null) this.#memberships.check(index, node.raw.membership);
  }

  onReadAsked(node: Observed, context: number): void {
    this.#reads.set(context, { node: node.id, chosenBefore: this.chosen.length });
  }

  /** Linearizable reads (§8, thesis §6.4): a read sees all that was committed when it was asked. */
  onReadState(node: Observed, { context, index }: ReadState): void {
    const read = this.#reads.get(context);
    if (read === undefined || read.node !== node.id)
      throw new Violation('read answered to its asker', `node ${node.id} got read ${context}`);
    if (index < read.chosenBefore)
      throw new Violation(
        'fresh read',
        `read ${context} sees ${index}, committed before it ${read.chosenBefore}`,
      );
    this.readsServed += 1;
  }
}

function monotone(node: Observed, what: string, before: number, now: number): void {
  if (now < before)
    throw new Violation(`monotone ${what}`, `node ${node.id}: ${what} ${now} after ${before}`);
}

/** How far the durable snapshot reaches that a node stands on. One that arrived and was not taken in counts once the node starts from it. */
function snapshotOf({ raw, storage }: Observed): number {
  const { index } = storage.newest.meta;
  return raw === null ? index : Math.min(index, raw.snapshotIndex);
}
