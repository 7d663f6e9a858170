import { StrataError } from '../errors.js';

/**
 * What a disk, a quota or a limit without room answers. A short write is one of them: the kernel takes what fits and says why only at the
 * next call.
 */
const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'ESHORT']);

/** After these failed, pages that were not written count as clean: whatever the reason, nothing can be trusted. */
const SYNCS: ReadonlySet<string> = new Set(['fsync', 'fdatasync', 'sync']);

/** The coded error for a call that the disk refused: STRATA_DISK_FULL can be tried again, STRATA_DISK_FAILED cannot. */
export function diskError(operation: string, file: string, cause: unknown): StrataError {
  if (cause instanceof StrataError) return cause;
  const error = cause as NodeJS.ErrnoException;
  if (NO_ROOM.has(error.code ?? '') && !SYNCS.has(operation))
    return new StrataError('STRATA_DISK_FULL', { operation, file }, { cause });
  return new StrataError('STRATA_DISK_FAILED', { operation, file, reason: error.message }, { cause });
}

export function isFull(error: unknown): boolean {
  return error instanceof StrataError && error.code === 'STRATA_DISK_FULL';
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** Waits for a call on the disk; rejects with a coded error. */
export async function disk<Result>(operation: string, file: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw diskError(operation, file, error);
  }
}
