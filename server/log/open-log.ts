import { join } from 'node:path';
import { InvariantError, type StrataError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { FileLock, FileSystem } from '../ports/file-system.js';
import type { LogStorage, RecoveredLog } from '../ports/log-storage.js';
import type { Metrics } from '../ports/metrics.js';
import { recover } from './recovery.js';
import { SegmentChain } from './segment-chain.js';
import {
  opensWithDsync,
  SYNC_POLICIES,
  type SyncPolicyName,
  type SyncPrimitiveName,
} from './sync-policies.js';
import { WalWriter } from './wal-writer.js';

export interface OpenLogOptions {
  /** Data directory of the node; made when missing. Segments live in `wal/`, the lock is the file `lock`. */
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
   * Called at most once: a write or sync failed, nothing is acknowledged any more. STRATA_DISK_FAILED or
   * STRATA_DISK_FULL.
   */
  readonly onFailure: (error: StrataError) => void;
}

export const WAL_DIRECTORY = 'wal';
export const LOCK_NAME = 'lock';

/** Offsets in a segment are 32 bits wide. */
const SEGMENT_BYTES_MAX = 2 ** 31;
/** Head and one write of a few entries. */
const SEGMENT_BYTES_MIN = 4096;

/**
 * Locks the data directory, reads the log, makes it ready to be written. Rejects with STRATA_DATA_DIR_LOCKED,
 * STRATA_WAL_CORRUPT, STRATA_WAL_VERSION or STRATA_WAL_IDENTITY, the files unchanged; or with
 * STRATA_DISK_FAILED or STRATA_DISK_FULL.
 */
export async function openLog(options: OpenLogOptions): Promise<LogStorage> {
  const { fileSystem, segmentBytes } = options;
  if (!(segmentBytes >= SEGMENT_BYTES_MIN && segmentBytes <= SEGMENT_BYTES_MAX))
    throw new InvariantError(
      `segmentBytes ${segmentBytes} is not in [${SEGMENT_BYTES_MIN}, ${SEGMENT_BYTES_MAX}]`,
    );
  const directory = join(options.directory, WAL_DIRECTORY);
  await fileSystem.makeDirectory(directory);
  const lock = await fileSystem.lock(join(options.directory, LOCK_NAME));
  try {
    return await openLocked(options, directory, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(options: OpenLogOptions, directory: string, lock: FileLock): Promise<LogStorage> {
  const { fileSystem, clusterId, nodeId, segmentBytes } = options;
  const policy = SYNC_POLICIES[options.strategy];
  const identity = { clusterId, nodeId };
  const { replay, tail } = await recover({ fileSystem, directory, identity });
  const recovered: RecoveredLog = { hardState: replay.hardState, entries: replay.entries };
  await removeLeftovers(fileSystem, directory);
  const mode = opensWithDsync(policy, options.primitive) ? 'write-dsync' : 'write';
  const chain = new SegmentChain({ fileSystem, directory, identity, segmentBytes, mode });
  const { lastIndex, lastTerm } = replay;
  if (tail === null) await chain.rotate({ lastIndex, lastTerm, hardState: recovered.hardState }, 0);
  else await chain.resume(tail);
  return new WalWriter({
    recovered,
    chain,
    policy,
    primitive: options.primitive,
    fsyncIntervalMs: options.fsyncIntervalMs,
    batchBytesMax: options.batchBytesMax,
    clock: options.clock,
    metrics: options.metrics,
    onFailure: options.onFailure,
    release: () => lock.release(),
  });
}

/** Files that a crash left unfinished were never part of the log. */
async function removeLeftovers(fileSystem: FileSystem, directory: string): Promise<void> {
  for (const file of await fileSystem.list(directory)) {
    if (file.endsWith('.tmp')) await fileSystem.remove(join(directory, file));
  }
}
