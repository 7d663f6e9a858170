import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { StrataError } from '../../errors.js';
import { projectFile } from '../testing/project-file.js';
import { greetingOf } from '../testing/raw-peer.js';
import {
  decodeBytes,
  decodeGreeting,
  decodeRefusal,
  decodeWelcome,
  encodeBytes,
  encodeGreeting,
  encodeRefusal,
  encodeWelcome,
} from './handshake.js';

const { root } = protobuf.parse(readFileSync(projectFile('server/network/peers/peer.proto'), 'utf8'), {
  keepCase: false,
});
const plain = (bytes: Uint8Array): number[] => [...bytes];

test('greetings are the same to the codec and to protobufjs reading peer.proto, both ways', () => {
  const type = root.lookupType('strata.peer.Greeting');
  const greeting = fc.record(
    {
      protocolVersion: fc.nat(),
      clusterId: fc.string({ maxLength: 64 }),
      nodeId: fc.maxSafeNat(),
      instanceId: fc.string({ maxLength: 40 }),
      toNodeId: fc.maxSafeNat(),
      lane: fc.nat(3),
      storageId: fc.string({ maxLength: 40 }),
      nonce: fc.uint8Array({ maxLength: 40 }),
      appliedIndex: fc.maxSafeNat(),
      host: fc.string({ maxLength: 40 }),
      peerPort: fc.nat(65_535),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(greeting, (one) => {
      const bytes = Buffer.from(encodeGreeting(one));
      const expected = { ...one, nonce: plain(one.nonce) };
      const decoded = decodeGreeting(bytes);
      assert.deepEqual({ ...decoded, nonce: plain(decoded.nonce) }, expected);
      const theirs = type.toObject(type.decode(bytes), { longs: Number, defaults: true });
      assert.deepEqual({ ...theirs, nonce: plain(theirs.nonce) }, expected);
      const back = decodeGreeting(Buffer.from(type.encode(type.fromObject(one)).finish()));
      assert.deepEqual({ ...back, nonce: plain(back.nonce) }, expected);
    }),
  );
});

test('challenge, proof and welcome are the same to the codec and to protobufjs reading peer.proto', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      for (const [name, field] of [
        ['Challenge', 'nonce'],
        ['Proof', 'mac'],
      ] as const) {
        const type = root.lookupType(`strata.peer.${name}`);
        assert.deepEqual(plain(type.toObject(type.decode(encodeBytes(bytes)))[field]), plain(bytes));
        const theirs = Buffer.from(type.encode(type.fromObject({ [field]: bytes })).finish());
        assert.deepEqual(plain(decodeBytes(theirs)), plain(bytes));
      }
      const welcome = { greeting: encodeGreeting(greetingOf(2, 1)), mac: Buffer.from(bytes) };
      const type = root.lookupType('strata.peer.Welcome');
      const theirs = type.toObject(type.decode(encodeWelcome(welcome)));
      assert.deepEqual(plain(theirs.greeting), plain(welcome.greeting));
      assert.deepEqual(plain(theirs.mac), plain(bytes));
      const back = decodeWelcome(Buffer.from(type.encode(type.fromObject(welcome)).finish()));
      assert.deepEqual(plain(back.mac), plain(bytes));
    }),
  );
});

test('a refusal carries code and values, so that the other side can say what is wrong', () => {
  const error = new StrataError('STRATA_CLUSTER_MISMATCH', { actual: 'west', expected: 'east' });
  const bytes = Buffer.from(encodeRefusal(error));
  const decoded = decodeRefusal(bytes);
  assert.equal(decoded.code, 'STRATA_CLUSTER_MISMATCH');
  assert.equal(decoded.message, error.message);
  const type = root.lookupType('strata.peer.Refusal');
  assert.deepEqual(type.toObject(type.decode(bytes)), {
    code: 'STRATA_CLUSTER_MISMATCH',
    details: [
      { name: 'actual', value: 'west' },
      { name: 'expected', value: 'east' },
    ],
  });
});

test('a refusal with an unknown code, and any damaged greeting or refusal, is an invalid frame', () => {
  const unknown = Buffer.from([0x0a, 3, 0x61, 0x62, 0x63]);
  assert.throws(() => decodeRefusal(unknown), { code: 'STRATA_FRAME_INVALID' });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      for (const decode of [decodeGreeting, decodeRefusal, decodeBytes, decodeWelcome]) {
        try {
          decode(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof StrataError);
          assert.equal(error.code, 'STRATA_FRAME_INVALID');
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

test('an over-long cluster id is refused before it is compared or logged', () => {
  const bytes = Buffer.from(encodeGreeting({ ...greetingOf(2, 1), clusterId: 'x'.repeat(1_000) }));
  assert.throws(() => decodeGreeting(bytes), { code: 'STRATA_FRAME_INVALID' });
});
