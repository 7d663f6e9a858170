const SHARDS = 1_024;
/** Of a longer key the ends count: names differ at the front, numbers at the back. */
const HASHED_CHARACTERS = 16;

/**
 * A map in many parts. V8 doubles a `Map` in one go, and everything waits meanwhile: 0.3 s at 2 million entries, twice that at each doubling, which is an
 * election time-out at 4 million. A part of this one doubles in a few milliseconds, and the parts do so one after the other.
 */
export class ShardedMap<Item> {
  readonly #shards: (Map<string, Item> | undefined)[] = new Array<undefined>(SHARDS).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Item | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  /** `key` must not be in the map. */
  add(key: string, item: Item): void {
    const at = shardOf(key);
    const shard = this.#shards[at];
    if (shard === undefined) this.#shards[at] = new Map([[key, item]]);
    else shard.set(key, item);
    this.#size += 1;
  }

  /** `key` must be in the map. */
  remove(key: string): void {
    this.#shards[shardOf(key)]!.delete(key);
    this.#size -= 1;
  }
}

/** Which part a key belongs to; exported so that a test can see how keys spread. */
export function shardOf(key: string): number {
  const { length } = key;
  let hash = length;
  const front = Math.min(length, HASHED_CHARACTERS);
  for (let at = 0; at < front; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  for (let at = Math.max(front, length - HASHED_CHARACTERS); at < length; at++)
    hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 11) ^ (hash >>> 22)) & (SHARDS - 1);
}
