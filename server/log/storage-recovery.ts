import { join } from 'node:path';
import { StrataError } from '../errors.js';
import type { FileSystem } from '../ports/file-system.js';
import type { LogPosition, RecoveredLog } from '../ports/log-storage.js';
import type { SnapshotInfo } from '../ports/snapshot-storage.js';
import { listFiles } from './file-calls.js';
import { raisedToSnapshot } from './hard-state.js';
import type { Replay } from './replay.js';
import { snapshotCorrupt } from './snapshot/snapshot-codec.js';
import {
  compareNewest,
  parseSnapshotFileName,
  type SnapshotName,
  snapshotFileName,
} from './snapshot/snapshot-names.js';
import { readOutline, verifySnapshot } from './snapshot/snapshot-reading.js';

/** Where the last entry of a snapshot stands in the log. */
export type Place = 'in log' | 'beyond' | 'before' | 'conflict' | 'broken';

/**
 * | the snapshot ends                                         | place    | then                                         |
 * |-----------------------------------------------------------|----------|----------------------------------------------|
 * | before the log begins                                     | before   | refuse: entries between the two are missing  |
 * | in the log, at an entry of the same term                  | in log   | the log goes on behind it                    |
 * | in the log, at an entry of another term, not committed    | conflict | the log restarts at the snapshot             |
 * | the same, but committed, or the base of the log           | broken   | refuse: one of the two is not this node's    |
 * | behind the end of the log                                 | beyond   | the log restarts at the snapshot             |
 *
 * The log restarts where a crash fell between the snapshot of a leader and the reset of the log, and where a snapshot of this node held entries
 * whose own write was still under way. Both times everything the snapshot holds is committed, and what the log loses never was acknowledged.
 */
export function placeSnapshot(
  snapshot: LogPosition,
  log: Pick<Replay, 'base' | 'lastIndex' | 'termAt' | 'hardState'>,
): Place {
  const { index, term } = snapshot;
  if (index < log.base.index) return 'before';
  if (index > log.lastIndex) return 'beyond';
  if (log.termAt(index) === term) return 'in log';
  return index === log.base.index || index <= log.hardState.commit ? 'broken' : 'conflict';
}

export interface ChosenSnapshot {
  readonly info: SnapshotInfo;
  readonly place: 'in log' | 'beyond' | 'conflict';
  /** Whole snapshots, newest first; older ones by their outline only. */
  readonly infos: readonly SnapshotInfo[];
  /** Names of newer files that failed their checks. */
  readonly damaged: readonly string[];
}

/**
 * The newest whole snapshot. One that is damaged is passed over only when the log holds everything from the one before it up to where the damaged
 * one ended; otherwise its own error is thrown. A snapshot of another version is never passed over. Changes nothing on disk.
 */
export async function chooseSnapshot(
  fileSystem: FileSystem,
  directories: { readonly snapshots: string; readonly wal: string },
  log: Replay,
): Promise<ChosenSnapshot> {
  const names = await listSnapshots(fileSystem, directories.snapshots);
  const damaged: SnapshotName[] = [];
  let firstDamage: StrataError | null = null;
  for (const [at, name] of names.entries()) {
    const found = await attempt(() => verifyNamed(fileSystem, directories.snapshots, name, verifySnapshot));
    if (found instanceof StrataError) {
      firstDamage ??= found;
      damaged.push(name);
      continue;
    }
    const place = placeSnapshot(name, log);
    // A log that ends before a snapshot that was here has lost what that snapshot held.
    const isCovered = place === 'in log' && damaged.every((lost) => placeSnapshot(lost, log) === 'in log');
    if (firstDamage !== null && !isCovered) throw firstDamage;
    if (place === 'before') break;
    if (place === 'broken')
      throw new StrataError('STRATA_WAL_CORRUPT', {
        file: directories.wal,
        offset: 0,
        reason: `entry ${name.index} has term ${log.termAt(name.index)}, the snapshot that ends there ${name.term}`,
      });
    const older = await outlines(fileSystem, directories.snapshots, names.slice(at + 1));
    return { info: found, place, infos: [found, ...older], damaged: damaged.map(snapshotFileName) };
  }
  throw firstDamage ?? missing(directories.wal, log);
}

/** The log as it goes on behind the snapshot. */
export function recoveredLog(log: Replay, { info, place }: ChosenSnapshot): RecoveredLog {
  const { index, term } = info.meta;
  const hardState = raisedToSnapshot({ index, term }, log.hardState);
  return place === 'in log'
    ? { hardState, base: log.base, entries: log.entries }
    : { hardState, base: { index, term }, entries: [] };
}

async function listSnapshots(fileSystem: FileSystem, directory: string): Promise<SnapshotName[]> {
  const files = await listFiles(fileSystem, directory);
  return files
    .map(parseSnapshotFileName)
    .filter((name) => name !== null)
    .sort(compareNewest);
}

async function outlines(
  fileSystem: FileSystem,
  directory: string,
  names: readonly SnapshotName[],
): Promise<SnapshotInfo[]> {
  const infos: SnapshotInfo[] = [];
  for (const name of names) {
    const found = await attempt(() => verifyNamed(fileSystem, directory, name, readOutline));
    if (!(found instanceof StrataError)) infos.push(found);
  }
  return infos;
}

async function verifyNamed(
  fileSystem: FileSystem,
  directory: string,
  name: SnapshotName,
  verify: typeof verifySnapshot,
): Promise<SnapshotInfo> {
  const path = join(directory, snapshotFileName(name));
  const info = await verify(fileSystem, path);
  if (info.meta.index !== name.index || info.meta.term !== name.term)
    throw snapshotCorrupt(
      path,
      0,
      `it stands for index ${info.meta.index} of term ${info.meta.term}, its name for another`,
    );
  return info;
}

async function attempt(work: () => Promise<SnapshotInfo>): Promise<SnapshotInfo | StrataError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StrataError && error.code === 'STRATA_SNAPSHOT_CORRUPT') return error;
    throw error;
  }
}

function missing(path: string, log: Replay): StrataError {
  return new StrataError('STRATA_SNAPSHOT_MISSING', { path, first: log.base.index + 1 });
}
