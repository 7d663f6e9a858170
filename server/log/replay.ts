import type { Entry, HardState } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import {
  decodeEntry,
  decodeHardState,
  decodeMark,
  decodeMetadata,
  decodeVersion,
  FORMAT_VERSION,
  type Header,
  type Identity,
  RecordType,
  readHeader,
} from './record-codec.js';
import type { SegmentName } from './segment.js';

/** What a record says cannot follow from what stood before it. */
export class ReplayFault extends Error {
  readonly offset: number;

  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

/**
 * Rebuilds the log from its records, in order: the logical half of recovery. An entry whose index is not
 * above the last one replaces the suffix from there, as it did when it was appended; terms never fall along
 * the log. They may fall at one index: a leader of term 5 may bring its entry of term 3 where a failed leader
 * of term 4 had left another (Raft, figure 8).
 *
 * A hard state stands behind the entries it was written with, and what a crash leaves is a prefix of the
 * records. So `commit` can never be above the last entry, whatever the strategy: where it is, entries that
 * were acknowledged are missing.
 *
 * Terms of entries may be above the recovered term, when the crash fell between them and the hard state
 * behind them: that append was never acknowledged, so no vote in that term was cast (a vote is synced before
 * it leaves), and term = that term, vote = none is the truth.
 */
export class Replay {
  readonly entries: Entry[] = [];
  readonly #expected: Identity | null;
  #hardState: HardState = { term: 0, vote: 0, commit: 0 };
  #identity: Identity | null = null;

  /** `expected` null takes any identity, as long as all segments agree. */
  constructor(expected: Identity | null) {
    this.#expected = expected;
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  get lastIndex(): number {
    return this.entries.length;
  }

  get lastTerm(): number {
    return this.entries.length === 0 ? 0 : this.entries[this.entries.length - 1]!.term;
  }

  get hardState(): HardState {
    return raisedTo(this.lastTerm, this.#hardState);
  }

  /** Takes the records of one segment. Entries keep views of `bytes`. */
  segment(path: string, name: SegmentName, bytes: Uint8Array, offsets: readonly number[]): void {
    for (let position = 0; position < offsets.length; position++) {
      const offset = offsets[position]!;
      const header = readHeader(bytes, offset);
      if (HEAD_TYPES[position] !== undefined && header.type !== HEAD_TYPES[position])
        throw new ReplayFault(offset, `record ${position + 1} has type ${header.type}`);
      switch (header.type) {
        case RecordType.Entry:
          this.#entry(decodeEntry(bytes, offset, header), offset);
          break;
        case RecordType.HardState:
          this.#setHardState(decodeHardState(bytes, offset), offset);
          break;
        case RecordType.Mark:
          checkMark(bytes, offset, name);
          break;
        case RecordType.Metadata:
          if (position > 0) throw new ReplayFault(offset, 'metadata record in the middle of a segment');
          this.#metadata(path, name, bytes, offset, header);
      }
    }
  }

  #metadata(path: string, name: SegmentName, bytes: Uint8Array, offset: number, header: Header): void {
    const version = decodeVersion(bytes, offset);
    if (version !== FORMAT_VERSION) {
      throw new StrataError('STRATA_WAL_VERSION', { file: path, actual: version, expected: FORMAT_VERSION });
    }
    const found = decodeMetadata(bytes, offset, header);
    const expected = this.#identity ?? this.#expected;
    if (expected !== null && (found.clusterId !== expected.clusterId || found.nodeId !== expected.nodeId)) {
      throw new StrataError('STRATA_WAL_IDENTITY', {
        path,
        actual: describe(found),
        expected: describe(expected),
      });
    }
    this.#identity = { clusterId: found.clusterId, nodeId: found.nodeId };
    if (found.sequence !== name.sequence || found.firstIndex !== name.firstIndex) {
      const says = `segment ${found.sequence} from index ${found.firstIndex}`;
      throw new ReplayFault(offset, `the metadata says ${says}, the file name another`);
    }
    if (found.firstIndex !== this.lastIndex + 1 || found.previousTerm !== this.lastTerm) {
      const before = `index ${found.firstIndex - 1} of term ${found.previousTerm}`;
      const have = `index ${this.lastIndex} of term ${this.lastTerm}`;
      throw new ReplayFault(offset, `the segment continues ${before}, but the log before it ends at ${have}`);
    }
  }

  #entry(entry: Entry, offset: number): void {
    const { index, term } = entry;
    if (!Number.isSafeInteger(index) || !Number.isSafeInteger(term) || index < 1 || term < 1)
      throw new ReplayFault(offset, `entry with index ${index} and term ${term}`);
    if (index > this.lastIndex + 1)
      throw new ReplayFault(offset, `index gap: entry ${index} after entry ${this.lastIndex}`);
    const previousTerm = index === 1 ? 0 : this.entries[index - 2]!.term;
    if (term < previousTerm) {
      const falls = `entry ${index} has term ${term}, the entry before it ${previousTerm}`;
      throw new ReplayFault(offset, `the term goes backwards: ${falls}`);
    }
    if (index <= this.lastIndex) this.#truncate(entry, offset);
    this.entries.push(entry);
  }

  #truncate(entry: Entry, offset: number): void {
    const { index, term } = entry;
    if (index <= this.#hardState.commit)
      throw new ReplayFault(
        offset,
        `entry ${index} replaces one at or below commit ${this.#hardState.commit}`,
      );
    const old = this.entries[index - 1]!;
    if (old.term === term && (old.type !== entry.type || Buffer.compare(old.data, entry.data) !== 0))
      throw new ReplayFault(offset, `a second, different entry with index ${index} and term ${term}`);
    this.entries.length = index - 1;
  }

  #setHardState(state: HardState, offset: number): void {
    const old = this.#hardState;
    const fault = hardStateFault(old, state, this.lastIndex, this.lastTerm);
    if (fault !== null) throw new ReplayFault(offset, fault);
    this.#hardState = state;
  }
}

/**
 * The hard state that goes with a log whose last entry has `lastTerm`: entries stand before the hard state
 * that came with them, so between the two the term of the log is ahead. Nobody has been voted for in that
 * term yet.
 */
export function raisedTo(lastTerm: number, hardState: HardState): HardState {
  return lastTerm > hardState.term ? { term: lastTerm, vote: 0, commit: hardState.commit } : hardState;
}

/** A segment that ends behind its head has no mark yet. */
const HEAD_TYPES: readonly RecordType[] = [RecordType.Metadata, RecordType.HardState, RecordType.Mark];

function describe({ clusterId, nodeId }: Identity): string {
  return `node ${nodeId} of cluster ${clusterId}`;
}

function checkMark(bytes: Uint8Array, offset: number, name: SegmentName): void {
  const mark = decodeMark(bytes, offset);
  if (mark.sequence !== name.sequence || mark.offset !== offset)
    throw new ReplayFault(
      offset,
      `misplaced write: it belongs to segment ${mark.sequence} offset ${mark.offset}`,
    );
  if (mark.syncedBytes > offset)
    throw new ReplayFault(offset, `a mark that says ${mark.syncedBytes} bytes before it were synced`);
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
