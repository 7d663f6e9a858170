import { join } from 'node:path';
import type { HardState } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { FileSystem } from '../ports/file-system.js';
import { WAL_DIRECTORY } from './open-log.js';
import { type Identity, RecordType, readHeader } from './record-codec.js';
import { recover, type ScannedSegment } from './recovery.js';
import { parseSegmentFileName } from './segment.js';

export interface SegmentSummary {
  readonly file: string;
  readonly sequence: number;
  readonly firstIndex: number;
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

export interface WalSummary {
  readonly directory: string;
  readonly identity: Identity | null;
  readonly segments: readonly SegmentSummary[];
  readonly hardState: HardState;
  /** 0 when the log is empty. */
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /**
   * What an opening would be refused for, null when it would succeed. Segments are those before the damage.
   */
  readonly damage: { readonly code: string; readonly message: string } | null;
}

/**
 * Reads a log as opening it would, changes nothing and takes no lock. Accepts the data directory or the
 * `wal/` in it.
 */
export async function inspectWal(dataDirectory: string, fileSystem: FileSystem): Promise<WalSummary> {
  const directory = await walDirectory(dataDirectory, fileSystem);
  const segments: SegmentSummary[] = [];
  let state: Pick<WalSummary, 'identity' | 'hardState' | 'lastIndex' | 'lastTerm'> = {
    identity: null,
    hardState: { term: 0, vote: 0, commit: 0 },
    lastIndex: 0,
    lastTerm: 0,
  };
  let damage: WalSummary['damage'] = null;
  try {
    await recover({
      fileSystem,
      directory,
      identity: null,
      onSegment: (segment, replay) => {
        segments.push(summarize(segment));
        const { identity, hardState, lastIndex, lastTerm } = replay;
        state = { identity, hardState, lastIndex, lastTerm };
      },
    });
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    damage = { code: error.code, message: error.message };
  }
  return { directory, segments, ...state, firstIndex: Math.min(1, state.lastIndex), damage };
}

async function walDirectory(path: string, fileSystem: FileSystem): Promise<string> {
  const names = await fileSystem.list(path);
  const isWal = names.some((name) => parseSegmentFileName(name) !== null);
  return !isWal && names.includes(WAL_DIRECTORY) ? join(path, WAL_DIRECTORY) : path;
}

function summarize({ path, name, bytes, scan }: ScannedSegment): SegmentSummary {
  const counts = new Map<RecordType, number>();
  for (const offset of scan.offsets) {
    const { type } = readHeader(bytes, offset);
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return {
    file: path,
    sequence: name.sequence,
    firstIndex: name.firstIndex,
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
