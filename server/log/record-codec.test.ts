import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import type { Entry } from '../consensus/messages.js';
import { checksum } from './checksum.js';
import {
  decodeEntry,
  decodeHardState,
  decodeMark,
  decodeMetadata,
  headerFault,
  headerIntact,
  paddingIntact,
  payloadIntact,
  readHeader,
} from './record-codec.js';
import { RecordEncoder } from './record-encoder.js';

const safe = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const anyEntry: fc.Arbitrary<Entry> = fc.record({
  index: safe,
  term: safe,
  type: fc.constantFrom(0 as const, 1 as const),
  data: fc.uint8Array({ maxLength: 700 }),
});

function isIntact(bytes: Uint8Array, offset: number): boolean {
  if (!headerIntact(bytes, offset)) return false;
  const header = readHeader(bytes, offset);
  return (
    headerFault(header) === null &&
    payloadIntact(bytes, offset, header) &&
    paddingIntact(bytes, offset, header)
  );
}

test('the checksum is CRC-32 (IEEE) at every length, in JavaScript and in zlib', () => {
  const bytes = Uint8Array.from({ length: 1100 }, (_, at) => (at * at * 31) & 255);
  for (let length = 0; length < 1000; length++)
    assert.equal(checksum(bytes, 7, 7 + length), crc32(bytes.subarray(7, 7 + length)), `length ${length}`);
});

test('what is encoded is decoded, record after record, each aligned to 8 bytes', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 8 }), (list) => {
      const encoder = new RecordEncoder(8);
      for (const one of list) encoder.entry(one);
      let offset = 0;
      for (const expected of list) {
        assert.equal(offset % 8, 0);
        assert.ok(isIntact(encoder.bytes, offset));
        const header = readHeader(encoder.bytes, offset);
        const decoded = decodeEntry(encoder.bytes, offset, header);
        assert.deepEqual({ ...decoded, data: [...decoded.data] }, { ...expected, data: [...expected.data] });
        offset += header.recordBytes;
      }
      assert.equal(offset, encoder.length);
    }),
  );
});

test('hard state, mark and metadata survive encoding', () => {
  fc.assert(
    fc.property(safe, safe, safe, fc.string({ maxLength: 64, unit: 'binary' }), (a, b, c, clusterId) => {
      const encoder = new RecordEncoder(8);
      encoder.hardState({ term: a, vote: b, commit: c });
      assert.deepEqual(decodeHardState(encoder.bytes, 0), { term: a, vote: b, commit: c });
      const at = encoder.length;
      const metadata = {
        clusterId,
        nodeId: a,
        sequence: b >>> 0,
        firstIndex: c,
        isReset: true,
        previousTerm: b,
      };
      encoder.metadata(metadata);
      const found = decodeMetadata(encoder.bytes, at, readHeader(encoder.bytes, at));
      assert.deepEqual(found, { version: 2, ...metadata });
      const mark = { sequence: a >>> 0, offset: b >>> 0, syncedBytes: c >>> 0 };
      encoder.reset();
      encoder.reserveMark();
      encoder.fillMark(0, mark);
      assert.deepEqual(decodeMark(encoder.bytes, 0), mark);
      assert.ok(isIntact(encoder.bytes, 0));
    }),
  );
});

test('A2.21 every single flipped bit of a record is found', () => {
  fc.assert(
    fc.property(anyEntry, fc.nat(), (original, at) => {
      const encoder = new RecordEncoder(8);
      encoder.entry(original);
      const bytes = Uint8Array.from(encoder.bytes.subarray(0, encoder.length));
      const bit = at % (bytes.length * 8);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      assert.ok(!isIntact(bytes, 0));
    }),
    { numRuns: 2000 },
  );
});

test('padding is zero even where an earlier batch left something in the buffer', () => {
  const encoder = new RecordEncoder(8);
  encoder.entry({ index: 1, term: 1, type: 0, data: new Uint8Array(64).fill(255) });
  encoder.reset();
  encoder.entry({ index: 1, term: 1, type: 0, data: new Uint8Array(3).fill(1) });
  assert.ok(isIntact(encoder.bytes, 0));
});

test('sixteen zero bytes are not a header', () => {
  assert.ok(!headerIntact(new Uint8Array(16), 0));
});

test('A2.24 a header with a good checksum and an impossible length, type or detail is refused by name', () => {
  const header = { type: 2 as const, detail: 0, payloadBytes: 16, payloadChecksum: 0, recordBytes: 32 };
  assert.equal(headerFault(header), null);
  assert.match(headerFault({ ...header, payloadBytes: 0xffff_ffff }) ?? '', /record length 4294967295/);
  assert.match(headerFault({ ...header, payloadBytes: 8 }) ?? '', /entry record of 8 bytes/);
  assert.match(headerFault({ ...header, detail: 7 }) ?? '', /unknown entry type 7/);
  assert.match(headerFault({ ...header, type: 9 as never }) ?? '', /unknown record type 9/);
  assert.match(headerFault({ ...header, type: 3 }) ?? '', /hard state record of 16 bytes/);
  assert.match(headerFault({ ...header, type: 4, payloadBytes: 24 }) ?? '', /mark record of 24 bytes/);
  // Its version must be read before anything else is asked of it.
  assert.equal(headerFault({ ...header, type: 1, payloadBytes: 4 }), null);
  assert.match(headerFault({ ...header, type: 1, payloadBytes: 3 }) ?? '', /metadata record of 3 bytes/);
});
