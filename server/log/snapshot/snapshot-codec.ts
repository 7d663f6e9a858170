import type { SnapshotMeta } from '../../consensus/messages.js';
import { InvariantError, StrataError } from '../../errors.js';
import { checksum } from '../checksum.js';
import { readUint32, readUint53 } from '../record-codec.js';

/**
 * A snapshot file, little-endian:
 *
 *     | magic 8 | version 4 | meta bytes 4 | header CRC 4 | meta |     header CRC: of the first 16 bytes and the meta
 *     | length 4 | CRC 4 | payload | ... one for each block ...        CRC: of the length and the payload
 *     | 0 4 | footer CRC 4 | blocks 8 | body bytes 8 | file bytes 8 | checksum 4 |
 *
 * How long the body is stands behind it, because it is not known before it is written. `checksum` is the CRC-32 of the header and of the lengths
 * and CRCs of all blocks, so it covers every byte before the footer and sums none of them twice; it names the snapshot. The footer has a CRC of
 * its own, so that a snapshot can be listed without reading its body.
 *
 * Magic, version, meta bytes and header CRC are frozen: a later format must still be named by this one.
 *
 * Pure: bytes in, values out.
 */
export const SNAPSHOT_VERSION = 1;
export const HEADER_PREFIX_BYTES = 20;
export const BLOCK_HEADER_BYTES = 8;
export const FOOTER_BYTES = 36;
/** Longest payload of a block that is written or believed. */
export const BLOCK_BYTES_MAX = 1024 * 1024;
/** Enough for 8,000 nodes. */
export const META_BYTES_MAX = 64 * 1024;

const MAGIC = Buffer.from('STRATASN');
const CHECKED_PREFIX_BYTES = 16;
const META_FIXED_BYTES = 36;

/** What stands behind the blocks. */
export interface Footer {
  readonly blocks: number;
  readonly bodyBytes: number;
  readonly fileBytes: number;
  readonly checksum: number;
}

export function snapshotCorrupt(file: string, offset: number, reason: string): StrataError {
  return new StrataError('STRATA_SNAPSHOT_CORRUPT', { file, offset, reason });
}

export function encodeHeader(meta: SnapshotMeta): Uint8Array {
  const encoded = encodeMeta(meta);
  if (encoded.length > META_BYTES_MAX)
    throw new InvariantError(`snapshot meta of ${encoded.length} bytes, at most ${META_BYTES_MAX}`);
  const header = Buffer.alloc(HEADER_PREFIX_BYTES + encoded.length);
  header.set(MAGIC);
  header.writeUInt32LE(SNAPSHOT_VERSION, 8);
  header.writeUInt32LE(encoded.length, 12);
  header.set(encoded, HEADER_PREFIX_BYTES);
  header.writeUInt32LE(headerChecksum(header), 16);
  return header;
}

/** Length of the meta that follows, or what is wrong. Not yet checked against the header CRC. */
export function decodeMetaBytes(prefix: Uint8Array): number | string {
  if (Buffer.compare(prefix.subarray(0, MAGIC.length), MAGIC) !== 0) return 'not a snapshot: no magic bytes';
  const bytes = readUint32(prefix, 12);
  return bytes <= META_BYTES_MAX ? bytes : `meta of ${bytes} bytes, at most ${META_BYTES_MAX}`;
}

/** Of the whole header. Throws STRATA_SNAPSHOT_CORRUPT, or STRATA_SNAPSHOT_VERSION for an intact header of another version. */
export function decodeHeader(file: string, header: Uint8Array): SnapshotMeta {
  if (readUint32(header, 16) !== headerChecksum(header))
    throw snapshotCorrupt(file, 0, 'header checksum mismatch');
  const version = readUint32(header, 8);
  if (version !== SNAPSHOT_VERSION)
    throw new StrataError('STRATA_SNAPSHOT_VERSION', { file, actual: version, expected: SNAPSHOT_VERSION });
  const meta = decodeMeta(header.subarray(HEADER_PREFIX_BYTES));
  if (typeof meta === 'string') throw snapshotCorrupt(file, HEADER_PREFIX_BYTES, meta);
  return meta;
}

export function encodeFooter(footer: Footer): Uint8Array {
  const bytes = Buffer.alloc(FOOTER_BYTES);
  writeUint53(bytes, footer.blocks, 8);
  writeUint53(bytes, footer.bodyBytes, 16);
  writeUint53(bytes, footer.fileBytes, 24);
  bytes.writeUInt32LE(footer.checksum, 32);
  bytes.writeUInt32LE(checksum(bytes, 8, FOOTER_BYTES), 4);
  return bytes;
}

/** Null when the bytes are no intact footer. */
export function decodeFooter(bytes: Uint8Array): Footer | null {
  if (readUint32(bytes, 0) !== 0 || readUint32(bytes, 4) !== checksum(bytes, 8, FOOTER_BYTES)) return null;
  return {
    blocks: readUint53(bytes, 8),
    bodyBytes: readUint53(bytes, 16),
    fileBytes: readUint53(bytes, 24),
    checksum: readUint32(bytes, 32),
  };
}

export function sameMeta(a: SnapshotMeta, b: SnapshotMeta): boolean {
  return Buffer.compare(encodeMeta(a), encodeMeta(b)) === 0;
}

function headerChecksum(header: Uint8Array): number {
  const checked = Buffer.concat([
    header.subarray(0, CHECKED_PREFIX_BYTES),
    header.subarray(HEADER_PREFIX_BYTES),
  ]);
  return checksum(checked, 0, checked.length);
}

function encodeMeta(meta: SnapshotMeta): Buffer {
  const lists = [meta.voters, meta.votersOutgoing, meta.learners, meta.learnersNext];
  const ids = lists.flat();
  const bytes = Buffer.alloc(META_FIXED_BYTES + 8 * ids.length);
  writeUint53(bytes, meta.index, 0);
  writeUint53(bytes, meta.term, 8);
  bytes.writeUInt32LE(meta.autoLeave ? 1 : 0, 16);
  for (const [at, list] of lists.entries()) bytes.writeUInt32LE(list.length, 20 + 4 * at);
  for (const [at, id] of ids.entries()) writeUint53(bytes, id, META_FIXED_BYTES + 8 * at);
  return bytes;
}

function decodeMeta(bytes: Uint8Array): SnapshotMeta | string {
  if (bytes.length < META_FIXED_BYTES) return `meta of ${bytes.length} bytes`;
  const counts = [20, 24, 28, 32].map((at) => readUint32(bytes, at));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (bytes.length !== META_FIXED_BYTES + 8 * total)
    return `meta of ${bytes.length} bytes for ${total} nodes`;
  const [index, term, autoLeave] = [readUint53(bytes, 0), readUint53(bytes, 8), readUint32(bytes, 16)];
  const ids = Array.from({ length: total }, (_, at) => readUint53(bytes, META_FIXED_BYTES + 8 * at));
  if (![index, term, ...ids].every(Number.isSafeInteger)) return 'meta with a number above 2^53';
  if (autoLeave > 1) return `meta with autoLeave ${autoLeave}`;
  const ends = counts.map((_, list) => counts.slice(0, list + 1).reduce((sum, count) => sum + count, 0));
  const [voters, votersOutgoing, learners, learnersNext] = counts.map((count, list) =>
    ids.slice(ends[list]! - count, ends[list]!),
  ) as [number[], number[], number[], number[]];
  return { index, term, voters, votersOutgoing, learners, learnersNext, autoLeave: autoLeave === 1 };
}

function writeUint53(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32LE(value >>> 0, at);
  bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}
