import type { Entry } from '../messages.js';
import type { LogPosition } from '../raft-log.js';

/** A log behind a base, as a disk or an observer holds it. */
export class LogModel {
  #base: LogPosition;
  #entries: Entry[];

  constructor(base: LogPosition, entries: readonly Entry[]) {
    this.#base = base;
    this.#entries = [...entries];
  }

  get base(): LogPosition {
    return this.#base;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  at(index: number): Entry | undefined {
    return this.#entries[index - this.#base.index - 1];
  }

  /** Known from the base on, 0 elsewhere. */
  term(index: number): number {
    return index === this.#base.index ? this.#base.term : (this.at(index)?.term ?? 0);
  }

  /** The entries replace what stands from the first of them on. */
  write(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    this.#entries.length = first.index - this.#base.index - 1;
    for (const entry of entries) this.#entries.push(entry);
  }

  /** A snapshot takes the place of everything. */
  reset({ index, term }: LogPosition): void {
    this.#base = { index, term };
    this.#entries = [];
  }

  compact(index: number): void {
    if (index <= this.#base.index) return;
    const term = this.term(index);
    this.#entries = this.#entries.slice(index - this.#base.index);
    this.#base = { index, term };
  }
}
