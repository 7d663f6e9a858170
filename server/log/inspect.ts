import { join } from 'node:path';
import type { HardState } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { FileSystem } from '../ports/file-system.js';
import type { LogPosition } from '../ports/log-storage.js';
import type { SnapshotInfo } from '../ports/snapshot-storage.js';
import { SNAPSHOT_DIRECTORY, WAL_DIRECTORY } from './data-directory.js';
import { listFiles } from './file-calls.js';
import { readIdentity, type StorageIdentity } from './identity-file.js';
import { type Identity, RecordType, readHeader } from './record-codec.js';
import { recover, type ScannedSegment } from './recovery.js';
import type { Replay } from './replay.js';
import { parseSegmentFileName } from './segment.js';
import { parseSnapshotFileName } from './snapshot/snapshot-names.js';
import { verifySnapshot } from './snapshot/snapshot-reading.js';
import { chooseSnapshot } from './storage-recovery.js';

export interface Damage {
  readonly code: string;
  readonly message: string;
}

export interface SegmentSummary {
  readonly file: string;
  readonly sequence: number;
  readonly firstIndex: number;
  /** The log was replaced by a leader's snapshot here: the segments before this one count no more. */
  readonly isReset: boolean;
  readonly fileBytes: number;
  /** Bytes of good records. */
  readonly recordBytes: number;
  readonly records: {
    readonly entries: number;
    readonly hardStates: number;
    /** One mark for each write. */
    readonly writes: number;
  };
  /** Why the records end: `end` cleanly, `torn` by a crash in the middle of a write. */
  readonly end: 'end' | 'torn';
  readonly tornReason: string | null;
}

export interface SnapshotSummary {
  readonly file: string;
  /** Null when it is damaged. */
  readonly info: SnapshotInfo | null;
  readonly damage: Damage | null;
}

export interface WalSummary {
  /** Directory of the segments. */
  readonly directory: string;
  /** As the segments say; null without one. */
  readonly identity: Identity | null;
  /** As `identity.json` says; null when it is missing or damaged, or when only `wal/` was given. */
  readonly storage: StorageIdentity | null;
  /** Newest first, each read whole. */
  readonly snapshots: readonly SnapshotSummary[];
  readonly segments: readonly SegmentSummary[];
  readonly hardState: HardState;
  /** The entry before the first: above 0 when the segments before were removed or replaced. */
  readonly base: LogPosition;
  /** 0 when the log is empty. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /**
   * What an opening would be refused for, null when it would succeed. Segments are those before the damage.
   */
  readonly damage: Damage | null;
}

type LogState = Pick<WalSummary, 'identity' | 'hardState' | 'base' | 'lastIndex' | 'lastTerm'>;

const EMPTY: LogState = {
  identity: null,
  hardState: { term: 0, vote: 0, commit: 0 },
  base: { index: 0, term: 0 },
  lastIndex: 0,
  lastTerm: 0,
};

/**
 * Reads log, snapshots and identity as opening them would, changes nothing and takes no lock. Accepts the data
 * directory or the `wal/` in it; with the latter, it looks at the log alone.
 */
export async function inspectWal(dataDirectory: string, fileSystem: FileSystem): Promise<WalSummary> {
  const directory = await walDirectory(dataDirectory, fileSystem);
  const isWhole = directory !== dataDirectory;
  const segments: SegmentSummary[] = [];
  let state = EMPTY;
  let storage: StorageIdentity | null = null;
  const snapshots = isWhole
    ? await inspectSnapshots(join(dataDirectory, SNAPSHOT_DIRECTORY), fileSystem)
    : [];
  const damage = await damageIn(async () => {
    if (isWhole) storage = await readIdentity(fileSystem, dataDirectory);
    const onSegment = (segment: ScannedSegment, replay: Replay): void => {
      segments.push(summarize(segment, replay));
      const { identity, hardState, base, lastIndex, lastTerm } = replay;
      state = { identity, hardState, base, lastIndex, lastTerm };
    };
    const { replay } = await recover({ fileSystem, directory, identity: storage, onSegment });
    if (isWhole)
      await chooseSnapshot(
        fileSystem,
        { wal: directory, snapshots: join(dataDirectory, SNAPSHOT_DIRECTORY) },
        replay,
      );
  });
  const firstIndex = state.lastIndex > state.base.index ? state.base.index + 1 : 0;
  return { directory, storage, snapshots, segments, ...state, firstIndex, damage };
}

async function inspectSnapshots(directory: string, fileSystem: FileSystem): Promise<SnapshotSummary[]> {
  const files = (await listFiles(fileSystem, directory)).filter(
    (file) => parseSnapshotFileName(file) !== null,
  );
  const summaries: SnapshotSummary[] = [];
  for (const name of [...files].sort().reverse()) {
    const file = join(directory, name);
    let info: SnapshotInfo | null = null;
    const damage = await damageIn(async () => {
      info = await verifySnapshot(fileSystem, file);
    });
    summaries.push({ file, info, damage });
  }
  return summaries;
}

async function damageIn(work: () => Promise<void>): Promise<Damage | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    return { code: error.code, message: error.message };
  }
}

async function walDirectory(path: string, fileSystem: FileSystem): Promise<string> {
  const names = await fileSystem.list(path);
  const isWal = names.some((name) => parseSegmentFileName(name) !== null);
  return !isWal && names.includes(WAL_DIRECTORY) ? join(path, WAL_DIRECTORY) : path;
}

function summarize({ path, name, bytes, scan }: ScannedSegment, replay: Replay): SegmentSummary {
  const counts = new Map<RecordType, number>();
  for (const offset of scan.offsets) {
    const { type } = readHeader(bytes, offset);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return {
    file: path,
    sequence: name.sequence,
    firstIndex: name.firstIndex,
    isReset: replay.resetSequence === name.sequence,
    fileBytes: bytes.length,
    recordBytes: scan.end.offset,
    records: {
      entries: counts.get(RecordType.Entry) ?? 0,
      hardStates: counts.get(RecordType.HardState) ?? 0,
      writes: counts.get(RecordType.Mark) ?? 0,
    },
    end: scan.end.kind === 'torn' ? 'torn' : 'end',
    tornReason: scan.end.kind === 'torn' ? scan.end.reason : null,
  };
}
