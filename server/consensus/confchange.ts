import { InvariantError, invariant } from '../errors.js';
import type { NodeId } from './messages.js';

/**
 * Who votes, who listens, and how that may change: one voter at a time, or any change through a joint configuration in
 * which both majorities must agree (Raft §6, Ongaro's thesis §4.3). Semantics as in etcd-io/raft.
 */

export const ConfChangeType = { AddNode: 0, RemoveNode: 1, AddLearner: 2 } as const;
export type ConfChangeType = (typeof ConfChangeType)[keyof typeof ConfChangeType];

/** One step. `node` 0 is a change voided after it was proposed: it stays in the log and does nothing. */
export interface ConfChange {
  readonly type: ConfChangeType;
  readonly node: NodeId;
}

/**
 * `'auto'`: simple when there is one change, else joint and left automatically. `'implicit'`: joint, left automatically.
 * `'explicit'`: joint until an empty change list is proposed.
 */
export type ConfChangeTransition = 'auto' | 'implicit' | 'explicit';

/** What a configuration entry of the log carries. An empty `changes` leaves a joint configuration. */
export interface ConfChangeV2 {
  readonly changes: readonly ConfChange[];
  readonly transition: ConfChangeTransition;
}

/**
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

/** A configuration change that must not happen. The membership it was asked of is untouched. */
export class ConfChangeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfChangeError';
  }
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
  return checked({
    voters: new Set(parts.voters),
    votersOutgoing: new Set(parts.votersOutgoing),
    learners: new Set(parts.learners),
    learnersNext: new Set(parts.learnersNext),
    autoLeave: parts.autoLeave ?? false,
  });
}

export function isJoint(m: Membership): boolean {
  return m.votersOutgoing.size > 0;
}

/** True when the change asks to leave a joint configuration. */
export function leavesJoint(cc: ConfChangeV2): boolean {
  return cc.changes.length === 0;
}

/** True when the change goes through a joint configuration: on demand, or because several steps at once need one. */
export function entersJoint(cc: ConfChangeV2): boolean {
  return cc.changes.length > 0 && (cc.transition !== 'auto' || cc.changes.length > 1);
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

function refuseInvalid(change: ConfChange): void {
  if (!Number.isSafeInteger(change.node) || change.node < 0) {
    throw new ConfChangeError(`Node id ${change.node} is not valid; it must be a positive safe integer.`);
  }
  if (change.type !== 0 && change.type !== 1 && change.type !== 2) {
    throw new ConfChangeError(`Change type ${change.type as number} is unknown; it must be 0, 1 or 2.`);
  }
}

function symmetricDifference(a: ReadonlySet<NodeId>, b: ReadonlySet<NodeId>): number {
  let count = 0;
  for (const id of a) if (!b.has(id)) count += 1;
  for (const id of b) if (!a.has(id)) count += 1;
  return count;
}

/** Passes the membership on when every invariant of `Membership` holds, and crashes otherwise. */
function checked(m: Membership): Membership {
  for (const set of [m.voters, m.votersOutgoing, m.learners]) {
    for (const id of set) {
      invariant(Number.isSafeInteger(id) && id > 0, `node id ${id} is not a positive safe integer`);
    }
  }
  for (const id of m.learners) {
    invariant(!m.voters.has(id), `node ${id} is a learner and a voter`);
    invariant(!m.votersOutgoing.has(id), `node ${id} is a learner and an outgoing voter`);
  }
  for (const id of m.learnersNext) {
    invariant(m.votersOutgoing.has(id), `node ${id} is a staged learner but not an outgoing voter`);
    invariant(!m.voters.has(id), `node ${id} is a staged learner and an incoming voter`);
  }
  if (isJoint(m)) {
    invariant(m.voters.size > 0, `a joint configuration has ${m.voters.size} incoming voters`);
  } else {
    invariant(!m.autoLeave, `autoLeave is ${m.autoLeave} outside a joint configuration`);
  }
  return m;
}

const FORMAT_VERSION = 1;
const TRANSITIONS: readonly ConfChangeTransition[] = ['auto', 'implicit', 'explicit'];
/** A change takes at least a type byte and one byte of node id. */
const CHANGE_BYTES_MIN = 2;

/**
 * Bytes of a configuration entry: version, transition, number of changes, then type and node for each; numbers are
 * LEB128. An invalid change is refused here, so that it never reaches the log.
 */
export function encodeConfChange(cc: ConfChangeV2): Uint8Array {
  const transition = TRANSITIONS.indexOf(cc.transition);
  if (transition < 0) throw new ConfChangeError(`Transition ${cc.transition} is unknown.`);
  const bytes: number[] = [FORMAT_VERSION, transition];
  writeVarint(bytes, cc.changes.length);
  for (const change of cc.changes) {
    refuseInvalid(change);
    bytes.push(change.type);
    writeVarint(bytes, change.node);
  }
  return Uint8Array.from(bytes);
}

/** The reverse of `encodeConfChange`. The log's checksum has passed already, so malformed bytes are a broken invariant. */
export function decodeConfChange(data: Uint8Array): ConfChangeV2 {
  const reader = new Reader(data);
  const version = reader.byte();
  invariant(version === FORMAT_VERSION, `change format version is ${version}, expected ${FORMAT_VERSION}`);
  const transitionCode = reader.byte();
  const transition = TRANSITIONS[transitionCode];
  if (transition === undefined) throw new InvariantError(`transition ${transitionCode} is not below 3`);
  const count = reader.varint();
  // Before anything is allocated for them: a damaged count must not ask for memory.
  invariant(
    count * CHANGE_BYTES_MIN <= reader.left,
    `${count} changes cannot fit into ${reader.left} bytes left`,
  );
  const changes: ConfChange[] = [];
  for (let i = 0; i < count; i += 1) {
    const type = reader.byte();
    invariant(type <= ConfChangeType.AddLearner, `change type ${type} is above ${ConfChangeType.AddLearner}`);
    changes.push({ type: type as ConfChangeType, node: reader.varint() });
  }
  invariant(reader.left === 0, `${reader.left} bytes follow the ${count} changes, expected 0`);
  return { changes, transition };
}

/** Arithmetic instead of shifts: ids may exceed 32 bits. */
function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

class Reader {
  readonly #data: Uint8Array;
  #offset = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get left(): number {
    return this.#data.length - this.#offset;
  }

  byte(): number {
    const value = this.#data[this.#offset];
    if (value === undefined) throw new InvariantError(`change ends at byte ${this.#offset}, more expected`);
    this.#offset += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte % 0x80) * scale;
      invariant(value <= Number.MAX_SAFE_INTEGER, `number ${value} exceeds ${Number.MAX_SAFE_INTEGER}`);
      if (byte < 0x80) {
        // One value, one spelling: a final zero byte adds nothing and would make equal changes differ.
        invariant(byte !== 0 || scale === 1, `number ${value} ends in a byte of 0`);
        return value;
      }
      scale *= 0x80;
    }
  }
}
