import { InvariantError } from '../errors.js';
import { decodeCommand, Operation } from './command.js';
import { Store, type StoredValue } from './store.js';

/** What a write answers. */
export interface ApplyResult {
  /** The store's revision after the write. */
  readonly revision: number;
  /** Put: created. Delete: existed. */
  readonly changed: boolean;
}

/**
 * The replicated state machine: the same entries in the same order give the same state on every node. No clock, no
 * randomness, no I/O.
 */
export class StateMachine {
  readonly #store = new Store();
  #appliedIndex = 0;

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get revision(): number {
    return this.#store.revision;
  }

  get keyCount(): number {
    return this.#store.size;
  }

  /** Applies the entry at `index`; null for an entry without a command (a new leader's no-op, a configuration change). */
  apply(index: number, data: Uint8Array): ApplyResult | null {
    // Applying twice or out of order would let replicas drift apart silently (Raft §5.4.3, state machine safety).
    if (index !== this.#appliedIndex + 1) {
      throw new InvariantError(`entry ${index} applied after entry ${this.#appliedIndex}`);
    }
    this.#appliedIndex = index;
    if (data.length === 0) return null;
    const { operation, key, value } = decodeCommand(data);
    const changed = operation === Operation.Put ? this.#store.put(key, value) : this.#store.delete(key);
    return { revision: this.#store.revision, changed };
  }

  get(key: Uint8Array): StoredValue | undefined {
    return this.#store.get(key);
  }
}
