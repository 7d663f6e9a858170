import {
  ALIGNMENT_BYTES,
  decodeMark,
  HEADER_BYTES,
  headerFault,
  headerIntact,
  MARK_BYTES,
  paddingIntact,
  payloadIntact,
  RecordType,
  readHeader,
  readUint32,
} from './record-codec.js';
import { MARK_RECORD_BYTES } from './record-encoder.js';

/**
 * Where the good records of a segment end, and why. Fault model: a disk writes 512-byte sectors whole or not
 * at all, in any order, until a sync returns; what was synced stays, unless it is damaged. Nothing else but
 * the log writes here.
 *
 * What stands at the end of the good records, X:
 *
 * | at X                                         | evidence of a torn write                  | else    |
 * |----------------------------------------------|-------------------------------------------|---------|
 * | the file ends, or only zeros follow          | none needed: the log ends here            |         |
 * | 16 zero bytes, but not only zeros later      | the sector was not written                |         |
 * | the file ends inside the header              | the end of the file                       |         |
 * | header checksum wrong                        | a sector's part of the header is all zero | corrupt |
 * | header good, says what no writer wrote       |                                           | corrupt |
 * | header good, the file ends inside the record | the end of the file                       |         |
 * | header good, payload checksum wrong          | a sector's part of the record is all zero | corrupt |
 * | record good, padding not zero                |                                           | corrupt |
 *
 * Evidence is not enough. It holds only in the last segment (a segment is synced before the next one
 * appears), only behind the head, and only if no mark further on says that the bytes at X had been synced
 * before it was written: such a mark proves that X was whole once and was damaged since. Without this rule a
 * lost sector in the middle would cut off every acknowledged record after it. With the simpler rule "only
 * zeros may follow" a power cut in the middle of one write would refuse to start, because sectors reach the
 * disk in any order.
 */
export type ScanEnd =
  | { readonly kind: 'end'; readonly offset: number }
  | { readonly kind: 'torn'; readonly offset: number; readonly reason: string }
  | { readonly kind: 'corrupt'; readonly offset: number; readonly reason: string };

export interface Scan {
  /** Offsets of the good records, in order. */
  readonly offsets: readonly number[];
  readonly end: ScanEnd;
  /** Bytes up to the last one that is not zero. */
  readonly usedBytes: number;
}

export const SECTOR_BYTES = 512;

export function scanSegment(bytes: Uint8Array, sequence: number, isLast: boolean): Scan {
  const offsets: number[] = [];
  const usedBytes = lengthWithoutZeros(bytes);
  let at = 0;
  for (;;) {
    const fault = examine(bytes, at, usedBytes);
    if (typeof fault === 'number') {
      offsets.push(at);
      at = fault;
    } else {
      return { offsets, end: judge(bytes, fault, sequence, isLast, offsets.length), usedBytes };
    }
  }
}

/** Offset of the next record when the one at `at` is good, else what is wrong with it, judged on its own. */
function examine(bytes: Uint8Array, at: number, usedBytes: number): number | ScanEnd {
  if (at >= usedBytes) return { kind: 'end', offset: at };
  if (at + HEADER_BYTES > bytes.length) return torn(at, 'the file ends inside a record header');
  if (isZero(bytes, at, at + HEADER_BYTES)) return torn(at, `zeros, but byte ${usedBytes - 1} is written`);
  if (!headerIntact(bytes, at))
    return unwritten(bytes, at, at + HEADER_BYTES, 'record header checksum mismatch');
  const header = readHeader(bytes, at);
  const fault = headerFault(header);
  if (fault !== null) return { kind: 'corrupt', offset: at, reason: fault };
  const next = at + header.recordBytes;
  if (next > bytes.length) return torn(at, `the file ends inside a record of ${header.recordBytes} bytes`);
  if (!payloadIntact(bytes, at, header)) return unwritten(bytes, at, next, 'record checksum mismatch');
  if (!paddingIntact(bytes, at, header))
    return { kind: 'corrupt', offset: at, reason: 'bytes between two records are not zero' };
  return next;
}

function torn(offset: number, reason: string): ScanEnd {
  return { kind: 'torn', offset, reason };
}

/** Torn when the part of `[from, to)` that lies in some sector is all zero: that sector was never written. */
function unwritten(bytes: Uint8Array, from: number, to: number, reason: string): ScanEnd {
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (isZero(bytes, start, end)) return torn(from, `${reason}, the sector at ${start} is all zero`);
    start = end;
  }
  return { kind: 'corrupt', offset: from, reason };
}

/** Metadata and hard state: synced before the file got its name. */
const HEAD_RECORDS = 2;

function judge(
  bytes: Uint8Array,
  end: ScanEnd,
  sequence: number,
  isLast: boolean,
  goodRecords: number,
): ScanEnd {
  const { offset } = end;
  if (goodRecords < HEAD_RECORDS) {
    const reason = end.kind === 'end' ? 'the segment has no complete head' : end.reason;
    return { kind: 'corrupt', offset, reason };
  }
  if (end.kind !== 'torn') return end;
  if (!isLast) return { kind: 'corrupt', offset, reason: `${end.reason}; later segments exist` };
  const witness = findWitness(bytes, offset, sequence);
  if (witness === null) return end;
  return {
    kind: 'corrupt',
    offset,
    reason: `${end.reason}; the mark at ${witness} says that these bytes had been synced`,
  };
}

/**
 * Offset of a mark behind `damaged` that was written after the bytes at `damaged` were synced; null when
 * there is none.
 */
function findWitness(bytes: Uint8Array, damaged: number, sequence: number): number | null {
  const first = damaged + ALIGNMENT_BYTES;
  for (let at = first; at + MARK_RECORD_BYTES <= bytes.length; at += ALIGNMENT_BYTES) {
    // Cheap test first: this walks up to the whole segment, and user data lies in it.
    if (bytes[at + 4] !== RecordType.Mark || readUint32(bytes, at) !== MARK_BYTES) continue;
    if (!headerIntact(bytes, at) || !payloadIntact(bytes, at, readHeader(bytes, at))) continue;
    const mark = decodeMark(bytes, at);
    if (mark.sequence === sequence && mark.offset === at && mark.syncedBytes > damaged) return at;
  }
  return null;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

const ZERO_BLOCK = new Uint8Array(64 * 1024);

/** Compares whole blocks natively: an almost empty segment is 64 MiB of zeros. */
function lengthWithoutZeros(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0) {
    const start = Math.max(0, end - ZERO_BLOCK.length);
    if (Buffer.compare(bytes.subarray(start, end), ZERO_BLOCK.subarray(0, end - start)) !== 0) break;
    end = start;
  }
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}
