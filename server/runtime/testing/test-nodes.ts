import type { NodeId, SnapshotMeta } from '../../consensus/messages.js';
import { RawNode } from '../../consensus/raw-node.js';
import type { RecoveredLog } from '../../ports/log-storage.js';
import type { PeerAddress } from '../../ports/transport.js';
import type { StateMachine } from '../../state/state-machine.js';
import type { MemberRecord } from '../../state/vocabulary.js';
import type { MemoryLog } from './memory-log.js';

export const TICK_MS = 10;
export const HEARTBEAT_MS = 30;
/** Ticks until a follower campaigns: without chance, and node 1 is always the first. */
const electionTicks = (id: NodeId): number => 6 + 4 * id;
export const ELECTION_MS = 100;

export function address(id: NodeId): PeerAddress {
  return { id, host: '127.0.0.1', peerPort: 7200 + id, httpUrl: `http://127.0.0.1:${7000 + id}` };
}

export function record(id: NodeId, storageId: string): MemberRecord {
  return { id, host: '127.0.0.1', peerPort: 7200 + id, httpPort: 7000 + id, respPort: 0, storageId };
}

export function emptyMeta(voters: readonly NodeId[]): SnapshotMeta {
  return { index: 0, term: 0, voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
}

export function stateBlocks(machine: StateMachine): Uint8Array[] {
  const state = machine.beginSnapshot();
  const blocks: Uint8Array[] = [];
  for (let block = state.next(1_024); block !== null; block = state.next(1_024)) blocks.push(block);
  return blocks;
}

/** As the real storage has it: a log that does not reach the newest snapshot begins anew behind it. */
export function logFrom({ index, term }: SnapshotMeta, found: RecoveredLog | undefined): RecoveredLog {
  const hardState = found?.hardState ?? { term: 0, vote: 0, commit: 0 };
  if (found !== undefined && found.base.index + found.entries.length >= index) return found;
  return {
    hardState: { ...hardState, commit: Math.max(hardState.commit, index) },
    base: { index, term },
    entries: [],
  };
}

export function coreOf(id: NodeId, log: MemoryLog, snapshot: SnapshotMeta): RawNode {
  const electionTicksMin = ELECTION_MS / TICK_MS;
  const electionTicksMax = 2 * electionTicksMin;
  const { hardState, base, entries } = log.recovered;
  return new RawNode({
    id,
    snapshot,
    hardState,
    base,
    entries,
    electionTicksMin,
    electionTicksMax,
    heartbeatTicks: HEARTBEAT_MS / TICK_MS,
    appendBytesMax: 65_536,
    inflightMessagesMax: 256,
    inflightBytesMax: 1 << 20,
    uncommittedBytesMax: 1 << 20,
    asyncStorageWrites: true,
    commitNotice: 'tick',
    random: () => (electionTicks(id) - electionTicksMin) / electionTicksMin,
  });
}
