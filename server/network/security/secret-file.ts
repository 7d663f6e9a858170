import { readFileSync, statSync } from 'node:fs';
import { StrataError } from '../../errors.js';
import type { Logger } from '../../ports/logger.js';
import { secretFileBytesMax } from '../limits.js';

/** Group and others: read. */
const readableByOthers = 0o044;

/**
 * The bytes of a file that holds a secret, read once at start. A file that others may read is used all the same and told in the log:
 * a mounted secret may have no other mode.
 * @throws StrataError STRATA_SECRET_UNREADABLE naming field, path and reason
 */
export function readSecret(field: string, path: string, logger: Logger): Buffer {
  const bytes = readBounded(field, path);
  if ((statSync(path).mode & readableByOthers) !== 0) {
    logger.warn({ field, path }, `${field} names a file that others may read; chmod 600 it`);
  }
  return bytes;
}

/** @throws StrataError STRATA_SECRET_UNREADABLE naming field, path and reason */
export function readBounded(field: string, path: string): Buffer {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > secretFileBytesMax) {
      throw unusable(field, path, `it has ${size} bytes; the limit is ${secretFileBytesMax}`);
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof StrataError) throw error;
    throw unusable(field, path, reasonOf(error as NodeJS.ErrnoException));
  }
  if (bytes.length === 0) throw unusable(field, path, 'it is empty');
  return bytes;
}

export function unusable(field: string, path: string, reason: string): StrataError {
  return new StrataError('STRATA_SECRET_UNREADABLE', { field, path, reason });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'this process may not read it';
  if (code === 'EISDIR') return 'it is a folder';
  return code ?? message;
}
