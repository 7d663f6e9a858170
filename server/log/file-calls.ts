import type { File, SyncCall, SyncLabel } from '../ports/file-system.js';
import { diskError } from './disk-error.js';

/** `File.write` as a promise, for start and rotation; rejects with a coded error. */
export function writeFile(
  file: File,
  bytes: Uint8Array,
  length: number,
  position: number,
  label: SyncLabel | null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write(bytes, length, position, label, (error, bytesWritten) => {
      const failure = writeFailure(file, error, bytesWritten, length);
      if (failure === null) resolve();
      else reject(failure);
    });
  });
}

export function syncFile(file: File, call: SyncCall, label: SyncLabel): Promise<void> {
  return new Promise((resolve, reject) => {
    file.sync(call, label, (error) => {
      if (error === null) resolve();
      else reject(diskError(call, file.path, error));
    });
  });
}

/**
 * The file system reports short writes as errors; they are looked for here once more, because one that slips
 * through is lost data.
 */
export function writeFailure(file: File, error: Error | null, bytesWritten: number, length: number) {
  if (error !== null) return diskError('write', file.path, error);
  if (bytesWritten === length) return null;
  return diskError('write', file.path, new Error(`wrote ${bytesWritten} of ${length} bytes`));
}
