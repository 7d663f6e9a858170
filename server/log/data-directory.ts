import { join } from 'node:path';
import type { SnapshotMeta } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { FileSystem } from '../ports/file-system.js';
import type { SnapshotInfo } from '../ports/snapshot-storage.js';
import { disk } from './disk-error.js';
import { listFiles } from './file-calls.js';
import { raisedToSnapshot } from './hard-state.js';
import { type StorageIdentity, writeIdentity } from './identity-file.js';
import { describe, type Identity } from './record-codec.js';
import { recover } from './recovery.js';
import { SegmentChain } from './segment-chain.js';
import { SnapshotBodyWriter } from './snapshot/snapshot-body-writer.js';
import {
  parsePartFileName,
  parseSnapshotFileName,
  SNAPSHOT_DIRECTORY,
  snapshotFileName,
  UNFINISHED_NAME,
} from './snapshot/snapshot-names.js';
import { TemporaryFile } from './snapshot/temporary-file.js';

/**
 * What a node keeps on disk:
 *
 *     lock            one process at a time
 *     identity.json   whose directory this is; written last when the directory is made
 *     wal/            segments of the log
 *     snapshots/      the newest two snapshots
 */
export const LOCK_NAME = 'lock';
export const WAL_DIRECTORY = 'wal';
export { SNAPSHOT_DIRECTORY };

export interface Contents {
  readonly fileSystem: FileSystem;
  readonly directory: string;
  readonly identity: StorageIdentity;
  readonly meta: SnapshotMeta;
  /** The state, each block at most 1 MiB. */
  readonly blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly segmentBytes: number;
}

/**
 * Fills an empty directory: snapshot, then a log that goes on behind it, then the identity. What a crash leaves has no identity and no trace of a
 * node that lived, so it may be removed.
 */
export async function makeDataDirectory(contents: Contents): Promise<SnapshotInfo> {
  const { fileSystem, directory, identity, meta } = contents;
  const walDirectory = join(directory, WAL_DIRECTORY);
  await disk('make', walDirectory, fileSystem.makeDirectory(walDirectory));
  const info = await writeFirstSnapshot(contents);
  const { clusterId, nodeId } = identity;
  const chain = new SegmentChain({
    fileSystem,
    directory: walDirectory,
    identity: { clusterId, nodeId },
    segmentBytes: contents.segmentBytes,
    mode: 'write',
  });
  const hardState = raisedToSnapshot(meta, { term: 0, vote: 0, commit: 0 });
  try {
    await chain.rotate({ lastIndex: meta.index, lastTerm: meta.term, hardState }, false);
  } finally {
    await chain.close();
  }
  await writeIdentity(fileSystem, directory, identity);
  return info;
}

async function writeFirstSnapshot({ fileSystem, directory, meta, blocks }: Contents): Promise<SnapshotInfo> {
  const snapshots = join(directory, SNAPSHOT_DIRECTORY);
  await disk('make', snapshots, fileSystem.makeDirectory(snapshots));
  const file = await TemporaryFile.open(fileSystem, join(snapshots, UNFINISHED_NAME));
  try {
    const body = await SnapshotBodyWriter.begin(file, meta);
    for await (const block of blocks) await body.block(block);
    return await body.finish(join(snapshots, snapshotFileName(meta)));
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * Removes what a crash left of the making of a directory. Refuses with STRATA_WAL_IDENTITY when a node has lived here: a directory that lost its
 * identity must not become a new node that knows nothing of its votes.
 */
export async function clearUnfinished(
  fileSystem: FileSystem,
  directory: string,
  identity: Identity,
): Promise<void> {
  const wal = join(directory, WAL_DIRECTORY);
  const snapshots = join(directory, SNAPSHOT_DIRECTORY);
  const walNames = await listFiles(fileSystem, wal);
  const snapshotNames = await listFiles(fileSystem, snapshots);
  const refuse = (found: string): StrataError =>
    new StrataError('STRATA_WAL_IDENTITY', {
      path: directory,
      actual: `a node whose identity.json is missing (${found})`,
      expected: describe(identity),
    });
  for (const file of snapshotNames) {
    const name = parseSnapshotFileName(file) ?? parsePartFileName(file);
    if (name !== null && name.index > 0) throw refuse(join(SNAPSHOT_DIRECTORY, file));
  }
  const { replay, segments } = await recover({ fileSystem, directory: wal, identity: null });
  const { term, vote } = replay.hardState;
  if (segments.length > 1 || replay.lastIndex > 0 || term > 0 || vote > 0)
    throw refuse(`term ${term}, last entry ${replay.lastIndex}`);
  for (const file of walNames) await disk('remove', join(wal, file), fileSystem.remove(join(wal, file)));
  for (const file of snapshotNames)
    await disk('remove', join(snapshots, file), fileSystem.remove(join(snapshots, file)));
}
