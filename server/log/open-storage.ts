import { join } from 'node:path';
import type { SnapshotMeta } from '../consensus/messages.js';
import { InvariantError, StrataError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { FileLock, FileSystem } from '../ports/file-system.js';
import type { LogStorage } from '../ports/log-storage.js';
import type { Metrics } from '../ports/metrics.js';
import type { SnapshotInfo, SnapshotStorage } from '../ports/snapshot-storage.js';
import {
  clearUnfinished,
  LOCK_NAME,
  makeDataDirectory,
  SNAPSHOT_DIRECTORY,
  WAL_DIRECTORY,
} from './data-directory.js';
import { disk } from './disk-error.js';
import { listFiles } from './file-calls.js';
import { IDENTITY_DRAFT_NAME, readIdentity, type StorageIdentity } from './identity-file.js';
import { describe } from './record-codec.js';
import { type Recovery, recover } from './recovery.js';
import { SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN } from './segment.js';
import { type ResumePoint, SegmentChain } from './segment-chain.js';
import { SnapshotFiles } from './snapshot/snapshot-files.js';
import { DAMAGED_SUFFIX } from './snapshot/snapshot-names.js';
import { type ChosenSnapshot, chooseSnapshot, recoveredLog } from './storage-recovery.js';
import {
  opensWithDsync,
  SYNC_POLICIES,
  type SyncPolicyName,
  type SyncPrimitiveName,
} from './sync-policies.js';
import { WalWriter } from './wal-writer.js';

export interface OpenStorageOptions {
  /** Data directory of the node; made when missing. */
  readonly directory: string;
  readonly clusterId: string;
  readonly nodeId: number;
  readonly strategy: SyncPolicyName;
  readonly primitive: SyncPrimitiveName;
  readonly fsyncIntervalMs: number;
  readonly segmentBytes: number;
  readonly batchBytesMax: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly fileSystem: FileSystem;
  /**
   * Called at most once: a write or sync of the log failed, nothing is acknowledged any more.
   * STRATA_DISK_FAILED.
   */
  readonly onFailure: (error: StrataError) => void;
  /** The first snapshot of an empty directory. Not looked at when the directory has an identity. */
  readonly bootstrap: {
    readonly meta: SnapshotMeta;
    /** Blocks of the state, each at most 1 MiB. */
    readonly state: readonly Uint8Array[];
  };
  /** The storage id of an empty directory: random, never used before. */
  readonly newStorageId: string;
}

export interface Storage {
  /** Its `close` gives the lock back. */
  readonly log: LogStorage;
  readonly snapshots: SnapshotStorage;
  /** Of this data directory since it was made. */
  readonly storageId: string;
  /** The newest whole snapshot: the state machine starts from it. `log.recovered.base.index <= snapshot.meta.index`. */
  readonly snapshot: SnapshotInfo;
}

interface Directories {
  readonly data: string;
  readonly wal: string;
  readonly snapshots: string;
}

/**
 * Locks the data directory, makes it when it is empty, reads snapshots and log, makes both ready to be written.
 * Rejects with STRATA_DATA_DIR_LOCKED, STRATA_WAL_IDENTITY, STRATA_WAL_CORRUPT, STRATA_WAL_VERSION,
 * STRATA_SNAPSHOT_CORRUPT, STRATA_SNAPSHOT_VERSION or STRATA_SNAPSHOT_MISSING, the files unchanged; or with
 * STRATA_DISK_FAILED or STRATA_DISK_FULL.
 */
export async function openStorage(options: OpenStorageOptions): Promise<Storage> {
  const { fileSystem, segmentBytes, directory } = options;
  if (!(segmentBytes >= SEGMENT_BYTES_MIN && segmentBytes <= SEGMENT_BYTES_MAX))
    throw new InvariantError(
      `segmentBytes ${segmentBytes} is not in [${SEGMENT_BYTES_MIN}, ${SEGMENT_BYTES_MAX}]`,
    );
  await disk('make', directory, fileSystem.makeDirectory(directory));
  const lock = await disk('lock', directory, fileSystem.lock(join(directory, LOCK_NAME)));
  try {
    return await openLocked(options, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(options: OpenStorageOptions, lock: FileLock): Promise<Storage> {
  const { fileSystem, directory, clusterId, nodeId } = options;
  const directories: Directories = {
    data: directory,
    wal: join(directory, WAL_DIRECTORY),
    snapshots: join(directory, SNAPSHOT_DIRECTORY),
  };
  const { storageId } = (await ownIdentity(options)) ?? (await bootstrap(options));
  const recovery = await recover({ fileSystem, directory: directories.wal, identity: { clusterId, nodeId } });
  if (recovery.tail === null)
    throw new StrataError('STRATA_WAL_CORRUPT', {
      file: directories.wal,
      offset: 0,
      reason: 'the log has no segment',
    });
  const chosen = await chooseSnapshot(fileSystem, directories, recovery.replay);
  await tidy(fileSystem, directories, chosen);
  const snapshots = new SnapshotFiles({
    fileSystem,
    directory: directories.snapshots,
    infos: chosen.infos,
  });
  const chain = await openChain(options, directories.wal, { ...recovery, tail: recovery.tail }, chosen);
  const log = new WalWriter({
    ...options,
    recovered: recoveredLog(recovery.replay, chosen),
    chain,
    policy: SYNC_POLICIES[options.strategy],
    snapshotIndex: () => snapshots.list()[0]!.meta.index,
    release: () => lock.release(),
  });
  return { log, snapshots, storageId, snapshot: chosen.info };
}

/** Null when the directory has no identity. */
async function ownIdentity({
  fileSystem,
  directory,
  clusterId,
  nodeId,
}: OpenStorageOptions): Promise<StorageIdentity | null> {
  const found = await readIdentity(fileSystem, directory);
  if (found === null || (found.clusterId === clusterId && found.nodeId === nodeId)) return found;
  throw new StrataError('STRATA_WAL_IDENTITY', {
    path: directory,
    actual: describe(found),
    expected: describe({ clusterId, nodeId }),
  });
}

async function bootstrap(options: OpenStorageOptions): Promise<StorageIdentity> {
  const { fileSystem, directory, clusterId, nodeId, segmentBytes } = options;
  await clearUnfinished(fileSystem, directory, { clusterId, nodeId });
  const identity = { clusterId, nodeId, storageId: options.newStorageId };
  const { meta, state: blocks } = options.bootstrap;
  await makeDataDirectory({ fileSystem, directory, identity, meta, blocks, segmentBytes });
  return identity;
}

/** The directory is accepted: unfinished files go, damaged snapshots lose the name under which they would be looked at again. */
async function tidy(
  fileSystem: FileSystem,
  { data, wal, snapshots }: Directories,
  { damaged }: ChosenSnapshot,
): Promise<void> {
  for (const directory of [data, wal, snapshots]) {
    for (const file of await listFiles(fileSystem, directory)) {
      // The data directory itself may hold what another process needs that tries the lock.
      const isLeft = directory === data ? file === IDENTITY_DRAFT_NAME : file.endsWith('.tmp');
      const path = join(directory, file);
      if (isLeft) await disk('remove', path, fileSystem.remove(path));
    }
  }
  for (const file of damaged) {
    const path = join(snapshots, file);
    await disk('rename', path, fileSystem.rename(path, `${path}${DAMAGED_SUFFIX}`));
  }
  if (damaged.length > 0) await disk('sync', snapshots, fileSystem.syncDirectory(snapshots));
}

/** Makes the log ready to go on; one that does not lead to the snapshot is restarted there. */
async function openChain(
  options: OpenStorageOptions,
  directory: string,
  recovery: Recovery & ResumePoint,
  chosen: ChosenSnapshot,
): Promise<SegmentChain> {
  const { fileSystem, clusterId, nodeId, segmentBytes } = options;
  const mode = opensWithDsync(SYNC_POLICIES[options.strategy], options.primitive) ? 'write-dsync' : 'write';
  const identity = { clusterId, nodeId };
  const chain = new SegmentChain({ fileSystem, directory, identity, segmentBytes, mode });
  await chain.resume(recovery);
  let firstSequence = recovery.replay.resetSequence;
  if (chosen.place !== 'in log') {
    const { base, hardState } = recoveredLog(recovery.replay, chosen);
    await chain.rotate({ lastIndex: base.index, lastTerm: base.term, hardState }, true);
    firstSequence = chain.sequence;
  }
  await chain.segments.dropBefore(firstSequence);
  return chain;
}
