import { join } from 'node:path';
import type { SnapshotMeta } from '../../consensus/messages.js';
import { StrataError } from '../../errors.js';
import type { FileSystem } from '../../ports/file-system.js';
import type { SnapshotInfo } from '../../ports/snapshot-storage.js';
import { LOCK_NAME, makeDataDirectory } from '../data-directory.js';
import { disk } from '../disk-error.js';
import { SEGMENT_BYTES_MIN } from '../segment.js';
import { blocksOf, verifySnapshot } from './snapshot-reading.js';

export interface RestoreOptions {
  /** A snapshot file, as a backup is one. */
  readonly from: string;
  /** Made when missing; refused with STRATA_DATA_DIR_NOT_EMPTY when anything is in it. */
  readonly dataDir: string;
  readonly clusterId: string;
  readonly nodeId: number;
  /** Random, never used before. */
  readonly storageId: string;
  /** What the first snapshot of the new cluster stands for. `verifySnapshotFile` tells what the backup stands for. */
  readonly meta: SnapshotMeta;
  /** Turns the state of the backup into that of the new cluster, block by block; blocks of at most 1 MiB. */
  readonly transform: (blocks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  readonly fileSystem: FileSystem;
}

/** Reads and checks a whole snapshot file: STRATA_SNAPSHOT_CORRUPT, STRATA_SNAPSHOT_VERSION, or what it stands for. */
export function verifySnapshotFile(path: string, fileSystem: FileSystem): Promise<SnapshotInfo> {
  return verifySnapshot(fileSystem, path);
}

/**
 * Makes a data directory that `openStorage` opens as a node with the state of a backup. The backup is checked whole before anything is written. A
 * crash on the way leaves a directory that is refused, by this function and by `openStorage`: remove it and start again.
 */
export async function restoreDataDirectory(options: RestoreOptions): Promise<SnapshotInfo> {
  const { fileSystem, from, dataDir: directory, clusterId, nodeId, storageId, meta } = options;
  const backup = await verifySnapshot(fileSystem, from);
  await disk('make', directory, fileSystem.makeDirectory(directory));
  const lock = await disk('lock', directory, fileSystem.lock(join(directory, LOCK_NAME)));
  try {
    const names = await disk('list', directory, fileSystem.list(directory));
    const found = names.find((name) => name !== LOCK_NAME);
    if (found !== undefined)
      throw new StrataError('STRATA_DATA_DIR_NOT_EMPTY', { path: directory, name: found });
    return await makeDataDirectory({
      fileSystem,
      directory,
      identity: { clusterId, nodeId, storageId },
      meta,
      blocks: options.transform(blocksOf(fileSystem, from, backup)),
      // Grows to the configured size at the first start.
      segmentBytes: SEGMENT_BYTES_MIN,
    });
  } finally {
    await lock.release();
  }
}
