import type { Entry, HardState } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { LogPosition } from '../ports/log-storage.js';
import { hardStateFault, raisedTo } from './hard-state.js';
import {
  decodeEntry,
  decodeHardState,
  decodeMark,
  decodeMetadata,
  describe,
  type Header,
  type Identity,
  type Metadata,
  markIntact,
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
 * The first segment may begin anywhere: what was before it is in a snapshot. A segment that begins with a
 * reset drops all that was read before it, but not term and vote.
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
  /** The entry before the first of `entries`. */
  #base: LogPosition = { index: 0, term: 0 };
  #resetSequence = 0;
  #lowestIndex = Number.POSITIVE_INFINITY;

  /** `expected` null takes any identity, as long as all segments agree. */
  constructor(expected: Identity | null) {
    this.#expected = expected;
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  get base(): LogPosition {
    return this.#base;
  }

  get lastIndex(): number {
    return this.#base.index + this.entries.length;
  }

  get lastTerm(): number {
    return this.termAt(this.lastIndex);
  }

  get hardState(): HardState {
    return raisedTo(this.lastTerm, this.#hardState);
  }

  /** Segment that began with the last reset, 0 for none: those before it are leftovers. */
  get resetSequence(): number {
    return this.#resetSequence;
  }

  /** Lowest index of an entry in the segment read last: below its first index when it replaced a suffix. */
  get lowestIndex(): number {
    return this.#lowestIndex;
  }

  /** Of an entry from the base to the last. */
  termAt(index: number): number {
    return index === this.#base.index ? this.#base.term : this.#at(index).term;
  }

  /** Takes the records of one segment. Entries keep views of `bytes`. */
  segment(path: string, name: SegmentName, bytes: Uint8Array, offsets: readonly number[]): void {
    this.#lowestIndex = Number.POSITIVE_INFINITY;
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
    if (this.#resetSequence === name.sequence && this.#hardState.commit < this.#base.index)
      throw new ReplayFault(0, `a reset to ${this.#base.index} with commit ${this.#hardState.commit}`);
  }

  #metadata(path: string, name: SegmentName, bytes: Uint8Array, offset: number, header: Header): void {
    const found = decodeMetadata(bytes, offset, header);
    if (found === null) throw new ReplayFault(offset, 'metadata that this version does not write');
    const isFirst = this.#identity === null;
    this.#checkIdentity(path, found);
    const { firstIndex, previousTerm } = found;
    if (found.sequence !== name.sequence || firstIndex !== name.firstIndex) {
      const says = `segment ${found.sequence} from index ${firstIndex}`;
      throw new ReplayFault(offset, `the metadata says ${says}, the file name another`);
    }
    if (!Number.isSafeInteger(firstIndex) || !Number.isSafeInteger(previousTerm) || firstIndex < 1)
      throw new ReplayFault(offset, `a segment from index ${firstIndex} after term ${previousTerm}`);
    if (isFirst || found.isReset) {
      this.#base = { index: firstIndex - 1, term: previousTerm };
      this.entries.length = 0;
      if (found.isReset) this.#resetSequence = found.sequence;
    } else if (firstIndex !== this.lastIndex + 1 || previousTerm !== this.lastTerm) {
      const before = `index ${firstIndex - 1} of term ${previousTerm}`;
      const have = `index ${this.lastIndex} of term ${this.lastTerm}`;
      throw new ReplayFault(offset, `the segment continues ${before}, but the log before it ends at ${have}`);
    }
  }

  #checkIdentity(path: string, found: Metadata): void {
    const expected = this.#identity ?? this.#expected;
    if (expected !== null && (found.clusterId !== expected.clusterId || found.nodeId !== expected.nodeId)) {
      throw new StrataError('STRATA_WAL_IDENTITY', {
        path,
        actual: describe(found),
        expected: describe(expected),
      });
    }
    this.#identity = { clusterId: found.clusterId, nodeId: found.nodeId };
  }

  #entry(entry: Entry, offset: number): void {
    const { index, term } = entry;
    if (!Number.isSafeInteger(index) || !Number.isSafeInteger(term) || index < 1 || term < 1)
      throw new ReplayFault(offset, `entry with index ${index} and term ${term}`);
    const { lastIndex } = this;
    if (index > lastIndex + 1)
      throw new ReplayFault(offset, `index gap: entry ${index} after entry ${lastIndex}`);
    if (index <= this.#base.index)
      throw new ReplayFault(
        offset,
        `entry ${index} lies before the log, which begins behind ${this.#base.index}`,
      );
    const previousTerm = this.termAt(index - 1);
    if (term < previousTerm) {
      const falls = `entry ${index} has term ${term}, the entry before it ${previousTerm}`;
      throw new ReplayFault(offset, `the term goes backwards: ${falls}`);
    }
    if (index <= lastIndex) this.#truncate(entry, offset);
    if (index < this.#lowestIndex) this.#lowestIndex = index;
    this.entries.push(entry);
  }

  #truncate(entry: Entry, offset: number): void {
    const { index, term } = entry;
    if (index <= this.#hardState.commit)
      throw new ReplayFault(
        offset,
        `entry ${index} replaces one at or below commit ${this.#hardState.commit}`,
      );
    const old = this.#at(index);
    if (old.term === term && (old.type !== entry.type || Buffer.compare(old.data, entry.data) !== 0))
      throw new ReplayFault(offset, `a second, different entry with index ${index} and term ${term}`);
    this.entries.length = index - 1 - this.#base.index;
  }

  #setHardState(state: HardState, offset: number): void {
    const old = this.#hardState;
    const fault = hardStateFault(old, state, this.lastIndex, this.lastTerm);
    if (fault !== null) throw new ReplayFault(offset, fault);
    this.#hardState = state;
  }

  #at(index: number): Entry {
    return this.entries[index - this.#base.index - 1]!;
  }
}

/** A segment that ends behind its head has no mark yet. */
const HEAD_TYPES: readonly RecordType[] = [RecordType.Metadata, RecordType.HardState, RecordType.Mark];

function checkMark(bytes: Uint8Array, offset: number, name: SegmentName): void {
  if (!markIntact(bytes, offset)) throw new ReplayFault(offset, 'a mark that this version does not write');
  const mark = decodeMark(bytes, offset);
  if (mark.sequence !== name.sequence || mark.offset !== offset)
    throw new ReplayFault(
      offset,
      `misplaced write: it belongs to segment ${mark.sequence} offset ${mark.offset}`,
    );
  if (mark.syncedBytes > offset)
    throw new ReplayFault(offset, `a mark that says ${mark.syncedBytes} bytes before it were synced`);
}
