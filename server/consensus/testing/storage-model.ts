import type { Entry, HardState, StorageAppend } from '../messages.js';
import type { Random } from './random.js';
import { Violation } from './violation.js';

/**
 * The disk of one node. Appends become durable one by one, in order, when the schedule says so; a crash loses those under way, except
 * that some may have reached the disk without anybody having been told, the last of them in part.
 *
 * Fault model: as of the write-ahead log. What is durable stays; a hard state stands behind the entries it was written
 * with, so a torn append leaves a prefix of its entries without the hard state. No misdirected or corrupt writes.
 */
export class StorageModel {
  readonly #entries: Entry[];
  #hardState: HardState;
  #pending: StorageAppend[] = [];

  constructor(entries: readonly Entry[], hardState: HardState) {
    this.#entries = [...entries];
    this.#hardState = hardState;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  submit(append: StorageAppend): void {
    this.#pending.push(append);
  }

  /** The oldest append becomes durable. */
  complete(): StorageAppend {
    const append = this.#pending.shift();
    if (append === undefined) throw new RangeError('no append is under way');
    this.#write(append.entries);
    if (append.hardState !== null) this.#writeHardState(append.hardState);
    return append;
  }

  crash(random: Random): void {
    while (this.#pending.length > 0 && random.chance(0.3)) this.complete();
    const torn = this.#pending[0];
    if (torn !== undefined && random.chance(0.3)) {
      this.#write(torn.entries.slice(0, random.between(0, torn.entries.length)));
      // Recovery: no vote of that term can have left, because a vote is durable before it does.
      const term = this.#entries.at(-1)?.term ?? 0;
      if (term > this.#hardState.term) this.#hardState = { ...this.#hardState, term, vote: 0 };
    }
    this.#pending = [];
  }

  #write(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    if (first.index > this.#entries.length + 1) {
      throw new Violation('storage order', `entry ${first.index} written after ${this.#entries.length}`);
    }
    if (first.index <= this.#hardState.commit) {
      throw new Violation(
        'storage order',
        `entry ${first.index} replaces one below commit ${this.#hardState.commit}`,
      );
    }
    this.#entries.length = first.index - 1;
    for (const entry of entries) this.#entries.push(entry);
  }

  #writeHardState(next: HardState): void {
    const { term, vote, commit } = this.#hardState;
    if (next.term < term) throw new Violation('monotone term', `term ${next.term} written after ${term}`);
    if (next.term === term && vote !== 0 && next.vote !== vote) {
      throw new Violation('one vote a term', `vote for ${next.vote} after ${vote} in term ${term}`);
    }
    if (next.commit < commit)
      throw new Violation('monotone commit', `commit ${next.commit} written after ${commit}`);
    if (next.commit > this.#entries.length) {
      throw new Violation(
        'storage order',
        `commit ${next.commit} written with ${this.#entries.length} entries`,
      );
    }
    this.#hardState = next;
  }
}
