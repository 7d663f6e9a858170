import { InvariantError } from '../errors.js';
import { type Membership, membershipFlaw, toMembership } from './confchange.js';
import { type Message, MessageType, type SnapshotMeta } from './messages.js';
import type { Raft } from './raft.js';

/** Snapshots (Raft §7) as far as consensus is concerned: what they stand for, what they replace. Their bytes are the caller's. */

/** What a snapshot of the state machine as it is now stands for. */
export function snapshotMeta(raft: Raft): SnapshotMeta {
  const { applied, isInstalling } = raft.log;
  if (isInstalling)
    throw new InvariantError(`snapshot at ${applied} while that at ${raft.log.baseIndex} is installed`);
  if (raft.isApplyingChange)
    throw new InvariantError(`snapshot at ${applied} with the members of a change behind it`);
  const { voters, votersOutgoing, learners, learnersNext, autoLeave } = raft.membership;
  return {
    index: applied,
    term: raft.log.term(applied),
    voters: [...voters],
    votersOutgoing: [...votersOutgoing],
    learners: [...learners],
    learnersNext: [...learnersNext],
    autoLeave,
  };
}

export function snapshotTaken(raft: Raft, snapshot: SnapshotMeta): void {
  const { applied } = raft.log;
  if (snapshot.index > applied)
    throw new InvariantError(`snapshot ${snapshot.index} taken with ${applied} applied`);
  // An older one: a leader's was installed while this one was being written.
  if (snapshot.index > raft.snapshot.index) raft.snapshot = snapshot;
}

export function compact(raft: Raft, index: number): void {
  const newest = raft.snapshot.index;
  if (index > newest)
    throw new InvariantError(`compaction up to ${index}, the newest snapshot stands at ${newest}`);
  raft.log.compact(index);
}

/**
 * A snapshot of the leader, whole and durable at this node (Raft §7). Either way the answer says what the leader may count on: the snapshot's
 * last entry when it takes the place of the log, else what is committed here, which every leader holds.
 */
export function handleSnapshot(raft: Raft, message: Message): void {
  const { snapshot } = message;
  if (snapshot === null || snapshot.term > message.term || raft.log.hasPendingSnapshot) return;
  const membership = toMembership(snapshot);
  // It comes from outside: what no membership could be is refused, not believed.
  if (membership.voters.size === 0 || membershipFlaw(membership) !== null) return;
  restore(raft, snapshot, membership);
  raft.send({ type: MessageType.AppendResponse, to: message.from, index: raft.log.committed });
}

function restore(raft: Raft, snapshot: SnapshotMeta, membership: Membership): void {
  const { log } = raft;
  // A node that joins has nothing that could be newer, and a cluster's first snapshot has index 0 like its own empty log.
  const relation = raft.hasMembership() ? log.relationTo(snapshot) : 'news';
  if (relation === 'old') return;
  if (relation === 'held') {
    log.commitTo(snapshot.index);
    return;
  }
  // As etcd: a member does not take a state in which it is none. A node that waits to become one does.
  if (raft.isMember && !isMemberOf(membership, raft.id)) return;
  log.restore(snapshot);
  raft.snapshot = snapshot;
  raft.isApplyingChange = false;
  raft.setMembership(membership);
}

function isMemberOf({ voters, votersOutgoing, learners }: Membership, id: number): boolean {
  return voters.has(id) || votersOutgoing.has(id) || learners.has(id);
}
