import type { RaftConfig } from '../config.js';
import { type Entry, EntryType } from '../messages.js';

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

/** A log from the terms of its entries, as the figures of the paper draw it: `logOf([1, 1, 4])`. */
export function logOf(terms: readonly number[]): Entry[] {
  return terms.map((term, at) => entry(at + 1, term));
}

/** A node of a three-node cluster with nothing on disk; election time-outs are not random unless asked for. */
export function configOf(overrides: Partial<RaftConfig> = {}): RaftConfig {
  return {
    id: 1,
    voters: [1, 2, 3],
    hardState: { term: 0, vote: 0, commit: 0 },
    entries: [],
    applied: 0,
    electionTicksMin: 10,
    electionTicksMax: 20,
    heartbeatTicks: 1,
    appendBytesMax: 4096,
    inflightMessagesMax: 16,
    inflightBytesMax: 65536,
    uncommittedBytesMax: 1 << 20,
    asyncStorageWrites: true,
    random: () => 0,
    ...overrides,
  };
}
