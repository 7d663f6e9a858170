import { type Entry, EntryType } from '../../consensus/messages.js';

/** What is committed in the whole cluster, in the order of the log: the one history that every node has to have. */
export class ChosenLog {
  readonly #entries: Entry[] = [];
  readonly #chosenIn: number[] = [];
  /** Those that change the membership, ascending. */
  readonly changes: Entry[] = [];

  get lastIndex(): number {
    return this.#entries.length;
  }

  at(index: number): Entry | undefined {
    return this.#entries[index - 1];
  }

  /** 0 for index 0, as everywhere. */
  term(index: number): number {
    return this.at(index)?.term ?? 0;
  }

  /** The next one, committed by the leader of `term`. */
  choose(entry: Entry, term: number): void {
    this.#entries.push(entry);
    this.#chosenIn.push(term);
    if (entry.type === EntryType.ConfChange) this.changes.push(entry);
  }

  /** The last entry that a leader before `term` committed. Leaders follow each other, so few are passed over. */
  lastBefore(term: number): Entry | undefined {
    let index = this.lastIndex;
    while (index > 0 && this.#chosenIn[index - 1]! >= term) index -= 1;
    return this.at(index);
  }
}
