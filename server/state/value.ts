import type { Value } from './vocabulary.js';

/** Longer values are kept as bytes: they leave in an answer without a conversion, which costs more than it saves from here on. */
export const INLINE_VALUE_BYTES_MAX = 1024;
/** What the two bytes of a plain command can say. */
export const KEY_BYTES_MAX = 65_535;
/** No configuration goes beyond; a claim above it is damage. */
export const VALUE_BYTES_MAX = 1_073_741_824;

/** Node's own conversions, called on any typed array: they are not typed, and wrapping bytes in a Buffer first would cost an object. */
interface Latin1Codec {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  latin1Write(this: Uint8Array, text: string, offset: number, length: number): number;
}
const { latin1Slice, latin1Write } = Buffer.prototype as unknown as Latin1Codec;

/**
 * Bytes as a string of one character per byte. Different bytes stay different (UTF-8 would fold invalid sequences into one), strings
 * compare like their bytes, and a Map is safe for keys such as `__proto__`. A copy: it keeps nothing of `data` alive.
 */
export function latin1Text(data: Uint8Array, start: number, end: number): string {
  return start === end ? '' : latin1Slice.call(data, start, end);
}

/** `text` must be Latin-1 and fit. */
export function writeLatin1(target: Uint8Array, text: string, offset: number): void {
  if (text.length > 0) latin1Write.call(target, text, offset, text.length);
}

export function keyText(key: Uint8Array): string {
  return latin1Text(key, 0, key.length);
}

export function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeLatin1(bytes, text, 0);
  return bytes;
}

/** The bytes [start, end) of `data` as the store keeps them, copied. */
export function makeValue(data: Uint8Array, start: number, end: number): Value {
  if (end - start <= INLINE_VALUE_BYTES_MAX) return latin1Text(data, start, end);
  // Not `slice`: a Buffer's is a view.
  return new Uint8Array(data.subarray(start, end));
}

export function valueLength(value: Value): number {
  return value.length;
}

/** Never write to it: it may be the store's own. */
export function valueBytes(value: Value): Uint8Array {
  return typeof value === 'string' ? textBytes(value) : value;
}

/** One Latin-1 character per byte. */
export function valueText(value: Value): string {
  return typeof value === 'string' ? value : latin1Text(value, 0, value.length);
}

/** Negative, 0 or positive, bytewise. */
export function compareValue(value: Value, bytes: Uint8Array): number {
  if (typeof value !== 'string') return Buffer.compare(value, bytes);
  const other = latin1Text(bytes, 0, bytes.length);
  return value < other ? -1 : value > other ? 1 : 0;
}

/** `first` and then `second`, as one value of its own: no rope that keeps its parts. */
export function joinValues(first: Value, second: Uint8Array): Value {
  const joined = new Uint8Array(first.length + second.length);
  if (typeof first === 'string') writeLatin1(joined, first, 0);
  else joined.set(first, 0);
  joined.set(second, first.length);
  return joined.length <= INLINE_VALUE_BYTES_MAX ? latin1Text(joined, 0, joined.length) : joined;
}
