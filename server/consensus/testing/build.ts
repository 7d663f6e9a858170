import type { RaftConfig } from '../config.js';
import { type Entry, EntryType, type NodeId, type SnapshotMeta } from '../messages.js';

/** A command that names itself, so that two different ones are never taken for the same. */
export function command(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);
}

export function textOf(entry: Entry): string {
  return String.fromCharCode(...entry.data);
}

export function entry(index: number, term: number, text = `${term}@${index}`): Entry {
  return { index, term, type: EntryType.Normal, data: command(text) };
}

/** A log from the terms of its entries, as the figures of the paper draw it: `logOf([1, 1, 4])`; behind a base if one is given. */
export function logOf(terms: readonly number[], baseIndex = 0): Entry[] {
  return terms.map((term, at) => entry(baseIndex + at + 1, term));
}

/** What a snapshot stands for; by default the first one of a cluster of three. */
export function metaOf(parts: Partial<SnapshotMeta> = {}): SnapshotMeta {
  return {
    index: 0,
    term: 0,
    voters: [1, 2, 3],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
    ...parts,
  };
}

/** A configuration, or its members where the snapshot at index 0 holds nothing else. */
export interface TestConfig extends Partial<RaftConfig> {
  readonly voters?: readonly NodeId[];
  readonly learners?: readonly NodeId[];
  /** Most tests start a node in some term to say something else than what happens after a restart. Default false. */
  readonly hasVoteGrace?: boolean;
}

/** A node of a three-node cluster with nothing on disk; election time-outs are not random unless asked for. */
export function configOf(config: TestConfig = {}): RaftConfig {
  const { voters = [1, 2, 3], learners = [], hasVoteGrace = false, ...overrides } = config;
  const snapshot = overrides.snapshot ?? metaOf({ voters, learners });
  return {
    id: 1,
    snapshot,
    hardState: { term: 0, vote: 0, commit: 0 },
    base: { index: snapshot.index, term: snapshot.term },
    entries: [],
    electionTicksMin: 10,
    electionTicksMax: 20,
    heartbeatTicks: 1,
    appendBytesMax: 4096,
    inflightMessagesMax: 16,
    inflightBytesMax: 65536,
    uncommittedBytesMax: 1 << 20,
    ...(hasVoteGrace ? {} : { voteGraceTicks: 0 }),
    asyncStorageWrites: true,
    random: () => 0,
    ...overrides,
  };
}
