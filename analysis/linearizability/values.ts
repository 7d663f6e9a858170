import type { HistoryEvent } from '../../results/schema/history.js';

export type JsonValue = HistoryEvent['value'];

/** The absent value, `null` in a history. */
export const ABSENT = 0;
/** What `append` gives when there is nothing that a string could be appended to. */
export const NO_VALUE = -1;

/** Multiplier of the polynomial hash: odd, so that multiplying loses no bit. */
const BASE = 0x01000193;

/**
 * Every value of a history under a small whole number, equal values under the same: a state is then one integer.
 *
 * Appends make a chain of ever longer strings. Each is kept as the engine's rope, and found by a hash that is computed from its parts, so that a
 * step costs the same however long the string has grown; only strings whose hashes are equal are ever compared.
 */
export class ValueTable {
  readonly #values: JsonValue[] = [null];
  /** Of strings; a value that is none has -1. Absent counts as empty: a prefix of everything. */
  readonly #lengths: number[] = [0];
  readonly #hashes: number[] = [0];
  readonly #byHash = new Map<number, number[]>();
  /** Canonical JSON of what is neither string nor null. */
  readonly #byText = new Map<string, number>();
  readonly #appended = new Map<number, number>();

  intern(value: JsonValue): number {
    if (value === null) return ABSENT;
    if (typeof value === 'string') return this.#internString(value, hashText(value));
    const text = canonicalJson(value);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const id = this.#add(value, -1, 0);
    this.#byText.set(text, id);
    return id;
  }

  /** A number for a value that equals no other. */
  anonymous(): number {
    return this.#add(null, -1, 0);
  }

  value(id: number): JsonValue {
    return this.#values[id]!;
  }

  /** UTF-16 units of a string, 0 for the absent value, -1 for anything else. */
  lengthOf(id: number): number {
    return this.#lengths[id]!;
  }

  /** Different hashes prove different strings. */
  hashOf(id: number): number {
    return this.#hashes[id]!;
  }

  /** `state` with `operand` behind it; an absent state becomes the operand. `NO_VALUE` when one of them is no string. */
  append(state: number, operand: number): number {
    if (state === ABSENT) return operand;
    const pair = state * 2 ** 26 + operand;
    const known = this.#appended.get(pair);
    if (known !== undefined) return known;
    const id = this.#concatenate(state, operand);
    this.#appended.set(pair, id);
    return id;
  }

  #concatenate(state: number, operand: number): number {
    const length = this.#lengths[operand]!;
    if (this.#lengths[state]! < 0 || length < 0) return NO_VALUE;
    const hash = (Math.imul(this.#hashes[state]!, power(length)) + this.#hashes[operand]!) | 0;
    return this.#internString(`${this.#values[state]}${this.#values[operand]}`, hash);
  }

  #internString(text: string, hash: number): number {
    const bucket = this.#byHash.get(hash);
    const known = bucket?.find((id) => this.#lengths[id] === text.length && this.#values[id] === text);
    if (known !== undefined) return known;
    const id = this.#add(text, text.length, hash);
    if (bucket === undefined) this.#byHash.set(hash, [id]);
    else bucket.push(id);
    return id;
  }

  #add(value: JsonValue, length: number, hash: number): number {
    this.#lengths.push(length);
    this.#hashes.push(hash);
    return this.#values.push(value) - 1;
  }
}

function hashText(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = nextHash(hash, text.charCodeAt(at));
  return hash;
}

/** The hash of every prefix of a text, by length. */
export function prefixHashes(text: string): Int32Array {
  const hashes = new Int32Array(text.length + 1);
  for (let at = 0; at < text.length; at += 1) hashes[at + 1] = nextHash(hashes[at]!, text.charCodeAt(at));
  return hashes;
}

function nextHash(hash: number, unit: number): number {
  return (Math.imul(hash, BASE) + unit + 1) | 0;
}

/** BASE to the given power, modulo 2^32. */
function power(exponent: number): number {
  let result = 1;
  let square = BASE;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** Equal values give equal texts: the names of an object's members are sorted. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`).join(',')}}`;
}
