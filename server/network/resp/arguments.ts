import { latin1 } from './reply.js';
import { ttlMsMax } from './resp-limits.js';

/** An option's name, in upper case. */
export function word(bytes: Uint8Array): string {
  return latin1(bytes.subarray(0, 64)).toUpperCase();
}

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** A signed integer of 64 bits as Redis writes it: no blanks, no plus, no leading zeros. Null when it is anything else. */
export function int64(bytes: Uint8Array): bigint | null {
  if (bytes.length > 20) return null;
  const text = latin1(bytes);
  if (!/^(0|-?[1-9][0-9]*)$/.test(text)) return null;
  const value = BigInt(text);
  return value < int64Min || value > int64Max ? null : value;
}

/** An integer that is exact as a number; larger ones are cut to the next that is. */
export function integerArgument(bytes: Uint8Array): number | null {
  const value = int64(bytes);
  if (value === null) return null;
  const number = Number(value);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number));
}

/** Milliseconds of a time to live; `range`: it is a number that no time to live can be. */
export function ttlMs(bytes: Uint8Array, unitMs: number): number | 'not-a-number' | 'range' {
  const value = int64(bytes);
  if (value === null) return 'not-a-number';
  const milliseconds = value * BigInt(unitMs);
  if (milliseconds > BigInt(ttlMsMax) || milliseconds < -BigInt(ttlMsMax)) return 'range';
  return Number(milliseconds);
}
