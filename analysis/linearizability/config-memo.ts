/**
 * Configurations from which no linearization was found, each a short list of integers that names it exactly: a state and what is pending. Stored one
 * behind the other in an arena, found by hash, compared whole, so that an unlucky hash can never turn a good history into a bad one.
 */
export class ConfigMemo {
  #arena = new Int32Array(0);
  #used = 0;
  /** Open addressing: place in the arena + 1, 0 for empty. Always a power of two long. */
  #table = new Int32Array(0);
  #count = 0;
  readonly #intsMax: number;

  constructor(bytesMax: number) {
    this.#intsMax = Math.floor(bytesMax / Int32Array.BYTES_PER_ELEMENT);
  }

  get size(): number {
    return this.#count;
  }

  has(key: Int32Array, length: number): boolean {
    return this.#count > 0 && this.#table[this.#find(key, length)] !== 0;
  }

  /** False when the memory that was allowed is full. */
  add(key: Int32Array, length: number): boolean {
    if (this.#used + length + 1 + this.#table.length > this.#intsMax) return false;
    if (this.#count * 2 >= this.#table.length) this.#growTable();
    const slot = this.#find(key, length);
    if (this.#table[slot] !== 0) return true;
    this.#reserve(length + 1);
    this.#table[slot] = this.#used + 1;
    this.#arena[this.#used] = length;
    for (let at = 0; at < length; at += 1) this.#arena[this.#used + 1 + at] = key[at]!;
    this.#used += length + 1;
    this.#count += 1;
    return true;
  }

  /** The slot of the key, or the empty one where it belongs. */
  #find(key: Int32Array, length: number): number {
    const mask = this.#table.length - 1;
    for (let slot = hashOf(key, 0, length) & mask; ; slot = (slot + 1) & mask) {
      const place = this.#table[slot]! - 1;
      if (place === -1 || this.#equals(place, key, length)) return slot;
    }
  }

  #equals(place: number, key: Int32Array, length: number): boolean {
    const arena = this.#arena;
    if (arena[place] !== length) return false;
    for (let at = 0; at < length; at += 1) if (arena[place + 1 + at] !== key[at]) return false;
    return true;
  }

  #reserve(ints: number): void {
    if (this.#used + ints <= this.#arena.length) return;
    const larger = new Int32Array(Math.max(256, this.#arena.length * 2, this.#used + ints));
    larger.set(this.#arena.subarray(0, this.#used));
    this.#arena = larger;
  }

  #growTable(): void {
    const table = new Int32Array(Math.max(64, this.#table.length * 2));
    const mask = table.length - 1;
    for (let place = 0; place < this.#used; place += this.#arena[place]! + 1) {
      let slot = hashOf(this.#arena, place + 1, this.#arena[place]!) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = place + 1;
    }
    this.#table = table;
  }
}

function hashOf(ints: Int32Array, start: number, length: number): number {
  let hash = length;
  for (let at = start; at < start + length; at += 1) {
    hash = Math.imul(hash ^ ints[at]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
