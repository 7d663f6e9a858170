import type { Value } from '../../state/vocabulary.js';

/**
 * How keys and values, which are bytes, stand in JSON. `base64` says every byte. `utf8` is for people: what is not UTF-8 is not bent into
 * it, which would make two keys one, but given in base64 under another name (`keyBase64`), so that nobody takes one for the other.
 */
export type TextEncoding = 'base64' | 'utf8';
export const textEncodings = ['base64', 'utf8'] as const;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ascii = /^\p{ASCII}*$/u;
const loneSurrogate = /\p{Surrogate}/u;

/** `"name":"…"` of a JSON document. `value` null: `"name":null`. */
export function jsonField(name: string, value: Value | null, encoding: TextEncoding): string {
  if (value === null) return `"${name}":null`;
  if (encoding === 'utf8') {
    const text = utf8Of(value);
    if (text !== null) return `"${name}":${JSON.stringify(text)}`;
    return `"${name}Base64":"${base64Of(value)}"`;
  }
  return `"${name}":"${base64Of(value)}"`;
}

/** Null when the bytes are not UTF-8. */
export function utf8Of(value: Value): string | null {
  if (typeof value === 'string' && ascii.test(value)) return value;
  try {
    return utf8.decode(bytesOf(value));
  } catch {
    return null;
  }
}

/** The bytes of a text of a client, null when it has none: base64 that is not canonical, a surrogate without its pair. */
export function parseText(text: string, encoding: TextEncoding): Buffer | null {
  if (encoding === 'utf8') return loneSurrogate.test(text) ? null : Buffer.from(text, 'utf8');
  const bytes = Buffer.from(text, 'base64');
  // Node reads over what it does not know; two texts would be one key.
  return bytes.toString('base64') === text ? bytes : null;
}

export function bytesOf(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  return Buffer.from(value.buffer, value.byteOffset, value.length);
}

function base64Of(value: Value): string {
  return bytesOf(value).toString('base64');
}
