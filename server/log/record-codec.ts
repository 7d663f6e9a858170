import type { Entry, EntryType, HardState } from '../consensus/messages.js';
import { checksum } from './checksum.js';

/**
 * One record of the log, little-endian, at an offset divisible by 8, padded with zeros to a multiple of 8:
 *
 *     0       4      5       6        8             12           16                    16 + length
 *     +-------+------+-------+--------+-------------+------------+---------------------+---------+
 *     | length| type | detail| zero   | payload CRC | header CRC | payload             | zeros   |
 *     +-------+------+-------+--------+-------------+------------+---------------------+---------+
 *
 * The header has a CRC of its own, so a length is known to be good before anything is skipped by it: a
 * flipped length would otherwise look like a record that the crash cut off, and the good records behind it
 * would be thrown away. Sixteen zero bytes are not a header (their CRC is not zero): zeros mean that nothing
 * was written here yet.
 *
 * Pure: bytes in, values out.
 */
export const HEADER_BYTES = 16;
export const ALIGNMENT_BYTES = 8;
export const FORMAT_VERSION = 2;
/** Longest payload that is written or believed. */
export const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024;
/** Index and term before the data of an entry. */
export const ENTRY_PREFIX_BYTES = 16;
export const HARD_STATE_BYTES = 24;
export const MARK_BYTES = 16;
export const METADATA_PREFIX_BYTES = 40;
/** The version: all of the metadata that every format has. */
const METADATA_BYTES_MIN = 4;

export const RecordType = {
  /** First in every segment: whose log this is and where the segment stands in it. */
  Metadata: 1,
  Entry: 2,
  HardState: 3,
  /** First in every write: where it stands and how far the segment was synced before it. */
  Mark: 4,
} as const;
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

export interface Identity {
  readonly clusterId: string;
  readonly nodeId: number;
}

export function describe({ clusterId, nodeId }: Identity): string {
  return `node ${nodeId} of cluster ${clusterId}`;
}

export interface Metadata extends Identity {
  readonly version: number;
  /** Number of the segment, 1 for the first. */
  readonly sequence: number;
  /** Index that follows the last entry of the segments before, and that entry's term (0 for none). */
  readonly firstIndex: number;
  readonly previousTerm: number;
  /** A leader's snapshot up to the entry before `firstIndex` replaced the log: the segments before this one count no more. */
  readonly isReset: boolean;
}

export interface Mark {
  /** Segment and offset of the mark itself: a block written to the wrong place is not believed. */
  readonly sequence: number;
  readonly offset: number;
  /** Every byte of the segment below this was synced before the mark was written. */
  readonly syncedBytes: number;
}

export interface Header {
  readonly type: RecordType;
  /** Entry: its type. Others: 0. */
  readonly detail: number;
  readonly payloadBytes: number;
  readonly payloadChecksum: number;
  /** Header, payload and padding. */
  readonly recordBytes: number;
}

export function recordBytes(payloadBytes: number): number {
  return HEADER_BYTES + Math.ceil(payloadBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/** Whether the 16 bytes at `offset` are a header as it was written. */
export function headerIntact(bytes: Uint8Array, offset: number): boolean {
  return readUint32(bytes, offset + 12) === checksum(bytes, offset, offset + 12);
}

/** Reads a header that is known to be intact. */
export function readHeader(bytes: Uint8Array, offset: number): Header {
  const payloadBytes = readUint32(bytes, offset);
  return {
    type: bytes[offset + 4]! as RecordType,
    // The two bytes behind it are zero; where they are not, the detail is one that no writer knows.
    detail: bytes[offset + 5]! | (bytes[offset + 6]! << 8) | (bytes[offset + 7]! << 16),
    payloadBytes,
    payloadChecksum: readUint32(bytes, offset + 8),
    recordBytes: recordBytes(payloadBytes),
  };
}

/** What a header with a good checksum says that no writer of this version wrote; null when it is in order. */
export function headerFault(header: Header): string | null {
  const { type, detail, payloadBytes } = header;
  if (payloadBytes > PAYLOAD_BYTES_MAX) return `record length ${payloadBytes} is above ${PAYLOAD_BYTES_MAX}`;
  switch (type) {
    case RecordType.Entry:
      if (detail > 1) return `unknown entry type ${detail}`;
      return payloadBytes >= ENTRY_PREFIX_BYTES ? null : `entry record of ${payloadBytes} bytes`;
    case RecordType.Metadata:
      if (detail !== 0) return `metadata record with detail ${detail}`;
      return payloadBytes >= METADATA_BYTES_MIN ? null : `metadata record of ${payloadBytes} bytes`;
    case RecordType.HardState:
      return payloadBytes === HARD_STATE_BYTES && detail === 0
        ? null
        : `hard state record of ${payloadBytes} bytes`;
    case RecordType.Mark:
      return payloadBytes === MARK_BYTES && detail === 0 ? null : `mark record of ${payloadBytes} bytes`;
    default:
      return `unknown record type ${type as number}`;
  }
}

export function payloadIntact(bytes: Uint8Array, offset: number, header: Header): boolean {
  const start = offset + HEADER_BYTES;
  return checksum(bytes, start, start + header.payloadBytes) === header.payloadChecksum;
}

export function paddingIntact(bytes: Uint8Array, offset: number, header: Header): boolean {
  for (let at = offset + HEADER_BYTES + header.payloadBytes; at < offset + header.recordBytes; at++) {
    if (bytes[at] !== 0) return false;
  }
  return true;
}

/** `data` is a view of `bytes`. */
export function decodeEntry(bytes: Uint8Array, offset: number, header: Header): Entry {
  const start = offset + HEADER_BYTES;
  return {
    index: readUint53(bytes, start),
    term: readUint53(bytes, start + 8),
    type: header.detail as EntryType,
    data: bytes.subarray(start + ENTRY_PREFIX_BYTES, start + header.payloadBytes),
  };
}

export function decodeHardState(bytes: Uint8Array, offset: number): HardState {
  const start = offset + HEADER_BYTES;
  return {
    term: readUint53(bytes, start),
    vote: readUint53(bytes, start + 8),
    commit: readUint53(bytes, start + 16),
  };
}

/** The last four bytes of a mark are zero: whatever a later format puts there, this one does not read over it. */
export function markIntact(bytes: Uint8Array, offset: number): boolean {
  return readUint32(bytes, offset + HEADER_BYTES + 12) === 0;
}

export function decodeMark(bytes: Uint8Array, offset: number): Mark {
  const start = offset + HEADER_BYTES;
  return {
    sequence: readUint32(bytes, start),
    offset: readUint32(bytes, start + 4),
    syncedBytes: readUint32(bytes, start + 8),
  };
}

/**
 * The version stands first and is read alone, so that a later format can be named before it is understood.
 */
export function decodeVersion(bytes: Uint8Array, offset: number): number {
  return readUint32(bytes, offset + HEADER_BYTES);
}

/** Null when it is not what this version writes. */
export function decodeMetadata(bytes: Uint8Array, offset: number, header: Header): Metadata | null {
  const start = offset + HEADER_BYTES;
  if (header.payloadBytes < METADATA_PREFIX_BYTES) return null;
  const reset = readUint53(bytes, start + 32);
  if (reset > 1) return null;
  const clusterId = utf8Of(bytes.subarray(start + METADATA_PREFIX_BYTES, start + header.payloadBytes));
  if (clusterId === null) return null;
  return {
    version: readUint32(bytes, start),
    sequence: readUint32(bytes, start + 4),
    firstIndex: readUint53(bytes, start + 8),
    previousTerm: readUint53(bytes, start + 16),
    nodeId: readUint53(bytes, start + 24),
    isReset: reset === 1,
    clusterId,
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8Of(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** A number above 2^53 comes out unsafe; the replay refuses it by its range checks. */
export function readUint53(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) + readUint32(bytes, at + 4) * 0x1_0000_0000;
}
