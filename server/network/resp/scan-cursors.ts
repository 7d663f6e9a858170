import { randomInt } from 'node:crypto';
import { scanCursorsMax } from './resp-limits.js';

/** Below 2^48, what randomInt can draw: a client that keeps cursors as doubles or signed integers keeps them whole. */
const cursorLimit = 2 ** 48 - 1;

/**
 * Where scans go on. Redis' cursor is a number and ours is a key, so this node remembers which number stands for which key. Numbers are drawn at
 * random: one of another node, or of this one before its restart, is not known instead of meaning another place, and skipping keys.
 * Bounded: the cursor longest not used is forgotten. One that is asked for again, after a lost connection, gives the same place.
 */
export class ScanCursors {
  readonly #max: number;
  readonly #positions = new Map<string, Uint8Array>();

  constructor(max = scanCursorsMax) {
    this.#max = max;
  }

  get size(): number {
    return this.#positions.size;
  }

  /** A cursor for the keys from `position` on. The bytes are kept. */
  remember(position: Uint8Array): string {
    const cursor = String(randomInt(1, cursorLimit));
    this.#positions.set(cursor, position);
    if (this.#positions.size > this.#max) {
      const [oldest] = this.#positions.keys();
      this.#positions.delete(oldest!);
    }
    return cursor;
  }

  /** Null when it is not known (any more). */
  find(cursor: string): Uint8Array | null {
    const position = this.#positions.get(cursor);
    if (position === undefined) return null;
    this.#positions.delete(cursor);
    this.#positions.set(cursor, position);
    return position;
  }
}
