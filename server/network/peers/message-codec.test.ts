import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { type Message, MessageType } from '../../consensus/messages.js';
import { InvariantError, StrataError } from '../../errors.js';
import { append, message, messages } from '../testing/messages.js';
import { projectFile } from '../testing/project-file.js';
import { decodeBatch } from './message-decoder.js';
import { encodeBatch } from './message-encoder.js';

const runs = 300;
const root = protobuf.parse(readFileSync(projectFile('server/network/peers/peer.proto'), 'utf8'), {
  keepCase: false,
}).root;
const MessageBatch = root.lookupType('strata.peer.MessageBatch');

/** `data` may be a Buffer or a Uint8Array; its bytes are what counts. */
function plain(batch: readonly Message[]): unknown {
  return batch.map((one) => ({
    ...one,
    entries: one.entries.map((entry) => ({ ...entry, data: [...entry.data] })),
  }));
}

function reflected(bytes: Uint8Array): Message[] {
  const object = MessageBatch.toObject(MessageBatch.decode(bytes), {
    longs: Number,
    defaults: true,
    arrays: true,
    objects: true,
  });
  return object.messages as Message[];
}

test('what is encoded is decoded to the same messages', () => {
  fc.assert(
    fc.property(messages, (batch) => {
      assert.deepEqual(plain(decodeBatch(encodeBatch(batch))), plain(batch));
    }),
    { numRuns: runs },
  );
});

test('protobufjs reads from peer.proto what the encoder wrote', () => {
  fc.assert(
    fc.property(messages, (batch) => {
      assert.deepEqual(plain(reflected(encodeBatch(batch))), plain(batch));
    }),
    { numRuns: runs },
  );
});

test('the decoder reads what protobufjs wrote from peer.proto', () => {
  fc.assert(
    fc.property(messages, (batch) => {
      const bytes = MessageBatch.encode(MessageBatch.fromObject({ messages: batch })).finish();
      assert.deepEqual(plain(decodeBatch(Buffer.from(bytes))), plain(batch));
    }),
    { numRuns: runs },
  );
});

test('protobufjs and the encoder write the same bytes: proto3 defaults are left out by both', () => {
  fc.assert(
    fc.property(messages, (batch) => {
      const theirs = MessageBatch.encode(
        MessageBatch.fromObject({
          messages: batch.map((one) =>
            withoutDefaults({ ...one, entries: one.entries.map(withoutDefaults) }),
          ),
        }),
      ).finish();
      assert.deepEqual(encodeBatch(batch).toString('hex'), Buffer.from(theirs).toString('hex'));
    }),
    { numRuns: runs },
  );
});

function withoutDefaults(object: object): object {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) =>
        value !== 0 &&
        value !== false &&
        value !== null &&
        !(value instanceof Uint8Array && value.length === 0),
    ),
  );
}

test('any damage to a batch is decoded or refused with STRATA_FRAME_INVALID, never another error', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      messages,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(),
      (batch, flips, cut) => {
        const bytes = encodeBatch(batch);
        for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
        const damaged = bytes.subarray(0, bytes.length - (cut % (bytes.length + 1)));
        try {
          decodeBatch(damaged);
        } catch (error) {
          refused += 1;
          assert.ok(error instanceof StrataError);
          assert.equal(error.code, 'STRATA_FRAME_INVALID');
        }
      },
    ),
    { numRuns: 2_000 },
  );
  assert.ok(refused > 100, `only ${refused} of 2000 damaged batches were refused`);
});

test('an append whose entries are not in a row behind its index is refused', () => {
  const good = append(1, 2, 3, 4);
  const gap = { ...good, entries: [good.entries[0]!, good.entries[2]!] };
  const early = { ...good, index: 11 };
  const fallingTerm = {
    ...good,
    term: 3,
    entries: good.entries.map((entry, i) => ({ ...entry, term: i === 1 ? 3 : 2 })),
  };
  const aboveTerm = { ...good, entries: good.entries.map((entry) => ({ ...entry, term: 2 })) };
  assert.equal(decodeBatch(encodeBatch([good])).length, 1);
  for (const bad of [gap, early, fallingTerm, aboveTerm]) {
    assert.throws(() => decodeBatch(encodeBatch([bad])), { code: 'STRATA_FRAME_INVALID' });
  }
});

test('a type that never travels is refused', () => {
  const local = message({ type: MessageType.StorageAppendResponse, from: 1, to: 2 });
  assert.throws(() => decodeBatch(encodeBatch([local])), { code: 'STRATA_FRAME_INVALID' });
  const entry = { index: 1, term: 1, type: 2, data: new Uint8Array(0) };
  const strange = { ...append(1, 2, 0, 0), index: 0, logTerm: 0, entries: [entry] } as unknown as Message;
  assert.throws(() => decodeBatch(encodeBatch([strange])), { code: 'STRATA_FRAME_INVALID' });
});

test('integers from 2^53 on are refused on the wire and are a broken invariant in memory', () => {
  const bytes = MessageBatch.encode(
    MessageBatch.fromObject({ messages: [{ type: 7, term: '9007199254740992' }] }),
  ).finish();
  assert.throws(() => decodeBatch(Buffer.from(bytes)), { code: 'STRATA_FRAME_INVALID' });
  for (const term of [2 ** 53, -1, Number.NaN]) {
    assert.throws(
      () => encodeBatch([message({ type: MessageType.Heartbeat, from: 1, to: 2, term })]),
      InvariantError,
    );
  }
});

test('entry data of a decoded append is a view of the payload, not a copy', () => {
  const payload = encodeBatch([append(1, 2, 2, 16)]);
  const [decoded] = decodeBatch(payload);
  assert.equal(decoded!.entries[0]!.data.buffer, payload.buffer);
});

test('fields of a later version are skipped', () => {
  const bytes = Buffer.concat([encodeBatch([message({ type: MessageType.Vote, from: 1, to: 2 })])]);
  const inner = Buffer.concat([bytes.subarray(2), Buffer.from([0xa0, 0x06, 0x05])]);
  const extended = Buffer.concat([Buffer.from([0x0a, inner.length]), inner, Buffer.from([0x7a, 0x01, 0x00])]);
  assert.equal(decodeBatch(extended)[0]!.type, MessageType.Vote);
});
