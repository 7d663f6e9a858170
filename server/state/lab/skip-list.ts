import { InvariantError } from '../../errors.js';
import type { CreateRecords, Cursor, OrderedRecords } from '../ordered-records.js';

/** Enough for 4^12 keys, which is more than a node takes. */
const LEVELS_MAX = 12;

interface Node<Item> {
  readonly key: string;
  readonly item: Item;
  /** The next node on each level, lowest first. */
  readonly next: (Node<Item> | undefined)[];
}

/**
 * A skip list (Pugh, 1990), for comparison with the map and index that every other node has. A point is a search from the top, some log4 of the keys long; a walk
 * follows the lowest level. How high a key stands comes from its hash, one level more for each two zero bits, so the same keys make the same list on every node; keys
 * chosen with knowledge of the hash make it slow. A lock around it, as threads need one, has no meaning here: one thread owns the state, and no search is ever
 * interrupted.
 */
export class SkipList<Item> implements OrderedRecords<Item> {
  /** The first node on each level. */
  readonly #heads: (Node<Item> | undefined)[] = new Array<undefined>(LEVELS_MAX).fill(undefined);
  /** Scratch of `#search`: who points at the place of the key on each level; undefined stands for the head. */
  readonly #before: (Node<Item> | undefined)[] = new Array<undefined>(LEVELS_MAX).fill(undefined);
  /** Where a cursor came by last: a walk that asks for each record finds it without a search. */
  #visited: Node<Item> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Item | undefined {
    if (this.#visited?.key === key) return this.#visited.item;
    const found = this.#search(key);
    return found?.key === key ? found.item : undefined;
  }

  add(key: string, item: Item): void {
    if (this.#search(key)?.key === key)
      throw new InvariantError(`key of ${key.length} bytes twice in the list of ${this.#size}`);
    const levels = levelsOf(key);
    const node: Node<Item> = { key, item, next: new Array<undefined>(levels).fill(undefined) };
    for (let level = 0; level < levels; level++) {
      const links = this.#before[level]?.next ?? this.#heads;
      node.next[level] = links[level];
      links[level] = node;
    }
    this.#size += 1;
  }

  remove(key: string): void {
    const found = this.#search(key);
    if (found?.key !== key)
      throw new InvariantError(`key of ${key.length} bytes is not in the list of ${this.#size}`);
    for (let level = 0; level < found.next.length; level++) {
      const links = this.#before[level]?.next ?? this.#heads;
      links[level] = found.next[level];
    }
    if (this.#visited === found) this.#visited = undefined;
    this.#size -= 1;
  }

  cursor(start: string): Cursor {
    let node = this.#search(start);
    return {
      next: () => {
        const at = node;
        node = at?.next[0];
        if (at !== undefined) this.#visited = at;
        return at?.key;
      },
    };
  }

  /** The first node at or above `key`; `#before` holds those that point at its place. */
  #search(key: string): Node<Item> | undefined {
    let before: Node<Item> | undefined;
    let found: Node<Item> | undefined;
    for (let level = LEVELS_MAX - 1; level >= 0; level--) {
      found = (before?.next ?? this.#heads)[level];
      while (found !== undefined && found.key < key) {
        before = found;
        found = found.next[level];
      }
      this.#before[level] = before;
    }
    return found;
  }
}

export const createSkipList: CreateRecords = () => new SkipList();

/** FNV-1a over the characters, then the finish of MurmurHash3: keys that differ by a digit stand at unrelated heights. */
function levelsOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  let levels = 1;
  while (levels < LEVELS_MAX && (hash & 3) === 0) {
    levels += 1;
    hash >>>= 2;
  }
  return levels;
}
