import { InvariantError } from '../errors.js';
import {
  type ConfChange,
  ConfChangeError,
  ConfChangeType,
  type ConfChangeV2,
  entersJoint,
  leavesJoint,
  refuseInvalid,
} from './confchange-entry.js';
import type { NodeId } from './messages.js';

export {
  CONTEXT_BYTES_MAX,
  type ConfChange,
  ConfChangeError,
  type ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  decodeConfChange,
  encodeConfChange,
  entersJoint,
  leavesJoint,
} from './confchange-entry.js';

/**
 * Who votes, who listens, and how that may change: one voter at a time, or any change through a joint configuration in
 * which both majorities must agree (Raft §6, Ongaro's thesis §4.3). Semantics as in etcd-io/raft.
 *
 * Invariants: ids are positive safe integers; `learners` shares nothing with `voters` or `votersOutgoing`;
 * `learnersNext` is a subset of `votersOutgoing` and shares nothing with `voters`; when `votersOutgoing` is empty so is
 * `learnersNext`, and `autoLeave` is false; a joint configuration has voters. Never changed in place.
 */
export interface Membership {
  /** The voters of the new half. Empty only on a node that has not learned of its cluster yet. */
  readonly voters: ReadonlySet<NodeId>;
  /** The voters of the old half of a joint configuration; empty outside one. */
  readonly votersOutgoing: ReadonlySet<NodeId>;
  readonly learners: ReadonlySet<NodeId>;
  /** Voters of the old half that become learners when the joint configuration is left: nobody is both at one time. */
  readonly learnersNext: ReadonlySet<NodeId>;
  /** The leader leaves the joint configuration by itself once entering it is applied. */
  readonly autoLeave: boolean;
}

export function initialMembership(voters: Iterable<NodeId>, learners: Iterable<NodeId> = []): Membership {
  return restoreMembership({ voters, learners });
}

/** A membership from stored lists, for instance a snapshot's. The lists are trusted: a broken one is an `InvariantError`. */
export function restoreMembership(parts: {
  readonly voters: Iterable<NodeId>;
  readonly votersOutgoing?: Iterable<NodeId>;
  readonly learners?: Iterable<NodeId>;
  readonly learnersNext?: Iterable<NodeId>;
  readonly autoLeave?: boolean;
}): Membership {
  return checked(toMembership(parts));
}

/** As `restoreMembership` for lists from outside: the caller asks `membershipFlaw`. */
export function toMembership(parts: {
  readonly voters: Iterable<NodeId>;
  readonly votersOutgoing?: Iterable<NodeId>;
  readonly learners?: Iterable<NodeId>;
  readonly learnersNext?: Iterable<NodeId>;
  readonly autoLeave?: boolean;
}): Membership {
  return {
    voters: new Set(parts.voters),
    votersOutgoing: new Set(parts.votersOutgoing),
    learners: new Set(parts.learners),
    learnersNext: new Set(parts.learnersNext),
    autoLeave: parts.autoLeave ?? false,
  };
}

export function isJoint(m: Membership): boolean {
  return m.votersOutgoing.size > 0;
}

/** Validates changes of one membership and returns the membership that they lead to. Holds no state of its own. */
export class Changer {
  readonly #current: Membership;

  constructor(current: Membership) {
    this.#current = checked(current);
  }

  /** Applies a log entry by its transition: leaves, enters a joint configuration, or changes simply. */
  apply(cc: ConfChangeV2): Membership {
    if (leavesJoint(cc)) return this.leaveJoint();
    if (entersJoint(cc)) return this.enterJoint(cc.transition !== 'explicit', cc.changes);
    return this.simple(cc.changes);
  }

  /**
   * Changes that together add or remove at most one voter, so that old and new majorities overlap without a joint
   * configuration. Learners are free. Demoting a voter removes one.
   */
  simple(changes: readonly ConfChange[]): Membership {
    if (isJoint(this.#current)) {
      throw new ConfChangeError('A simple change is not possible in a joint configuration; leave it first.');
    }
    const draft = draftOf(this.#current);
    applyChanges(draft, changes);
    const difference = symmetricDifference(this.#current.voters, draft.voters);
    if (difference > 1) {
      throw new ConfChangeError(
        `The change affects ${difference} voters; more than one at a time needs a joint configuration.`,
      );
    }
    return checked(draft);
  }

  /** From C_old to C_old,new: the present voters become the outgoing half and the changes make the incoming one. */
  enterJoint(autoLeave: boolean, changes: readonly ConfChange[]): Membership {
    if (isJoint(this.#current)) {
      throw new ConfChangeError('The configuration is joint already; leave it before the next joint change.');
    }
    if (this.#current.voters.size === 0) {
      throw new ConfChangeError('A configuration without voters cannot become joint.');
    }
    const draft = draftOf(this.#current);
    draft.votersOutgoing = new Set(this.#current.voters);
    draft.autoLeave = autoLeave;
    applyChanges(draft, changes);
    return checked(draft);
  }

  /** From C_old,new to C_new: the outgoing half goes, and its voters that wait in `learnersNext` become learners. */
  leaveJoint(): Membership {
    if (!isJoint(this.#current)) {
      throw new ConfChangeError('The configuration is not joint; there is nothing to leave.');
    }
    const draft = draftOf(this.#current);
    for (const id of draft.learnersNext) draft.learners.add(id);
    draft.learnersNext.clear();
    draft.votersOutgoing.clear();
    draft.autoLeave = false;
    return checked(draft);
  }
}

/** A membership under construction; becomes a `Membership` through `checked`. */
interface Draft {
  voters: Set<NodeId>;
  votersOutgoing: Set<NodeId>;
  learners: Set<NodeId>;
  learnersNext: Set<NodeId>;
  autoLeave: boolean;
}

function draftOf(m: Membership): Draft {
  return {
    voters: new Set(m.voters),
    votersOutgoing: new Set(m.votersOutgoing),
    learners: new Set(m.learners),
    learnersNext: new Set(m.learnersNext),
    autoLeave: m.autoLeave,
  };
}

function applyChanges(draft: Draft, changes: readonly ConfChange[]): void {
  for (const change of changes) {
    refuseInvalid(change);
    if (change.node === 0) continue;
    if (change.type === ConfChangeType.AddNode) makeVoter(draft, change.node);
    else if (change.type === ConfChangeType.AddLearner) makeLearner(draft, change.node);
    else remove(draft, change.node);
  }
  if (draft.voters.size === 0) throw new ConfChangeError('The change would leave no voter at all.');
}

function makeVoter(draft: Draft, id: NodeId): void {
  draft.learners.delete(id);
  draft.learnersNext.delete(id);
  draft.voters.add(id);
}

/** A voter of the outgoing half still votes there, so it only becomes a learner when that half goes. */
function makeLearner(draft: Draft, id: NodeId): void {
  remove(draft, id);
  if (draft.votersOutgoing.has(id)) draft.learnersNext.add(id);
  else draft.learners.add(id);
}

function remove(draft: Draft, id: NodeId): void {
  draft.voters.delete(id);
  draft.learners.delete(id);
  draft.learnersNext.delete(id);
}

function symmetricDifference(a: ReadonlySet<NodeId>, b: ReadonlySet<NodeId>): number {
  let count = 0;
  for (const id of a) if (!b.has(id)) count += 1;
  for (const id of b) if (!a.has(id)) count += 1;
  return count;
}

/** Passes the membership on when every invariant of `Membership` holds, and crashes otherwise. */
function checked(m: Membership): Membership {
  const flaw = membershipFlaw(m);
  if (flaw !== null) throw new InvariantError(flaw);
  return m;
}

/** The first broken invariant of `Membership` in words, or null. */
export function membershipFlaw(m: Membership): string | null {
  for (const set of [m.voters, m.votersOutgoing, m.learners]) {
    for (const id of set) {
      if (!Number.isSafeInteger(id) || id <= 0) return `node id ${id} is not a positive safe integer`;
    }
  }
  for (const id of m.learners) {
    if (m.voters.has(id)) return `node ${id} is a learner and a voter`;
    if (m.votersOutgoing.has(id)) return `node ${id} is a learner and an outgoing voter`;
  }
  for (const id of m.learnersNext) {
    if (!m.votersOutgoing.has(id)) return `node ${id} is a staged learner but not an outgoing voter`;
    if (m.voters.has(id)) return `node ${id} is a staged learner and an incoming voter`;
  }
  if (isJoint(m)) return m.voters.size > 0 ? null : 'a joint configuration has 0 incoming voters';
  return m.autoLeave ? 'autoLeave is true outside a joint configuration' : null;
}
