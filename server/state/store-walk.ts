import { KeyIndex } from './key-index.js';
import type { Cursor } from './ordered-records.js';
import type { ChangeObserver, Store, StoredValue } from './store.js';

/** Keys that came after the walk began and are passed over in one go. */
const SKIPPED_KEYS_MAX = 4096;

/**
 * Walks through all keys in order and shows them as they were when it began, although the store goes on changing: what changes ahead of the
 * walk is kept as it was until the walk has passed it.
 */
export class StoreWalk implements ChangeObserver {
  readonly #store: Store;
  /** What changed ahead, as it was; null: the key did not exist. */
  readonly #before = new Map<string, StoredValue | null>();
  /** The keys of `#before` that existed: they may be gone from the store. Those passed stay until the end. */
  readonly #kept = new KeyIndex();
  /** Every key up to this one has been passed; null before the first. */
  #passed: string | null = null;
  #left: number;
  #live: Cursor | null = null;
  #lost: Cursor | null = null;
  #nextLive: string | undefined;
  #nextLost: string | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#left = store.size;
    store.observe(this);
  }

  /** Keys not shown yet. */
  get left(): number {
    return this.#left;
  }

  /** No key lies ahead, new ones included. Holds until the store changes. */
  get isAtEnd(): boolean {
    return this.#nextLive === undefined && this.#nextLost === undefined;
  }

  beforeChange(key: string, before: StoredValue | undefined): void {
    if ((this.#passed !== null && key <= this.#passed) || this.#before.has(key)) return;
    if (before === undefined) {
      this.#before.set(key, null);
      return;
    }
    const { value, revision, createRevision, expiresAtMs } = before;
    this.#before.set(key, { value, revision, createRevision, expiresAtMs });
    this.#kept.insert(key);
  }

  /** To be called whenever the store may have changed since the last `next`. */
  resume(): void {
    // The string right behind a key is the key and a zero.
    const start = this.#passed === null ? '' : `${this.#passed}\0`;
    this.#live = this.#store.cursor(start);
    this.#lost = this.#kept.cursor(start);
    this.#nextLive = this.#live.next();
    this.#nextLost = this.#lost.next();
  }

  /** Shows the next key to `visit`. False when there is none, or when many were passed over: `left` tells. */
  next(visit: (key: string, record: StoredValue) => void): boolean {
    // What comes behind the last key to show is new, however much it is.
    if (this.#left === 0) return false;
    for (let skipped = 0; skipped < SKIPPED_KEYS_MAX; skipped++) {
      const lost = this.#nextLost;
      const live = this.#nextLive;
      if (lost === undefined && live === undefined) return false;
      const isLost = lost !== undefined && (live === undefined || lost <= live);
      const key = isLost ? lost : live!;
      if (isLost) this.#nextLost = this.#lost!.next();
      if (key === live) this.#nextLive = this.#live!.next();
      this.#passed = key;
      const record = this.#take(key);
      if (record === null) continue;
      this.#left -= 1;
      visit(key, record);
      return true;
    }
    return false;
  }

  end(): void {
    this.#store.unobserve(this);
    this.#before.clear();
  }

  /** The key as it was when the walk began, null when it did not exist. */
  #take(key: string): StoredValue | null {
    const before = this.#before.get(key);
    if (before === undefined) return this.#store.get(key)!;
    this.#before.delete(key);
    return before;
  }
}
