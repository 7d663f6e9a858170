/** Queries and their answers as bytes, for the node that passes a query on. */
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { checkKey } from './op-codec.js';
import { KEY_BYTES_MAX } from './value.js';
import type { Item, Query, QueryResult } from './vocabulary.js';

const QueryByte = { Range: 1, Many: 2, Size: 3 } as const;
const KEYS_ONLY = 1;
const HAS_END = 2;
const HAS_VALUE = 1;
const HAS_TTL = 2;
/** Items in an answer, keys in a query: as many as a range may be configured to give, and more. */
const ITEMS_MAX = 1_048_576;
const KEY_BYTES_MIN = 2;
/** Bits, key length, key of one byte, revision, create revision. */
const ITEM_BYTES_MIN = 5;

export function encodeQuery(query: Query): Uint8Array {
  const writer = new ByteWriter();
  switch (query.kind) {
    case 'range':
      writer.byte(QueryByte.Range);
      writer.byte((query.keysOnly ? KEYS_ONLY : 0) | (query.end !== null ? HAS_END : 0));
      writer.bytes(query.start);
      if (query.end !== null) writer.bytes(query.end);
      writer.integer(query.limit);
      writer.integer(query.bytesMax);
      break;
    case 'many':
      writer.byte(QueryByte.Many);
      writer.integer(query.keys.length);
      for (const key of query.keys) {
        checkKey(key);
        writer.bytes(key);
      }
      break;
    case 'size':
      writer.byte(QueryByte.Size);
  }
  return writer.take();
}

/** Keys are views. @throws StrataError STRATA_FRAME_INVALID */
export function decodeQuery(data: Uint8Array): Query {
  const reader = new ByteReader(data);
  const query = readQuery(reader);
  reader.finish();
  return query;
}

function readQuery(reader: ByteReader): Query {
  const kind = reader.byte();
  switch (kind) {
    case QueryByte.Range: {
      const bits = reader.choice(KEYS_ONLY | HAS_END, 'range bits');
      // A start may be empty (from the first key) and, like an end, one byte longer than a key (just behind that key).
      const start = reader.bytes(KEY_BYTES_MAX + 1, 'start');
      const end = (bits & HAS_END) !== 0 ? reader.bytes(KEY_BYTES_MAX + 1, 'end') : null;
      const keysOnly = (bits & KEYS_ONLY) !== 0;
      return { kind: 'range', start, end, keysOnly, limit: reader.integer(), bytesMax: reader.integer() };
    }
    case QueryByte.Many: {
      const keys: Uint8Array[] = [];
      for (let left = reader.count(ITEMS_MAX, KEY_BYTES_MIN); left > 0; left--) keys.push(reader.key());
      return { kind: 'many', keys };
    }
    case QueryByte.Size:
      return { kind: 'size' };
    default:
      return reader.fail(`query of kind ${kind}`);
  }
}

export function encodeQueryResult(result: QueryResult): Uint8Array {
  const writer = new ByteWriter(queryResultBytes(result));
  writer.integer(result.revision);
  writer.integer(result.appliedIndex);
  writer.byte(result.more ? 1 : 0);
  writer.integer(result.count);
  writer.integer(result.items.length);
  for (const item of result.items) writeItem(writer, item);
  return writer.take();
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeQueryResult(data: Uint8Array): QueryResult {
  const reader = new ByteReader(data);
  const revision = reader.integer();
  const appliedIndex = reader.integer();
  const more = reader.choice(1, 'more') === 1;
  const count = reader.integer();
  const items: Item[] = [];
  for (let left = reader.count(ITEMS_MAX, ITEM_BYTES_MIN); left > 0; left--) items.push(readItem(reader));
  reader.finish();
  return { revision, appliedIndex, items, more, count };
}

/** At least as many bytes as its encoding has. Ask before an answer is encoded that might be too large for a frame. */
export function queryResultBytes(result: QueryResult): number {
  let bytes = 48;
  for (const { key, value } of result.items) bytes += 48 + key.length + (value === null ? 0 : value.length);
  return bytes;
}

function writeItem(writer: ByteWriter, item: Item): void {
  writer.byte((item.value !== null ? HAS_VALUE : 0) | (item.ttlMs !== null ? HAS_TTL : 0));
  writer.bytes(item.key);
  writer.integer(item.revision);
  writer.integer(item.createRevision);
  if (item.ttlMs !== null) writer.integer(item.ttlMs);
  if (item.value !== null) writer.value(item.value);
}

function readItem(reader: ByteReader): Item {
  const bits = reader.choice(HAS_VALUE | HAS_TTL, 'item bits');
  const key = reader.key();
  const revision = reader.integer();
  const createRevision = reader.integer();
  const ttlMs = (bits & HAS_TTL) !== 0 ? reader.positive('time to live') : null;
  const value = (bits & HAS_VALUE) !== 0 ? reader.value() : null;
  return { key, value, revision, createRevision, ttlMs };
}
