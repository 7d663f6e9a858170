/** Something with a place in a `TimeoutQueue`. The links are the queue's own. */
export interface Timed {
  /** When it was added; ascending in the order of addition. */
  addedNs: number;
  older: Timed | null;
  newer: Timed | null;
  waiting: boolean;
}

/**
 * Deadlines of requests that all have the same time-out: then the order of addition is the order of the deadlines, a
 * timing wheel has one spoke, and add and remove are a few pointer writes with one timer for all. (undici's own
 * time-outs run on a clock of half a second and fire up to 600 ms late.)
 */
export class TimeoutQueue<Item extends Timed> {
  readonly #timeoutMs: number;
  readonly #nowNs: () => number;
  readonly #onTimeout: (item: Item) => void;
  #oldest: Timed | null = null;
  #newest: Timed | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number, nowNs: () => number, onTimeout: (item: Item) => void) {
    this.#timeoutMs = timeoutMs;
    this.#nowNs = nowNs;
    this.#onTimeout = onTimeout;
  }

  add(item: Item, addedNs: number): void {
    item.addedNs = addedNs;
    item.waiting = true;
    item.newer = null;
    item.older = this.#newest;
    if (this.#newest === null) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
    if (this.#timer === null) this.#timer = setTimeout(this.#expire, this.#timeoutMs);
  }

  remove(item: Item): void {
    if (!item.waiting) return;
    if (item.older === null) this.#oldest = item.newer;
    else item.older.newer = item.newer;
    if (item.newer === null) this.#newest = item.older;
    else item.newer.older = item.older;
    item.older = null;
    item.newer = null;
    item.waiting = false;
  }

  /** The timer is not moved when its item leaves in time: it fires, finds the new oldest and waits for that one. */
  readonly #expire = (): void => {
    this.#timer = null;
    const limitNs = this.#nowNs() - this.#timeoutMs * 1e6;
    while (this.#oldest !== null && this.#oldest.addedNs <= limitNs) {
      const item = this.#oldest as Item;
      this.remove(item);
      this.#onTimeout(item);
    }
    if (this.#oldest === null || this.#timer !== null) return;
    const remainingMs = (this.#oldest.addedNs - limitNs) / 1e6;
    this.#timer = setTimeout(this.#expire, Math.max(1, Math.ceil(remainingMs)));
  };

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
