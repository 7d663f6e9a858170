import { join } from 'node:path';
import { StrataError } from '../errors.js';
import type { FileSystem } from '../ports/file-system.js';
import { disk } from './disk-error.js';
import { listFiles } from './file-calls.js';
import {
  decodeMark,
  decodeVersion,
  FORMAT_VERSION,
  HEADER_BYTES,
  headerIntact,
  type Identity,
  payloadIntact,
  RecordType,
  readHeader,
} from './record-codec.js';
import { Replay, ReplayFault } from './replay.js';
import { type Scan, scanSegment } from './scan.js';
import { parseSegmentFileName, type SegmentName } from './segment.js';
import type { StoredSegment } from './segment-list.js';

/** The last segment, where the log goes on. */
export interface Tail {
  readonly path: string;
  readonly sequence: number;
  /** Where the next record belongs. */
  readonly endBytes: number;
  /** Bytes up to the last one that is not zero; above `endBytes` behind a torn write. */
  readonly usedBytes: number;
  readonly fileBytes: number;
  /** The records up to `endBytes` of which no mark says that they were synced. */
  readonly unsynced: Uint8Array;
}

export interface Recovery {
  readonly replay: Replay;
  /** Null when there is no log yet. */
  readonly tail: Tail | null;
  /** Oldest first; the last is the tail. */
  readonly segments: readonly StoredSegment[];
}

export interface ScannedSegment {
  readonly path: string;
  readonly name: SegmentName;
  readonly bytes: Uint8Array;
  readonly scan: Scan;
}

/**
 * Reads all segments. Changes nothing on disk: whether it succeeds, finds a torn tail or refuses with
 * STRATA_WAL_CORRUPT, STRATA_WAL_VERSION or STRATA_WAL_IDENTITY, the files are as they were. `scan.ts` has
 * the decision table.
 */
export async function recover(options: {
  readonly fileSystem: FileSystem;
  /** Directory of the segments. */
  readonly directory: string;
  /** Null takes any identity. */
  readonly identity: Identity | null;
  readonly onSegment?: (segment: ScannedSegment, replay: Replay) => void;
}): Promise<Recovery> {
  const { fileSystem, directory } = options;
  const replay = new Replay(options.identity);
  const names = segmentNames(directory, await listFiles(fileSystem, directory));
  const segments: StoredSegment[] = [];
  let tail: Tail | null = null;
  for (const [position, { file, name }] of names.entries()) {
    const path = join(directory, file);
    checkSequence(path, name, names[0]!.name.sequence + position);
    const bytes = await disk('read', path, fileSystem.readFile(path));
    checkVersion(path, bytes);
    const scan = scanSegment(bytes, name.sequence, position === names.length - 1);
    const { end } = scan;
    if (end.kind === 'corrupt') throw corrupt(path, end.offset, end.reason);
    try {
      replay.segment(path, name, withoutTail(bytes, end.offset), scan.offsets);
    } catch (fault) {
      throw fault instanceof ReplayFault ? corrupt(path, fault.offset, fault.message) : fault;
    }
    options.onSegment?.({ path, name, bytes, scan }, replay);
    segments.push({ ...name, path, lowestIndex: replay.lowestIndex, fileBytes: bytes.length });
    tail = {
      path,
      sequence: name.sequence,
      endBytes: end.offset,
      usedBytes: scan.usedBytes,
      fileBytes: bytes.length,
      unsynced: bytes.subarray(syncedBytes(bytes, scan), end.offset),
    };
  }
  return { replay, tail, segments };
}

function segmentNames(directory: string, files: readonly string[]) {
  const found: { file: string; name: SegmentName }[] = [];
  for (const file of files) {
    const name = parseSegmentFileName(file);
    if (name !== null) found.push({ file, name });
    else if (file.endsWith('.wal')) throw corrupt(join(directory, file), 0, 'not a name of a segment');
  }
  return found.sort((a, b) => a.name.sequence - b.name.sequence);
}

/**
 * Segments are numbered without gaps; which index each starts at is checked against its metadata. The first
 * may have any number: those before it were removed when a snapshot had made them superfluous.
 */
function checkSequence(path: string, name: SegmentName, expected: number): void {
  if (name.sequence === expected) return;
  throw corrupt(path, 0, `segment ${expected} is missing before segment ${name.sequence}`);
}

/** Before anything else is believed: the rules for records may be others in another version. */
function checkVersion(file: string, bytes: Uint8Array): void {
  if (bytes.length < HEADER_BYTES || !headerIntact(bytes, 0)) return;
  const header = readHeader(bytes, 0);
  if (header.type !== RecordType.Metadata || header.payloadBytes < 4 || header.recordBytes > bytes.length)
    return;
  const version = decodeVersion(bytes, 0);
  if (version === FORMAT_VERSION || !payloadIntact(bytes, 0, header)) return;
  throw new StrataError('STRATA_WAL_VERSION', { file, actual: version, expected: FORMAT_VERSION });
}

/** What the last mark knew to be on the disk when it was written; the head always is. */
function syncedBytes(bytes: Uint8Array, { offsets, end }: Scan): number {
  const mark = offsets.findLast((offset) => readHeader(bytes, offset).type === RecordType.Mark);
  return mark === undefined ? end.offset : decodeMark(bytes, mark).syncedBytes;
}

/**
 * Entries keep views of what they are decoded from: a copy of the used part lets the zeros of a fresh segment
 * go.
 */
function withoutTail(bytes: Uint8Array, usedBytes: number): Uint8Array {
  const used = bytes.subarray(0, usedBytes);
  return usedBytes > bytes.length / 2
    ? new Uint8Array(used.buffer, used.byteOffset, usedBytes)
    : new Uint8Array(used);
}

function corrupt(file: string, offset: number, reason: string): StrataError {
  return new StrataError('STRATA_WAL_CORRUPT', { file, offset, reason });
}
