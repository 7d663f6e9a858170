import { KeyIndex } from './key-index.js';
import { ShardedMap } from './sharded-map.js';

/** Keys at or above a start, in order; undefined at the end and from then on. */
export interface Cursor {
  next(): string | undefined;
}

/** Records by key, to be found one by one and walked through in order. */
export interface OrderedRecords<Item> {
  readonly size: number;
  get(key: string): Item | undefined;
  /** `key` must not be there. */
  add(key: string, item: Item): void;
  /** `key` must be there. */
  remove(key: string): void;
  /** Nothing may be added or removed while the cursor is in use. */
  cursor(start: string): Cursor;
}

export type CreateRecords = <Item>() => OrderedRecords<Item>;

/** A map for points, an index for order that is touched only when keys come and go. */
export class OrderedMap<Item> implements OrderedRecords<Item> {
  /** Invariant: the same keys in both. */
  readonly #items = new ShardedMap<Item>();
  readonly #index = new KeyIndex();

  get size(): number {
    return this.#items.size;
  }

  get(key: string): Item | undefined {
    return this.#items.get(key);
  }

  add(key: string, item: Item): void {
    this.#items.add(key, item);
    this.#index.insert(key);
  }

  remove(key: string): void {
    this.#items.remove(key);
    this.#index.delete(key);
  }

  cursor(start: string): Cursor {
    return this.#index.cursor(start);
  }
}

export const createOrderedMap: CreateRecords = () => new OrderedMap();
