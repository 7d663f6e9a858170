/** One key's newest value. */
export interface StoredValue {
  readonly value: Uint8Array;
  /** Revision of the write that made it. */
  readonly revision: number;
}

/**
 * The keys and their values. Keys are bytes; each byte becomes one character of a string (Latin-1), which keeps different byte
 * strings different (UTF-8 decoding would fold invalid sequences into one) and makes a Map safe for keys such as `__proto__`.
 */
export class Store {
  readonly #values = new Map<string, StoredValue>();
  /** Number of the newest write. Invariant: every stored revision is <= it. */
  #revision = 0;

  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: Uint8Array): StoredValue | undefined {
    return this.#values.get(keyToString(key));
  }

  /** True when the key was created. Keeps a view of `value`: the caller must not change its bytes. */
  put(key: Uint8Array, value: Uint8Array): boolean {
    const sizeBefore = this.#values.size;
    this.#revision += 1;
    this.#values.set(keyToString(key), { value, revision: this.#revision });
    return this.#values.size !== sizeBefore;
  }

  /** True when the key existed. A delete of nothing is still a write: it takes a revision. */
  delete(key: Uint8Array): boolean {
    this.#revision += 1;
    return this.#values.delete(keyToString(key));
  }
}

function keyToString(key: Uint8Array): string {
  // Spreading a long key would overflow the stack; keys are far below this in practice.
  if (key.length <= 4096) return String.fromCharCode.apply(null, key as unknown as number[]);
  let text = '';
  for (let at = 0; at < key.length; at += 4096) {
    text += String.fromCharCode.apply(null, key.subarray(at, at + 4096) as unknown as number[]);
  }
  return text;
}
