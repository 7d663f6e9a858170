/** What leader and follower say to each other about a snapshot: an offer, pieces of the file, and how far the follower is. */
import { crc32 } from 'node:zlib';
import type { NodeId, SnapshotMeta } from '../consensus/messages.js';
import { StrataError } from '../errors.js';
import type { SnapshotInfo } from '../ports/snapshot-storage.js';
import {
  decodeDocument,
  encodeDocument,
  type JsonObject,
  listOf,
  malformed,
  numberOf,
  objectOf,
} from './peer-json.js';

export const SNAPSHOT_OFFER = 'snapshot.offer';
export const SNAPSHOT_PIECE = 'snapshot.piece';

/** More than any disk of ours; a bound on what another node may make this one believe. */
const FILE_BYTES_MAX = 2 ** 40;
const MEMBERS_MAX = 1_024;
const CHECKSUM_MAX = 0xffff_ffff;

export interface SnapshotOffer {
  /** Of the leader that offers. */
  readonly term: number;
  readonly info: SnapshotInfo;
}

/** `receiving`: pieces from `offset` are wanted. `loading`: ask again later. `installed`: the follower holds this and maybe more. */
export interface OfferAnswer {
  readonly state: 'receiving' | 'loading' | 'installed';
  readonly offset: number;
}

export interface SnapshotPiece {
  /** Together they say which file the piece belongs to. */
  readonly index: number;
  readonly checksum: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export function encodeOffer({ term, info }: SnapshotOffer): Uint8Array {
  const { meta, fileBytes, checksum } = info;
  return encodeDocument({ term, meta, fileBytes, checksum });
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeOffer(data: Uint8Array): SnapshotOffer {
  const document = decodeDocument(data);
  return {
    term: numberOf(document.term, 'term'),
    info: {
      meta: decodeMeta(objectOf(document.meta, 'meta')),
      fileBytes: numberOf(document.fileBytes, 'fileBytes', 1, FILE_BYTES_MAX),
      checksum: numberOf(document.checksum, 'checksum', 0, CHECKSUM_MAX),
    },
  };
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeOfferAnswer(answer: JsonObject): OfferAnswer {
  const { state } = answer;
  if (state !== 'receiving' && state !== 'loading' && state !== 'installed')
    throw malformed('the state of a snapshot is unknown');
  return { state, offset: numberOf(answer.offset, 'offset', 0, FILE_BYTES_MAX) };
}

/**
 * ```
 *  0 index f64   8 checksum u32   12 offset f64   20 CRC-32 of what follows u32   24 bytes
 * ```
 */
const PIECE_HEAD_BYTES = 24;

export function encodePiece({ index, checksum, offset, bytes }: SnapshotPiece): Uint8Array {
  const data = new Uint8Array(PIECE_HEAD_BYTES + bytes.length);
  const view = new DataView(data.buffer);
  view.setFloat64(0, index);
  view.setUint32(8, checksum);
  view.setFloat64(12, offset);
  view.setUint32(20, crc32(bytes));
  data.set(bytes, PIECE_HEAD_BYTES);
  return data;
}

/** The bytes are a view of `data`. @throws StrataError STRATA_FRAME_INVALID */
export function decodePiece(data: Uint8Array): SnapshotPiece {
  if (data.length <= PIECE_HEAD_BYTES) throw malformed(`a piece of a snapshot of ${data.length} bytes`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const bytes = data.subarray(PIECE_HEAD_BYTES);
  const expected = view.getUint32(20);
  const actual = crc32(bytes);
  const piece = {
    index: numberOf(view.getFloat64(0), 'index'),
    checksum: view.getUint32(8),
    offset: numberOf(view.getFloat64(12), 'offset', 0, FILE_BYTES_MAX),
    bytes,
  };
  if (actual !== expected) {
    throw malformed(
      `the piece at ${piece.offset} of snapshot ${piece.index} has checksum ${actual}, ${expected} was sent`,
    );
  }
  return piece;
}

export function wrongOffset(index: number, actual: number, expected: number): StrataError {
  return new StrataError('STRATA_SNAPSHOT_OFFSET', { index, actual, expected });
}

export function isSameFile(a: SnapshotInfo, b: SnapshotInfo): boolean {
  return (
    a.meta.index === b.meta.index &&
    a.meta.term === b.meta.term &&
    a.checksum === b.checksum &&
    a.fileBytes === b.fileBytes
  );
}

function decodeMeta(meta: JsonObject): SnapshotMeta {
  const ids = (value: unknown, what: string): readonly NodeId[] =>
    listOf(value, what, MEMBERS_MAX).map((id) => numberOf(id, what, 1));
  if (typeof meta.autoLeave !== 'boolean') throw malformed('autoLeave is neither true nor false');
  return {
    index: numberOf(meta.index, 'index'),
    term: numberOf(meta.term, 'term'),
    voters: ids(meta.voters, 'voters'),
    votersOutgoing: ids(meta.votersOutgoing, 'votersOutgoing'),
    learners: ids(meta.learners, 'learners'),
    learnersNext: ids(meta.learnersNext, 'learnersNext'),
    autoLeave: meta.autoLeave,
  };
}
