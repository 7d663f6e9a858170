import { StrataError } from '../errors.js';

/** The coded error for a write or sync that the disk refused. */
export function diskError(operation: string, file: string, cause: unknown): StrataError {
  if (cause instanceof StrataError) return cause;
  const error = cause as NodeJS.ErrnoException;
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return full
    ? new StrataError('STRATA_DISK_FULL', { operation, file }, { cause })
    : new StrataError('STRATA_DISK_FAILED', { operation, file, reason: error.message }, { cause });
}
