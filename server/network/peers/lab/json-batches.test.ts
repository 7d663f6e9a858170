import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../../../consensus/messages.js';
import { StrataError } from '../../../errors.js';
import { append, messages } from '../../testing/messages.js';
import { raftHeader } from '../frame.js';
import { JsonBatches } from './json-batches.js';

/** Bytes as numbers: a Buffer and a Uint8Array of the same bytes are the same here. */
function plain(batch: readonly Message[]): unknown {
  return batch.map((one) => ({
    ...one,
    entries: one.entries.map((entry) => ({ ...entry, data: [...entry.data] })),
  }));
}

function payloadOf(batch: readonly Message[]): Buffer {
  const codec = new JsonBatches();
  const frameBytes = codec.size(batch);
  const frame = codec.write();
  assert.equal(frame.length, frameBytes);
  return frame.subarray(8 + raftHeader.length);
}

test('what is written as JSON is read as the same messages', () => {
  fc.assert(
    fc.property(messages, (batch) => {
      assert.deepEqual(plain(new JsonBatches().decode(payloadOf(batch))), plain(batch));
    }),
    { numRuns: 200, seed: 5 },
  );
});

test('any damage is decoded or refused with STRATA_FRAME_INVALID, never another error', () => {
  const whole = payloadOf([append(1, 2, 3, 20), append(1, 2, 0, 0)]);
  const damage = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(whole.length));
  fc.assert(
    fc.property(damage, ([at, flip, length]) => {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= flip;
      for (const payload of [bytes, whole.subarray(0, length)]) {
        try {
          new JsonBatches().decode(payload);
        } catch (error) {
          assert.equal((error as StrataError).code, 'STRATA_FRAME_INVALID');
        }
      }
    }),
    { numRuns: 500, seed: 5 },
  );
  for (const text of ['null', '[null]', '[{}]', '{}', '[{"type":1}]', '[[]]', '1'])
    assert.throws(() => new JsonBatches().decode(Buffer.from(text)), StrataError, text);
});
