import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { StrataError } from '../../errors.js';
import { projectFile } from '../testing/project-file.js';
import {
  checkGreeting,
  decodeGreeting,
  decodeRefusal,
  encodeGreeting,
  encodeRefusal,
  type Greeting,
  Lane,
} from './handshake.js';

const { root } = protobuf.parse(readFileSync(projectFile('server/network/peers/peer.proto'), 'utf8'), {
  keepCase: false,
});
const self: Greeting = {
  protocolVersion: 1,
  clusterId: 'east',
  nodeId: 1,
  instanceId: 'aa',
  toNodeId: 2,
  lane: Lane.Bulk,
};
const good: Greeting = { ...self, nodeId: 2, toNodeId: 1, instanceId: 'bb' };
const members = new Set([2, 3]);

test('every way in which a greeting can be wrong has its own answer', () => {
  const cases: [Partial<Greeting>, string | null][] = [
    [{}, null],
    [{ protocolVersion: 2 }, 'STRATA_PROTOCOL_VERSION'],
    [{ clusterId: 'west' }, 'STRATA_CLUSTER_MISMATCH'],
    [{ nodeId: 9 }, 'STRATA_NODE_UNKNOWN'],
    [{ nodeId: 1 }, 'STRATA_NODE_DUPLICATE'],
    [{ toNodeId: 3 }, 'STRATA_NODE_UNKNOWN'],
    // The version is looked at first: what another version means by the rest nobody knows.
    [{ protocolVersion: 7, clusterId: 'west', nodeId: 9 }, 'STRATA_PROTOCOL_VERSION'],
  ];
  for (const [fields, code] of cases) {
    assert.equal(checkGreeting({ ...good, ...fields }, self, members)?.code ?? null, code);
  }
});

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
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(greeting, (one) => {
      const bytes = Buffer.from(encodeGreeting(one));
      assert.deepEqual(decodeGreeting(bytes), one);
      assert.deepEqual(type.toObject(type.decode(bytes), { longs: Number, defaults: true }), one);
      assert.deepEqual(decodeGreeting(Buffer.from(type.encode(type.fromObject(one)).finish())), one);
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
      for (const decode of [decodeGreeting, decodeRefusal]) {
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
  const bytes = Buffer.from(encodeGreeting({ ...good, clusterId: 'x'.repeat(1_000) }));
  assert.throws(() => decodeGreeting(bytes), { code: 'STRATA_FRAME_INVALID' });
});
