const DIGITS = 8;
/** Above this many keys a path is built for each request instead of kept. */
const CACHED_KEYS_MAX = 262_144;

/** Keys of a run have one length as long as there are no more than 10^8 of them. */
export function keyName(prefix: string, index: number): string {
  return prefix + String(index).padStart(DIGITS, '0');
}

/** A key of a history: the run in its name makes sure that nobody wrote it before, so that its first value is known. */
export function historyKey(prefix: string, runId: string, index: number): string {
  return `${prefix}history-${runId}-${index}`;
}

export class KeyPaths {
  readonly #prefix: string;
  readonly #paths: (string | undefined)[] | null;

  constructor(keyPrefix: string, keys: number) {
    this.#prefix = `/kv/${encodeURIComponent(keyPrefix)}`;
    this.#paths = keys <= CACHED_KEYS_MAX ? new Array(keys).fill(undefined) : null;
  }

  path(index: number): string {
    if (this.#paths === null) return keyName(this.#prefix, index);
    let path = this.#paths[index];
    if (path === undefined) {
      path = keyName(this.#prefix, index);
      this.#paths[index] = path;
    }
    return path;
  }
}
