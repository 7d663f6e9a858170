import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import './testing/fixed-seed.js';
import { StrataError } from '../errors.js';
import { decodeMembershipContext, encodeMembershipContext } from './membership-codec.js';
import {
  decodeQuery,
  decodeQueryResult,
  encodeQuery,
  encodeQueryResult,
  queryResultBytes,
} from './query-codec.js';
import { commandResultBytes, decodeCommandResult, encodeCommandResult } from './result-codec.js';
import { bytes, member } from './testing/state-fixtures.js';
import { makeValue } from './value.js';
import type { CommandResult, MemberRecord, OpResult, Query, QueryResult, Value } from './vocabulary.js';

/** With Object's own prototype, as decoders make them: deepEqual looks at it. */
const record = <Thing>(fields: { [Name in keyof Thing]: fc.Arbitrary<Thing[Name]> }): fc.Arbitrary<Thing> =>
  fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<Thing>;

const count = fc.maxSafeNat();
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const name = fc.uint8Array({ minLength: 1, maxLength: 5 });
const value: fc.Arbitrary<Value | null> = fc.option(
  fc
    .oneof(
      fc.uint8Array({ maxLength: 5 }),
      fc.integer({ min: 1020, max: 1030 }).map((length) => new Uint8Array(length).fill(length)),
    )
    .map((data) => makeValue(data, 0, data.length)),
);

const opResult: fc.Arbitrary<OpResult> = record({
  status: fc.constantFrom<OpResult['status']>(
    'ok',
    'condition-failed',
    'not-an-integer',
    'overflow',
    'too-large',
  ),
  changed: fc.boolean(),
  value,
  revision: count,
  count,
});
const commandResult: fc.Arbitrary<CommandResult> = record({
  revision: count,
  succeeded: fc.boolean(),
  results: fc.array(opResult, { maxLength: 4 }),
  session: count,
  sessionFault: fc.constantFrom<CommandResult['sessionFault']>(null, 'expired', 'stale'),
});
const query: fc.Arbitrary<Query> = fc.oneof(
  record({
    kind: fc.constant('range' as const),
    start: fc.uint8Array({ maxLength: 4 }),
    end: fc.option(fc.uint8Array({ maxLength: 4 })),
    limit: count,
    bytesMax: count,
    keysOnly: fc.boolean(),
  }),
  record({ kind: fc.constant('many' as const), keys: fc.array(name, { maxLength: 4 }) }),
  fc.constant<Query>({ kind: 'size' }),
);
const queryResult: fc.Arbitrary<QueryResult> = record({
  revision: count,
  appliedIndex: count,
  more: fc.boolean(),
  count,
  items: fc.array(
    record({ key: name, value, revision: count, createRevision: count, ttlMs: fc.option(positive) }),
    { maxLength: 4 },
  ),
});
const memberRecord: fc.Arbitrary<MemberRecord> = record({
  id: positive,
  host: fc.string({ unit: 'grapheme', maxLength: 12 }),
  peerPort: fc.nat(65_535),
  httpPort: fc.nat(65_535),
  respPort: fc.nat(65_535),
  storageId: fc.string({ maxLength: 12 }),
});
const membership = record({
  upsert: fc.array(memberRecord, { maxLength: 4 }),
  remove: fc.array(positive, { maxLength: 4 }),
});

/** Each codec with things to write. */
interface Codec<Thing> {
  readonly name: string;
  readonly things: fc.Arbitrary<Thing>;
  readonly encode: (thing: Thing) => Uint8Array;
  readonly decode: (data: Uint8Array) => Thing;
}

function check<Thing>({ name: title, things, encode, decode }: Codec<Thing>): void {
  describe(title, () => {
    it('comes back as it was', () => {
      fc.assert(fc.property(things, (thing) => assert.deepEqual(decode(encode(thing)), thing)));
    });

    it('A2.37 damaged anywhere, it is a coded error or other bytes of the same format', () => {
      fc.assert(
        fc.property(things, fc.nat(), fc.nat(255), fc.nat(), (thing, at, byte, cut) => {
          const data = encode(thing);
          const damaged = Uint8Array.from(data);
          damaged[at % data.length] = byte;
          tryDecode(damaged);
          if (cut % data.length > 0)
            assert.equal(tryDecode(data.subarray(0, cut % data.length)), false, 'cut');
          assert.equal(tryDecode(Uint8Array.from([...data, 0])), false, 'a byte too many');
        }),
        { numRuns: 300 },
      );
      fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => void tryDecode(noise)));
    });

    function tryDecode(data: Uint8Array): boolean {
      let thing: Thing;
      try {
        thing = decode(data);
      } catch (error) {
        assert.ok(error instanceof StrataError, String(error));
        assert.equal(error.code, 'STRATA_FRAME_INVALID');
        return false;
      }
      assert.deepEqual([...encode(thing)], [...data], 'one way to write it');
      return true;
    }
  });
}

check({
  name: 'command result',
  things: commandResult,
  encode: encodeCommandResult,
  decode: decodeCommandResult,
});
check({ name: 'query', things: query, encode: encodeQuery, decode: decodeQuery });
check({ name: 'query result', things: queryResult, encode: encodeQueryResult, decode: decodeQueryResult });
check({
  name: 'membership',
  things: membership,
  encode: encodeMembershipContext,
  decode: decodeMembershipContext,
});

describe('codecs', () => {
  it('say beforehand at least how many bytes an answer takes', () => {
    fc.assert(
      fc.property(commandResult, queryResult, (one, other) => {
        assert.ok(encodeCommandResult(one).length <= commandResultBytes(one));
        assert.ok(encodeQueryResult(other).length <= queryResultBytes(other));
      }),
    );
  });

  it('keep no view of the bytes they decode values from', () => {
    const long = 'x'.repeat(2_000);
    const item = { key: bytes('k'), value: bytes(long), revision: 1, createRevision: 1, ttlMs: null };
    const data = encodeQueryResult({ revision: 1, appliedIndex: 1, items: [item], more: false, count: 1 });
    const [read] = decodeQueryResult(data).items;
    data.fill(0);
    assert.deepEqual(read!.value, bytes(long));
  });

  it('refuse a host that is not UTF-8 and a port that is none', () => {
    const good = encodeMembershipContext({ upsert: [member(1)], remove: [] });
    const at = Buffer.from(good).indexOf('example');
    const bad = Uint8Array.from(good);
    bad[at] = 0xff;
    assert.throws(() => decodeMembershipContext(bad), /host is not UTF-8/);
    const port = encodeMembershipContext({ upsert: [{ ...member(1), peerPort: 65_536 }], remove: [] });
    assert.throws(() => decodeMembershipContext(port), /port 65536/);
  });
});
