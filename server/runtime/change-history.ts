import type { ChangeEvent } from '../state/vocabulary.js';

/** Bytes that a kept change costs besides its key and value. */
const EVENT_OVERHEAD_BYTES = 96;

/**
 * The newest changes of the store, for watches that resume or are slow. Bounded in number and bytes. A command leaves as a whole: what is told
 * from here never begins in the middle of one. Changes have sequence numbers that never repeat; a watch's place is one of them.
 */
export class ChangeHistory {
  readonly #eventsMax: number;
  readonly #bytesMax: number;
  #ring: (ChangeEvent | undefined)[] = [];
  /** Invariant: changes [#first, #next) are in the ring, `#ring[sequence % #eventsMax]`. */
  #first = 0;
  #next = 0;
  #bytes = 0;
  #oldestRevision = 1;

  constructor(eventsMax: number, bytesMax: number) {
    this.#eventsMax = eventsMax;
    this.#bytesMax = bytesMax;
  }

  /** Every change with this revision or a later one is here. */
  get oldestRevision(): number {
    return this.#oldestRevision;
  }

  get first(): number {
    return this.#first;
  }

  /** Sequence number of the next change to come. */
  get next(): number {
    return this.#next;
  }

  get size(): number {
    return this.#next - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Forgets everything: the history begins behind `revision`. */
  begin(revision: number): void {
    this.#ring = new Array<ChangeEvent | undefined>(this.#eventsMax);
    this.#first = this.#next;
    this.#bytes = 0;
    this.#oldestRevision = revision + 1;
  }

  /** Forgets everything and gives the memory back. */
  end(): void {
    this.begin(0);
    this.#ring = [];
  }

  add(events: readonly ChangeEvent[]): void {
    for (const event of events) {
      if (this.size === this.#eventsMax) this.#dropCommand();
      this.#ring[this.#next % this.#eventsMax] = event;
      this.#next += 1;
      this.#bytes += bytesOf(event);
    }
    while (this.#bytes > this.#bytesMax && this.size > 0) this.#dropCommand();
    // The rest of a command that alone is larger than the ring.
    while (this.size > 0 && this.at(this.#first).revision < this.#oldestRevision) this.#dropOne();
  }

  at(sequence: number): ChangeEvent {
    return this.#ring[sequence % this.#eventsMax]!;
  }

  /** Place of the first change with this revision or a later one. */
  sequenceOf(revision: number): number {
    let low = this.#first;
    let high = this.#next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle).revision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropCommand(): void {
    const { revision } = this.at(this.#first);
    this.#oldestRevision = revision + 1;
    while (this.size > 0 && this.at(this.#first).revision === revision) this.#dropOne();
  }

  #dropOne(): void {
    this.#bytes -= bytesOf(this.at(this.#first));
    this.#ring[this.#first % this.#eventsMax] = undefined;
    this.#first += 1;
  }
}

function bytesOf({ key, value }: ChangeEvent): number {
  // A short value is a string of one character per byte, so its length is its bytes either way.
  return EVENT_OVERHEAD_BYTES + key.length + (value === null ? 0 : value.length);
}
