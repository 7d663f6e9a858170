import { KeyIndex } from './key-index.js';

/** Seven characters of one byte: a safe integer. */
const DEADLINE_CHARS = 7;
/** What one deadline costs beside the bytes of its key, roughly: a string and its place in the index. */
export const DEADLINE_BYTES = 80;

/** Keys by deadline, those with the same deadline by key: every replica ends them in this order. */
export class ExpiryIndex {
  /** Deadline, big-endian, and key in one string. */
  readonly #index = new KeyIndex();

  get size(): number {
    return this.#index.size;
  }

  add(key: string, deadlineMs: number): void {
    this.#index.insert(deadlineText(deadlineMs) + key);
  }

  remove(key: string, deadlineMs: number): void {
    this.#index.delete(deadlineText(deadlineMs) + key);
  }

  /** Null when no key expires. */
  earliestMs(): number | null {
    const first = this.#index.first();
    return first === undefined ? null : deadlineOf(first);
  }

  /** The key to end first, if its deadline is at or before `clockMs`. */
  due(clockMs: number): string | null {
    const first = this.#index.first();
    return first === undefined || deadlineOf(first) > clockMs ? null : first.slice(DEADLINE_CHARS);
  }
}

function deadlineText(deadlineMs: number): string {
  const high = Math.floor(deadlineMs / 0x1_0000_0000);
  return String.fromCharCode(
    high >>> 16,
    (high >>> 8) & 0xff,
    high & 0xff,
    deadlineMs >>> 24,
    (deadlineMs >>> 16) & 0xff,
    (deadlineMs >>> 8) & 0xff,
    deadlineMs & 0xff,
  );
}

function deadlineOf(entry: string): number {
  let deadlineMs = 0;
  for (let i = 0; i < DEADLINE_CHARS; i++) deadlineMs = deadlineMs * 256 + entry.charCodeAt(i);
  return deadlineMs;
}
