import { InvariantError } from '../errors.js';
import type { Cursor } from './ordered-records.js';

/** Most keys of a chunk: an insertion moves half of one on average, a split moves half of the list of chunks. */
const CHUNK_KEYS_MAX = 512;
/** Neighbours are joined when both would fit in half a chunk, so that deletes do not leave a list of crumbs. */
const JOIN_KEYS_MAX = CHUNK_KEYS_MAX / 2;

/** A set of strings in order: a list of chunks, each a sorted list. Keys that come in order are appended without a search. */
export class KeyIndex {
  /** Invariant: no chunk is empty; all keys of a chunk are below those of the next. */
  readonly #chunks: string[][] = [];
  /** Invariant: `#firsts[i] === #chunks[i][0]`. Beside the chunks, so that a search touches one array and its strings. */
  readonly #firsts: string[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): string | undefined {
    return this.#firsts[0];
  }

  /** `key` must not be there. */
  insert(key: string): void {
    const last = this.#chunks.length - 1;
    if (last < 0 || key > this.#chunks[last]!.at(-1)!) this.#append(key, last);
    else this.#insertWithin(key);
    this.#size += 1;
  }

  /** `key` must be there. */
  delete(key: string): void {
    const at = chunkOf(this.#firsts, key);
    const chunk = this.#chunks[at];
    const place = chunk === undefined ? 0 : lowerBound(chunk, key);
    if (chunk === undefined || chunk[place] !== key)
      throw new InvariantError(`key of ${key.length} bytes is not in the index of ${this.#size}`);
    this.#size -= 1;
    if (chunk.length === 1) {
      this.#chunks.splice(at, 1);
      this.#firsts.splice(at, 1);
      return;
    }
    chunk.splice(place, 1);
    if (place === 0) this.#firsts[at] = chunk[0]!;
    this.#join(at);
  }

  /** Keys at or above `start` in order. The index must not change while the cursor is in use. */
  cursor(start: string): KeyCursor {
    const at = chunkOf(this.#firsts, start);
    const chunk = this.#chunks[at];
    return new KeyCursor(this.#chunks, at, chunk === undefined ? 0 : lowerBound(chunk, start));
  }

  #append(key: string, last: number): void {
    const chunk = this.#chunks[last];
    if (chunk !== undefined && chunk.length < CHUNK_KEYS_MAX) {
      chunk.push(key);
      return;
    }
    this.#chunks.push([key]);
    this.#firsts.push(key);
  }

  #insertWithin(key: string): void {
    const at = chunkOf(this.#firsts, key);
    const chunk = this.#chunks[at]!;
    const place = lowerBound(chunk, key);
    if (chunk[place] === key)
      throw new InvariantError(`key of ${key.length} bytes twice in the index of ${this.#size}`);
    chunk.splice(place, 0, key);
    if (place === 0) this.#firsts[at] = key;
    if (chunk.length <= CHUNK_KEYS_MAX) return;
    const upper = chunk.splice(CHUNK_KEYS_MAX / 2);
    this.#chunks.splice(at + 1, 0, upper);
    this.#firsts.splice(at + 1, 0, upper[0]!);
  }

  #join(at: number): void {
    const chunk = this.#chunks[at]!;
    const next = this.#chunks[at + 1];
    if (next === undefined || chunk.length + next.length > JOIN_KEYS_MAX) return;
    for (const key of next) chunk.push(key);
    this.#chunks.splice(at + 1, 1);
    this.#firsts.splice(at + 1, 1);
  }
}

export class KeyCursor implements Cursor {
  readonly #chunks: readonly (readonly string[])[];
  #at: number;
  #place: number;

  constructor(chunks: readonly (readonly string[])[], at: number, place: number) {
    this.#chunks = chunks;
    this.#at = at;
    this.#place = place;
  }

  next(): string | undefined {
    const chunk = this.#chunks[this.#at];
    if (chunk === undefined) return undefined;
    if (this.#place < chunk.length) return chunk[this.#place++];
    this.#at += 1;
    this.#place = 1;
    return this.#chunks[this.#at]?.[0];
  }
}

/** The last chunk whose first key is at or below `key`; the first one when there is none. */
function chunkOf(firsts: readonly string[], key: string): number {
  let low = 0;
  let high = firsts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (firsts[middle]! <= key) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the first key at or above `key` stands. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
