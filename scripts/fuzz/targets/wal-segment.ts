import { checksum } from '../../../server/log/checksum.js';
import {
  decodeEntry,
  decodeHardState,
  decodeMark,
  decodeMetadata,
  HEADER_BYTES,
  headerIntact,
  RecordType,
  readHeader,
  recordBytes,
} from '../../../server/log/record-codec.js';
import { RecordEncoder } from '../../../server/log/record-encoder.js';
import { Replay, ReplayFault } from '../../../server/log/replay.js';
import { scanSegment } from '../../../server/log/scan.js';
import { Forge, IDENTITY } from '../../../server/log/testing/forge.js';
import { equal, holds } from '../engine/properties.js';
import type { Target } from '../engine/target.js';

const NAME = { sequence: 1, firstIndex: 1 };
const ENTRIES = [1, 2, 3].map((index) => ({
  index,
  term: 1,
  type: 0 as const,
  data: Buffer.from(`entry ${index}`),
}));

/** One segment of the log: scanned as the last one and as another, replayed; every good record is what our encoder writes, byte for byte. */
export const target: Target = {
  name: 'wal-segment',
  about: 'records of the log: scan and replay of a segment',
  sources: ['server/log/record-codec', 'server/log/scan', 'server/log/replay', 'server/log/hard-state'],
  dictionary: [
    Buffer.alloc(16),
    Buffer.alloc(64),
    Buffer.of(16, 0, 0, 0, 4),
    Buffer.of(24, 0, 0, 0, 3),
    Buffer.of(0, 0, 0, 1),
  ],
  seeds: () => [
    {
      name: 'three writes',
      bytes: whole(new Forge().mark().entries(ENTRIES).hardState(1, 2, 2).mark().hardState(1, 2, 3)),
    },
    { name: 'head alone', bytes: whole(new Forge()) },
    {
      name: 'replaced suffix',
      bytes: whole(
        new Forge()
          .mark()
          .entries(ENTRIES)
          .mark()
          .entries([{ index: 3, term: 2, type: 1, data: Buffer.from('conf') }])
          .hardState(2, 0, 1),
      ),
    },
    { name: 'reset', bytes: whole(new Forge(1, 1, 0, IDENTITY, true).mark().entries(ENTRIES)) },
    {
      name: 'torn write',
      bytes: Buffer.concat([whole(new Forge().mark().entries(ENTRIES)).subarray(0, -20), Buffer.alloc(600)]),
    },
  ],
  seal,
  run(input) {
    const last = scanSegment(input, NAME.sequence, true);
    const middle = scanSegment(input, NAME.sequence, false);
    equal('records of another segment', middle.offsets, last.offsets);
    holds(last.end.offset <= input.length, `the records end at ${last.end.offset} of ${input.length} bytes`);
    if (last.end.kind === 'corrupt') return;
    const replay = new Replay(null);
    replay.segment('segment', NAME, input, last.offsets);
    for (const offset of last.offsets) canonical(input, offset);
    const { term, vote, commit } = replay.hardState;
    holds([term, vote, commit].every(Number.isSafeInteger), `hard state ${term}, ${vote}, ${commit}`);
    holds(commit <= replay.lastIndex, `commit ${commit} above ${replay.lastIndex}`);
  },
  isRefusal: (error) => error instanceof ReplayFault,
};

function whole(forge: Forge): Buffer {
  return Buffer.from(forge.bytes().subarray(0, forge.length));
}

/** What the scan calls good must be what a writer writes: nothing that nobody looks at. */
function canonical(bytes: Buffer, offset: number): void {
  const header = readHeader(bytes, offset);
  const encoder = new RecordEncoder(256);
  switch (header.type) {
    case RecordType.Entry:
      encoder.entry(decodeEntry(bytes, offset, header));
      break;
    case RecordType.HardState:
      encoder.hardState(decodeHardState(bytes, offset));
      break;
    case RecordType.Mark:
      encoder.reserveMark();
      encoder.fillMark(0, decodeMark(bytes, offset));
      break;
    case RecordType.Metadata: {
      const metadata = decodeMetadata(bytes, offset, header);
      // Another version, or what is refused by the replay.
      if (metadata === null || metadata.version !== 2) return;
      encoder.metadata(metadata);
    }
  }
  // Numbers above 2^53 are refused by the replay, which knows what they are.
  if (unsafe(bytes, offset, header.payloadBytes, header.type)) return;
  const written = encoder.bytes.subarray(0, encoder.length);
  const found = bytes.subarray(offset, offset + header.recordBytes);
  equal(`record of type ${header.type} again`, found.toString('hex'), Buffer.from(written).toString('hex'));
}

function unsafe(bytes: Buffer, offset: number, payloadBytes: number, type: RecordType): boolean {
  if (type === RecordType.Mark) return false;
  const words = type === RecordType.Entry ? 2 : type === RecordType.HardState ? 3 : 5;
  for (let at = type === RecordType.Metadata ? 1 : 0; at < words && 8 * at + 8 <= payloadBytes; at++)
    if (bytes.readBigUInt64LE(offset + HEADER_BYTES + 8 * at) > 2n ** 53n - 1n) return true;
  return false;
}

/** Follows the records as a scan does, mends the checksums of each. A damaged header stays when its length leads nowhere. */
export function seal(bytes: Buffer): Buffer {
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const payloadBytes = bytes.readUInt32LE(at);
    const size = recordBytes(payloadBytes);
    if (at + size > bytes.length || bytes.subarray(at, at + HEADER_BYTES).every((byte) => byte === 0)) break;
    const start = at + HEADER_BYTES;
    bytes.fill(0, start + payloadBytes, at + size);
    bytes.writeUInt32LE(checksum(bytes, start, start + payloadBytes), at + 8);
    bytes.writeUInt32LE(checksum(bytes, at, at + 12), at + 12);
    if (!headerIntact(bytes, at)) break;
    at += size;
  }
  return bytes;
}
