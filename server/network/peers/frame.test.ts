import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { StrataError } from '../../errors.js';
import { frameHeaderBytesMax } from '../limits.js';
import { projectFile } from '../testing/project-file.js';
import {
  decodeHeader,
  encodeFrame,
  encodeHeader,
  FrameDecoder,
  type FrameHeader,
  raftHeader,
} from './frame.js';

const frameBytesMax = 10_000;
const FrameHeaderType = protobuf
  .parse(readFileSync(projectFile('server/network/peers/peer.proto'), 'utf8'), { keepCase: false })
  .root.lookupType('strata.peer.FrameHeader');

const header: fc.Arbitrary<FrameHeader> = fc.record(
  {
    service: fc.nat(3),
    method: fc.string({ maxLength: 16 }),
    requestId: fc.maxSafeNat(),
    kind: fc.nat(9),
  },
  { noNullPrototype: true },
);
const frame = fc.record({ header, payload: fc.uint8Array({ maxLength: 400 }) });

function decoderInto(
  frames: { header: FrameHeader; payload: string }[],
  limit = frameBytesMax,
): FrameDecoder {
  return new FrameDecoder(limit, (found, payload) => {
    frames.push({ header: found, payload: payload.toString('hex') });
  });
}

test('a header is the same to the codec and to protobufjs reading peer.proto, both ways', () => {
  fc.assert(
    fc.property(header, (one) => {
      const bytes = encodeHeader(one);
      const options = { longs: Number, defaults: true };
      assert.deepEqual(FrameHeaderType.toObject(FrameHeaderType.decode(bytes), options), one);
      const theirs = FrameHeaderType.encode(FrameHeaderType.fromObject(one)).finish();
      assert.deepEqual(decodeHeader(Buffer.from(theirs)), one);
    }),
  );
});

test('frames come out whole and in order however the stream was cut', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.nat(200), { maxLength: 40 }),
      (frames, cuts) => {
        const stream = Buffer.concat(frames.map((one) => encodeFrame(one.header, one.payload)));
        const found: { header: FrameHeader; payload: string }[] = [];
        const decoder = decoderInto(found);
        let at = 0;
        for (const cut of cuts) {
          decoder.push(stream.subarray(at, at + cut));
          at = Math.min(stream.length, at + cut);
        }
        decoder.push(stream.subarray(at));
        assert.deepEqual(
          found,
          frames.map((one) => ({ header: one.header, payload: Buffer.from(one.payload).toString('hex') })),
        );
        assert.equal(decoder.bufferedBytes, 0);
      },
    ),
    { numRuns: 300 },
  );
});

test('the frame on the wire: lengths are four bytes, big-endian, header before payload', () => {
  const bytes = encodeFrame({ service: 2, method: '', requestId: 0, kind: 1 }, Buffer.from('abc'));
  assert.equal(bytes.toString('hex'), `00000004${raftHeader.toString('hex')}00000003616263`);
});

test('lengths above the limits are refused before their bytes have come', () => {
  const found: { header: FrameHeader; payload: string }[] = [];
  const tooLongHeader = Buffer.alloc(4);
  tooLongHeader.writeUInt32BE(frameHeaderBytesMax + 1);
  assert.throws(() => decoderInto(found).push(tooLongHeader), { code: 'STRATA_FRAME_INVALID' });
  const start = encodeFrame({ service: 2, method: '', requestId: 0, kind: 1 }, Buffer.alloc(frameBytesMax));
  assert.throws(() => decoderInto(found).push(start.subarray(0, 16)), { code: 'STRATA_FRAME_INVALID' });
  const whole = encodeFrame(
    { service: 2, method: '', requestId: 0, kind: 1 },
    Buffer.alloc(frameBytesMax - 8 - raftHeader.length),
  );
  decoderInto(found).push(whole);
  assert.equal(found.length, 1);
});

test('a frame that does not come costs no more memory than what came', () => {
  const decoder = decoderInto([], 2 ** 30);
  const start = Buffer.alloc(12);
  start.writeUInt32BE(raftHeader.length, 0);
  raftHeader.copy(start, 4);
  start.writeUInt32BE(2 ** 29, 8);
  decoder.push(start);
  assert.equal(decoder.bufferedBytes, 12);
});

test('a stopped decoder delivers nothing, not even the rest of the chunk at hand', () => {
  let frames = 0;
  const decoder: FrameDecoder = new FrameDecoder(frameBytesMax, () => {
    frames += 1;
    decoder.stop();
  });
  const one = encodeFrame({ service: 2, method: '', requestId: 0, kind: 1 });
  decoder.push(Buffer.concat([one, one, one]));
  decoder.push(one);
  assert.equal(frames, 1);
});

test('10,000 random or damaged streams end in frames or STRATA_FRAME_INVALID, never in another error', () => {
  const damaged = fc
    .tuple(fc.array(frame, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255))
    .map(([frames, at, value]) => {
      const bytes = Buffer.concat(frames.map((one) => encodeFrame(one.header, one.payload)));
      bytes[at % bytes.length] = value;
      return bytes;
    });
  const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(damaged, random), (bytes) => {
      try {
        decoderInto([]).push(bytes);
      } catch (error) {
        refused += 1;
        assert.ok(error instanceof StrataError);
        assert.equal(error.code, 'STRATA_FRAME_INVALID');
      }
    }),
    { numRuns: 10_000 },
  );
  assert.ok(refused > 1_000, `only ${refused} of 10000 were refused`);
});
