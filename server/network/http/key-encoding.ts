import { StrataError } from '../../errors.js';

/**
 * The key of a path is bytes, not text: `%00`, `%2F` and bytes that are no UTF-8 are keys like any other, and two keys that differ
 * in a byte never become one. The path comes as node:http gives it: one character per byte.
 *
 * @throws StrataError STRATA_KEY_EMPTY, STRATA_KEY_BAD_ENCODING (with the offset in the encoded key), STRATA_KEY_TOO_LONG
 */
export function decodeKey(encoded: string, keyBytesMax: number): Buffer {
  if (encoded.length === 0) throw new StrataError('STRATA_KEY_EMPTY');
  const key = decodePercent(encoded);
  if (key.length > keyBytesMax) {
    throw new StrataError('STRATA_KEY_TOO_LONG', { actual: key.length, limit: keyBytesMax });
  }
  return key;
}

/** Percent-encoded bytes of any kind. @throws StrataError STRATA_KEY_BAD_ENCODING */
export function decodePercent(encoded: string): Buffer {
  const firstEscape = encoded.indexOf('%');
  return firstEscape === -1 ? Buffer.from(encoded, 'latin1') : decodeEscapes(encoded, firstEscape);
}

function decodeEscapes(encoded: string, firstEscape: number): Buffer {
  const bytes = Buffer.allocUnsafe(encoded.length);
  let length = bytes.write(encoded.slice(0, firstEscape), 'latin1');
  for (let i = firstEscape; i < encoded.length; i++) {
    const code = encoded.charCodeAt(i);
    if (code !== 0x25) {
      bytes[length++] = code;
      continue;
    }
    const high = hexDigit(encoded.charCodeAt(i + 1));
    const low = hexDigit(encoded.charCodeAt(i + 2));
    if (high < 0 || low < 0) throw new StrataError('STRATA_KEY_BAD_ENCODING', { offset: i });
    bytes[length++] = high * 16 + low;
    i += 2;
  }
  return bytes.subarray(0, length);
}

/** -1 for anything that is not a hexadecimal digit, the NaN behind the end of the text included. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
