import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StrataError } from '../errors.js';
import type { CommandResult, QueryResult } from '../state/vocabulary.js';
import {
  decodeCommandAnswer,
  decodeForwardedQuery,
  decodeQueryAnswer,
  decodeRead,
  decodeReadResult,
  encodeCommandAnswer,
  encodeError,
  encodeForwardedQuery,
  encodeQueryAnswer,
  encodeRead,
  encodeReadResult,
} from './forward-codec.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('forwarded requests', () => {
  it('carry key or query and the consistency', () => {
    const read = decodeRead(encodeRead(bytes('key'), 'lease'));
    assert.deepEqual([read.consistency, [...read.key]], ['lease', [...bytes('key')]]);
    const query = {
      kind: 'range',
      start: bytes('a'),
      end: null,
      limit: 10,
      bytesMax: 100,
      keysOnly: true,
    } as const;
    const found = decodeForwardedQuery(encodeForwardedQuery(query, 'linearizable'));
    assert.equal(found.consistency, 'linearizable');
    assert.ok(found.query.kind === 'range' && found.query.end === null && found.query.keysOnly);
    assert.deepEqual([found.query.limit, [...found.query.start]], [10, [...bytes('a')]]);
  });

  it('are refused with a code when their bytes are none', () => {
    for (const data of [[], [0], [9, 65], [0]]) {
      assert.throws(() => decodeRead(Uint8Array.from(data)), { code: 'STRATA_FRAME_INVALID' });
      assert.throws(() => decodeForwardedQuery(Uint8Array.from(data)), { code: 'STRATA_FRAME_INVALID' });
    }
  });
});

describe('forwarded answers', () => {
  it('carry the results of all kinds', () => {
    const absent = { value: null, revision: 0, ttlMs: null, appliedIndex: 2 ** 41 };
    assert.deepEqual(decodeReadResult(encodeReadResult(absent)), absent);
    for (const value of ['\u0001ÿ', Uint8Array.from([1, 255])]) {
      const found = decodeReadResult(encodeReadResult({ value, revision: 9, ttlMs: 1, appliedIndex: 10 }));
      assert.deepEqual([...(found.value as Uint8Array)], [1, 255]);
      assert.deepEqual([found.revision, found.ttlMs, found.appliedIndex], [9, 1, 10]);
    }
    const command: CommandResult = {
      revision: 7,
      succeeded: false,
      results: [{ status: 'overflow', changed: false, value: null, revision: 3, count: 0 }],
      session: 0,
      sessionFault: null,
    };
    assert.deepEqual(decodeCommandAnswer(encodeCommandAnswer(command)), command);
    const query: QueryResult = { revision: 7, appliedIndex: 9, items: [], more: true, count: 3 };
    assert.deepEqual(decodeQueryAnswer(encodeQueryAnswer(query)), query);
  });

  it('carry coded errors, whatever was asked', () => {
    const error = new StrataError('STRATA_OVERLOADED', { what: 'queue', actual: 5, limit: 4 });
    for (const decode of [decodeReadResult, decodeCommandAnswer, decodeQueryAnswer])
      assert.throws(() => decode(encodeError(error)), { code: 'STRATA_OVERLOADED', message: error.message });
  });

  it('A2.37 that no node would have sent are refused with a code, and never throw anything else', () => {
    for (const text of ['{', 'null', '{"code":"X"}', '{"code":7}', '[]'])
      assert.throws(() => decodeCommandAnswer(Uint8Array.from([0, ...bytes(text)])), {
        code: 'STRATA_FRAME_INVALID',
      });
    const decoders = [decodeReadResult, decodeCommandAnswer, decodeQueryAnswer];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        for (const decode of [...decoders, decodeRead, decodeForwardedQuery]) {
          try {
            decode(data);
          } catch (error) {
            assert.ok(error instanceof StrataError, String(error));
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('with an error whose details are no details keep the code', () => {
    const data = Uint8Array.from([
      0,
      ...bytes('{"code":"STRATA_NO_LEADER","details":{"a":{"b":1},"node":2}}'),
    ]);
    assert.throws(() => decodeCommandAnswer(data), { code: 'STRATA_NO_LEADER', details: { node: 2 } });
  });
});
