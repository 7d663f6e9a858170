/** First in, first out; a ring that doubles, up to a limit. */
export class NumberQueue {
  readonly #lengthMax: number;
  #ring = new Float64Array(1024);
  #head = 0;
  #length = 0;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  get length(): number {
    return this.#length;
  }

  /** False, and nothing kept, when the queue is at its limit. */
  push(value: number): boolean {
    if (this.#length >= this.#lengthMax) return false;
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = value;
    this.#length++;
    return true;
  }

  shift(): number | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#ring[this.#head];
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return value;
  }

  forEach(visit: (value: number) => void): void {
    for (let at = 0; at < this.#length; at++) visit(this.#ring[(this.#head + at) & (this.#ring.length - 1)]!);
  }

  /** The length stays a power of two, so that a mask replaces the remainder. */
  #grow(): void {
    const larger = new Float64Array(this.#ring.length * 2);
    for (let at = 0; at < this.#length; at++) {
      larger[at] = this.#ring[(this.#head + at) & (this.#ring.length - 1)]!;
    }
    this.#ring = larger;
    this.#head = 0;
  }
}
