import { InvariantError } from '../errors.js';
import type { Entry, EntryType } from './messages.js';

/** Bytes that an entry counts for in every limit: its data and a little for what surrounds it. */
export function entryBytes(entry: Entry): number {
  return entry.data.length + 16;
}

/**
 * The log as the core sees it, wholly in memory, and how far it has come on its way:
 *
 *      applied <= applying <= committed <= last         stable <= submitted <= last
 *
 * `committed` may run ahead of `stable`: a quorum of others can commit what this node's own disk has not finished.
 */
export class RaftLog {
  /** Invariant: `#entries[i].index === i + 1`; terms never decrease. */
  readonly #entries: Entry[];
  /** Handed to storage. Invariant: stable <= submitted <= lastIndex. */
  #submitted: number;
  /** Durable, as far as completions say. */
  #stable: number;
  #committed = 0;
  /** Handed out to be applied. */
  #applying = 0;
  #applied = 0;

  constructor(entries: readonly Entry[], committed: number, applied: number) {
    this.#entries = [...entries];
    this.#entries.forEach((entry, at) => {
      if (entry.index !== at + 1)
        throw new InvariantError(`recovered entry ${entry.index} at position ${at + 1}`);
      const before = this.#entries[at - 1]?.term ?? 0;
      if (entry.term < before)
        throw new InvariantError(
          `recovered entry ${entry.index} has term ${entry.term} after term ${before}`,
        );
    });
    this.#submitted = entries.length;
    this.#stable = entries.length;
    if (applied > committed || committed > entries.length) {
      throw new InvariantError(
        `applied ${applied} <= committed ${committed} <= last ${entries.length} does not hold`,
      );
    }
    this.#committed = committed;
    this.#applying = applied;
    this.#applied = applied;
  }

  get lastIndex(): number {
    return this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? 0;
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

  /** Term of the entry at `index`; 0 for index 0 and for what the log does not hold. */
  term(index: number): number {
    return this.#entries[index - 1]?.term ?? 0;
  }

  matches(index: number, term: number): boolean {
    return index === 0 ? term === 0 : index <= this.lastIndex && this.term(index) === term;
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
    this.#entries.length = index - 1;
    this.#submitted = Math.min(this.#submitted, index - 1);
    this.#stable = Math.min(this.#stable, index - 1);
  }

  /**
   * Where two logs may part: the largest index up to `index` whose term is at most `term`. Both sides of a rejected append
   * skip whole terms with it instead of single entries (Raft §5.3, end).
   */
  lastIndexUpToTerm(index: number, term: number): number {
    let at = Math.min(index, this.lastIndex);
    while (at > 0 && this.term(at) > term) at -= 1;
    return at;
  }

  /** Entries from `from` on, at least one if there is one, as many as fit into `bytesMax`. */
  slice(from: number, bytesMax: number): readonly Entry[] {
    let bytes = 0;
    let end = from;
    while (end <= this.lastIndex) {
      bytes += entryBytes(this.#entries[end - 1]!);
      if (bytes > bytesMax && end > from) break;
      end += 1;
    }
    return this.#entries.slice(from - 1, end - 1);
  }

  get hasUnsubmitted(): boolean {
    return this.#submitted < this.lastIndex;
  }

  /** Entries not yet handed to storage; handing them over is what taking them means. */
  takeUnsubmitted(): readonly Entry[] {
    const entries = this.#entries.slice(this.#submitted);
    this.#submitted = this.lastIndex;
    return entries;
  }

  /** Storage reports the log durable up to `index` with `term`; another term there means the suffix was replaced since. */
  stableTo(index: number, term: number): void {
    if (index > this.#stable && this.matches(index, term)) this.#stable = index;
  }

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
    return this.#applying < this.#committed;
  }

  /** The next committed entries to apply, each exactly once, as many as fit into `bytesMax`. */
  takeUnapplied(bytesMax: number): readonly Entry[] {
    let bytes = 0;
    let end = this.#applying;
    while (end < this.#committed) {
      bytes += entryBytes(this.#entries[end]!);
      if (bytes > bytesMax && end > this.#applying) break;
      end += 1;
    }
    const entries = this.#entries.slice(this.#applying, end);
    this.#applying = end;
    return entries;
  }

  /** Whether a committed entry that is not applied yet is of this type. */
  hasUnappliedOfType(type: EntryType): boolean {
    for (let index = this.#applied + 1; index <= this.#committed; index++) {
      if (this.#entries[index - 1]!.type === type) return true;
    }
    return false;
  }

  appliedTo(index: number): void {
    if (index < this.#applied || index > this.#applying) {
      throw new InvariantError(`applied ${index} outside of [${this.#applied}, ${this.#applying}]`);
    }
    this.#applied = index;
  }
}
