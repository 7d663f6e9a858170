import type { NodeId, SnapshotMeta } from '../consensus/messages.js';
import { StateMachine } from '../state/state-machine.js';
import type { MemberRecord } from '../state/vocabulary.js';

const BLOCK_BYTES = 65_536;

/**
 * The snapshot with which a new data directory begins: the first members of a new cluster, the same bytes on each of them; or, for a node that is
 * to be added to a running cluster, nobody: it has no vote and waits for the leader.
 */
export function firstSnapshot(members: readonly Omit<MemberRecord, 'storageId'>[]): {
  readonly meta: SnapshotMeta;
  readonly state: readonly Uint8Array[];
} {
  const machine = new StateMachine();
  const ordered = [...members].sort((a, b) => a.id - b.id);
  machine.bootstrap(ordered.map((member) => ({ ...member, storageId: '' })));
  const snapshot = machine.beginSnapshot();
  const state: Uint8Array[] = [];
  for (let block = snapshot.next(BLOCK_BYTES); block !== null; block = snapshot.next(BLOCK_BYTES))
    state.push(block);
  return { meta: firstMeta(ordered.map(({ id }) => id)), state };
}

function firstMeta(voters: readonly NodeId[]): SnapshotMeta {
  return { index: 0, term: 0, voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
}
