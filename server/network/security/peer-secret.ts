import type { Logger } from '../../ports/logger.js';
import { readSecret, unusable } from './secret-file.js';

export const peerSecretBytesMin = 16;

/**
 * The secret that all members share: the bytes of the file without white space at its ends, which editors and `echo` leave there.
 * @throws StrataError STRATA_SECRET_UNREADABLE naming field, path and reason
 */
export function readPeerSecret(field: string, path: string, logger: Logger): Buffer {
  const bytes = readSecret(field, path, logger);
  let start = 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes[start]!)) start += 1;
  while (end > start && isSpace(bytes[end - 1]!)) end -= 1;
  const secret = bytes.subarray(start, end);
  if (secret.length < peerSecretBytesMin) {
    throw unusable(field, path, `it has ${secret.length} bytes; a secret has at least ${peerSecretBytesMin}`);
  }
  return secret;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
