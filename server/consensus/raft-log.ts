import { InvariantError } from '../errors.js';
import { type Entry, EntryType, type SnapshotMeta } from './messages.js';

/** Bytes that an entry counts for in every limit: its data and a little for what surrounds it. */
export function entryBytes(entry: Entry): number {
  return entry.data.length + 16;
}

/** Index and term of one entry. */
export interface LogPosition {
  readonly index: number;
  readonly term: number;
}

/** Stands in the slots of compacted entries until the array is cut: their data is free at once. */
const RELEASED: Entry = { index: 0, term: 0, type: EntryType.Normal, data: new Uint8Array(0) };

/**
 * The log as the core sees it: the entries behind its base, wholly in memory, and how far they have come on their way:
 *
 *      base <= applied <= applying <= committed <= last         stable <= submitted <= last
 *
 * `committed` may run ahead of `stable`: a quorum of others can commit what this node's own disk has not finished. Only while a leader's
 * snapshot is being installed `applied` is behind the base, and nothing is handed out to be applied.
 */
export class RaftLog {
  /** Invariant: slot `i` holds the entry `#first + i`, or RELEASED up to the base; terms never decrease. */
  #entries: Entry[];
  /** Index that slot 0 stands for. Invariant: `#first <= #base.index + 1`. */
  #first: number;
  /** The entry before the first one held; all up to it is in a snapshot. */
  #base: LogPosition;
  /** Handed to storage. Invariant: stable <= submitted <= lastIndex. */
  #submitted: number;
  /** Durable, as far as completions say. */
  #stable: number;
  #committed = 0;
  /** Handed out to be applied. */
  #applying = 0;
  #applied = 0;
  /** Restored and not yet handed to storage. */
  #pendingSnapshot: SnapshotMeta | null = null;

  constructor(base: LogPosition, entries: readonly Entry[], committed: number, applied: number) {
    this.#base = { index: base.index, term: base.term };
    this.#first = base.index + 1;
    this.#entries = [...entries];
    checkRecovered(base, entries);
    const last = base.index + entries.length;
    this.#submitted = last;
    this.#stable = last;
    if (applied < base.index || applied > committed || committed > last) {
      const found = `base ${base.index} <= applied ${applied} <= committed ${committed} <= last ${last}`;
      throw new InvariantError(`${found} does not hold`);
    }
    this.#committed = committed;
    this.#applying = applied;
    this.#applied = applied;
  }

  get baseIndex(): number {
    return this.#base.index;
  }

  get firstIndex(): number {
    return this.#base.index + 1;
  }

  get lastIndex(): number {
    return this.#first + this.#entries.length - 1;
  }

  get lastTerm(): number {
    return this.term(this.lastIndex);
  }

  get committed(): number {
    return this.#committed;
  }

  get applied(): number {
    return this.#applied;
  }

  get stable(): number {
    return this.#stable;
  }

  /** Handed to storage: what a completion of the newest append will speak of. */
  get submitted(): number {
    return this.#submitted;
  }

  /** Term of the entry at `index`, known from the base on; 0 for index 0 and for what the log does not hold. */
  term(index: number): number {
    if (index > this.#base.index) return this.#entries[index - this.#first]?.term ?? 0;
    return index === this.#base.index ? this.#base.term : 0;
  }

  matches(index: number, term: number): boolean {
    return index >= this.#base.index && index <= this.lastIndex && this.term(index) === term;
  }

  /** Raft §5.4.1: the log with the later last term, or with the same last term and the greater length, is more up-to-date. */
  isUpToDate(index: number, term: number): boolean {
    return term > this.lastTerm || (term === this.lastTerm && index >= this.lastIndex);
  }

  /** A leader's own entry: it only ever appends. */
  push(entry: Entry): void {
    if (entry.index !== this.lastIndex + 1)
      throw new InvariantError(`entry ${entry.index} pushed after ${this.lastIndex}`);
    this.#entries.push(entry);
  }

  /**
   * A follower's append (Raft §5.3). Entries that are there already stay: only a real conflict removes a suffix, so a stale or
   * repeated message never shortens the log. Returns the last index of the message, or 0 when the entry before does not match.
   */
  tryAppend(prevIndex: number, prevTerm: number, entries: readonly Entry[]): number {
    if (!this.matches(prevIndex, prevTerm)) return 0;
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]!;
      if (this.matches(entry.index, entry.term)) continue;
      this.#truncateFrom(entry.index);
      for (let rest = at; rest < entries.length; rest++) this.push(entries[rest]!);
      break;
    }
    return prevIndex + entries.length;
  }

  #truncateFrom(index: number): void {
    if (index > this.lastIndex) return;
    if (index <= this.#committed) {
      throw new InvariantError(
        `entry ${index} conflicts with the committed log, committed ${this.#committed}`,
      );
    }
    this.#entries.length = index - this.#first;
    this.#submitted = Math.min(this.#submitted, index - 1);
    this.#stable = Math.min(this.#stable, index - 1);
  }

  /**
   * Where two logs may part: the largest index up to `index` whose term is at most `term`. Both sides of a rejected append
   * skip whole terms with it instead of single entries (Raft §5.3, end). What is compacted has no known term and may match.
   */
  lastIndexUpToTerm(index: number, term: number): number {
    let at = Math.min(index, this.lastIndex);
    while (at > 0 && this.term(at) > term) at -= 1;
    return at;
  }

  /** Entries from `from` on, at least one if there is one, as many as fit into `bytesMax`. */
  slice(from: number, bytesMax: number): readonly Entry[] {
    return this.#slice(from, this.lastIndex, bytesMax);
  }

  #slice(from: number, to: number, bytesMax: number): readonly Entry[] {
    if (from <= this.#base.index)
      throw new InvariantError(`entry ${from} asked for, compacted up to ${this.#base.index}`);
    const start = from - this.#first;
    const stop = to + 1 - this.#first;
    let bytes = 0;
    let end = start;
    while (end < stop) {
      bytes += entryBytes(this.#entries[end]!);
      if (bytes > bytesMax && end > start) break;
      end += 1;
    }
    return this.#entries.slice(start, end);
  }

  // To storage

  get hasUnsubmitted(): boolean {
    return this.#submitted < this.lastIndex;
  }

  /** Entries not yet handed to storage; handing them over is what taking them means. */
  takeUnsubmitted(): readonly Entry[] {
    const entries = this.#entries.slice(this.#submitted + 1 - this.#first);
    this.#submitted = this.lastIndex;
    return entries;
  }

  /** Storage reports the log durable up to `index` with `term`; another term there means the suffix was replaced since. */
  stableTo(index: number, term: number): void {
    if (index > this.#stable && this.matches(index, term)) this.#stable = index;
  }

  // Commit and apply

  commitTo(index: number): void {
    if (index <= this.#committed) return;
    if (index > this.lastIndex) {
      throw new InvariantError(
        `commit ${index} is beyond the last entry ${this.lastIndex}: was the log corrupted, truncated or lost?`,
      );
    }
    this.#committed = index;
  }

  get hasUnapplied(): boolean {
    return this.#applying < this.#committed && !this.isInstalling;
  }

  /** The next committed entries to apply, each exactly once, as many as fit into `bytesMax`. */
  takeUnapplied(bytesMax: number): readonly Entry[] {
    const entries = this.#slice(this.#applying + 1, this.#committed, bytesMax);
    this.#applying += entries.length;
    return entries;
  }

  /** Whether a committed entry that is not applied yet is of this type. */
  hasUnappliedOfType(type: EntryType): boolean {
    for (let index = Math.max(this.#applied, this.#base.index) + 1; index <= this.#committed; index++) {
      if (this.#entries[index - this.#first]!.type === type) return true;
    }
    return false;
  }

  appliedTo(index: number): void {
    // A state machine that a snapshot is about to replace still gets on.
    if (this.isInstalling && index < this.#base.index) return;
    if (index < this.#applied || index > this.#applying) {
      throw new InvariantError(`applied ${index} outside of [${this.#applied}, ${this.#applying}]`);
    }
    this.#applied = index;
  }

  // Snapshots

  /**
   * What a leader's snapshot is to this log: `old`, everything in it is committed here; `held`, the log has its last entry and so
   * all before, and is longer perhaps; `news`, it replaces the log.
   */
  relationTo({ index, term }: SnapshotMeta): 'old' | 'held' | 'news' {
    if (index <= this.#committed) return 'old';
    return this.matches(index, term) ? 'held' : 'news';
  }

  /** A leader's snapshot takes the place of the log; what stood here and conflicts with it was never committed. */
  restore(snapshot: SnapshotMeta): void {
    const { index, term } = snapshot;
    if (index < this.#committed)
      throw new InvariantError(`snapshot ${index} restored behind commit ${this.#committed}`);
    this.#entries = [];
    this.#first = index + 1;
    this.#base = { index, term };
    this.#submitted = index;
    this.#stable = index;
    this.#committed = index;
    this.#applying = index;
    this.#pendingSnapshot = snapshot;
  }

  get hasPendingSnapshot(): boolean {
    return this.#pendingSnapshot !== null;
  }

  /** A snapshot restored and not yet handed to storage; taking it hands it over. */
  takePendingSnapshot(): SnapshotMeta | null {
    const snapshot = this.#pendingSnapshot;
    this.#pendingSnapshot = null;
    return snapshot;
  }

  /** The state machine does not hold yet what the base stands for. */
  get isInstalling(): boolean {
    return this.#applied < this.#base.index;
  }

  /** Index before the entries up to `index` that are worth keeping: so many and so many bytes of them at most. */
  keepBehind(index: number, entriesMax: number, bytesMax: number): number {
    let at = index;
    for (let bytes = 0; at > this.#base.index && index - at < entriesMax; at--) {
      bytes += entryBytes(this.#entries[at - this.#first]!);
      if (bytes > bytesMax) break;
    }
    return at;
  }

  /** Forgets the entries up to `index`. Their memory is free at once; the array is cut when half of it is free, so an entry costs O(1). */
  compact(index: number): void {
    if (index <= this.#base.index) return;
    if (index > this.#applied)
      throw new InvariantError(`compaction up to ${index}, applied ${this.#applied}`);
    const term = this.term(index);
    const released = index + 1 - this.#first;
    if (released * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(released);
      this.#first = index + 1;
    } else this.#entries.fill(RELEASED, this.firstIndex - this.#first, released);
    this.#base = { index, term };
  }
}

function checkRecovered(base: LogPosition, entries: readonly Entry[]): void {
  let before = base;
  for (const entry of entries) {
    if (entry.index !== before.index + 1)
      throw new InvariantError(`recovered entry ${entry.index} after ${before.index}`);
    if (entry.term < before.term)
      throw new InvariantError(
        `recovered entry ${entry.index} has term ${entry.term} after term ${before.term}`,
      );
    before = entry;
  }
}
