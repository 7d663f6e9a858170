import type { HardState } from '../consensus/messages.js';
import type { Metadata } from './record-codec.js';
import { RecordEncoder } from './record-encoder.js';

/**
 * A segment is one file of the log: `<sequence>-<first index>.wal`, both decimal and padded, so that names
 * sort as the log runs. It is full length from the start, zeros behind what is written: a write into it
 * changes no metadata, which makes fdatasync cheap, and zeros tell a torn write from a damaged one.
 *
 *     | Metadata | HardState |  Mark Entry Entry ... HardState?  |  Mark Entry ...  |  zeros           |
 *       head, synced before      one write                          the next write
 *       the file gets its name
 *
 * The head repeats the hard state, so that a segment says all that a log starting there would need: the segments
 * before it may be removed once a snapshot holds what they hold. A head that says "reset" makes those before it
 * superfluous by itself: the log was replaced by a leader's snapshot.
 */
export interface SegmentName {
  readonly sequence: number;
  readonly firstIndex: number;
}

/** Where the next segment grows before it is needed; not yet part of the log. */
export const PREPARED_NAME = 'next.tmp';

/** Offsets in a segment are 32 bits wide. */
export const SEGMENT_BYTES_MAX = 2 ** 31;
/** Head and one write of a few entries. */
export const SEGMENT_BYTES_MIN = 4096;

const SEGMENT_PATTERN = /^(\d{10})-(\d{16})\.wal$/;

export function segmentFileName({ sequence, firstIndex }: SegmentName): string {
  return `${String(sequence).padStart(10, '0')}-${String(firstIndex).padStart(16, '0')}.wal`;
}

/** Null when the name is not a segment's. */
export function parseSegmentFileName(name: string): SegmentName | null {
  const match = SEGMENT_PATTERN.exec(name);
  return match === null ? null : { sequence: Number(match[1]), firstIndex: Number(match[2]) };
}

export function encodeSegmentHead(metadata: Omit<Metadata, 'version'>, hardState: HardState): Uint8Array {
  const encoder = new RecordEncoder(256);
  encoder.metadata(metadata);
  encoder.hardState(hardState);
  return encoder.bytes.subarray(0, encoder.length);
}
