import type { Random } from '../../../loadgen/random.js';

/** What is done with a key besides reading and replacing it: compare-and-set, or append. */
export type KeyUse = 'register' | 'text';

export interface LiveKey {
  readonly name: string;
  readonly use: KeyUse;
  /** What clients believe to be in it: a hint for compare-and-set, never a truth. Null: absent. */
  believed: string | null;
  uses: number;
}

const PREFIX: Readonly<Record<KeyUse, string>> = { register: 'r', text: 'a' };

/**
 * The keys in use. After so many operations a key makes way for a fresh one: operations that never ended stay open in its history for ever, and the
 * cost of checking grows with them. Every key that ever was is read again at the end.
 */
export class KeyRing {
  readonly #slots: LiveKey[];
  readonly #usesMax: number;
  readonly #all: LiveKey[] = [];
  #generation = 0;

  constructor(registers: number, texts: number, usesMax: number) {
    this.#usesMax = usesMax;
    const uses: KeyUse[] = [
      ...Array<KeyUse>(registers).fill('register'),
      ...Array<KeyUse>(texts).fill('text'),
    ];
    this.#slots = uses.map((use) => this.#fresh(use));
  }

  get all(): readonly LiveKey[] {
    return this.#all;
  }

  pick(random: Random): LiveKey {
    const at = random.nextBelow(this.#slots.length);
    return this.#slots[at]!;
  }

  /** An operation took effect, or may have. What certainly did not leaves no trace in the key's history. */
  used(key: LiveKey): void {
    key.uses += 1;
    if (key.uses !== this.#usesMax) return;
    this.#slots[this.#slots.indexOf(key)] = this.#fresh(key.use);
  }

  #fresh(use: KeyUse): LiveKey {
    const key = { name: `${PREFIX[use]}${this.#generation++}`, use, believed: null, uses: 0 };
    this.#all.push(key);
    return key;
  }
}
