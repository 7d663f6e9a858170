import type { Value } from './vocabulary.js';

/** `-9223372036854775808`. */
const DIGITS_MAX = 20;
const PATTERN = /^(?:0|-?[1-9][0-9]*)$/;

/** A decimal integer of 64 bits as Redis takes it: no space, no plus, no leading zero, no -0. Null when it is none. */
export function parseInteger(value: Value): bigint | null {
  if (typeof value !== 'string' || value.length > DIGITS_MAX || !PATTERN.test(value)) return null;
  const parsed = BigInt(value);
  return fits(parsed) ? parsed : null;
}

export function fits(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
