import type { File, FileSystem, SyncCall, SyncLabel } from '../ports/file-system.js';
import { disk, diskError, isMissing } from './disk-error.js';

/** Names of the files in a directory; none when it is missing. */
export async function listFiles(fileSystem: FileSystem, directory: string): Promise<readonly string[]> {
  try {
    return await fileSystem.list(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    return disk('list', directory, Promise.reject(error));
  }
}

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
  const short = new Error(`wrote ${bytesWritten} of ${length} bytes`);
  return diskError('write', file.path, Object.assign(short, { code: 'ESHORT' }));
}
