import { StrataError } from '../../../server/errors.js';
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
} from '../../../server/runtime/forward-codec.js';
import { equal, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { type Mode, runMode, seedsOf } from './modes.js';

const key = Buffer.from('key');
const refusal = encodeError(new StrataError('STRATA_KEY_TOO_LONG', { actual: 5, limit: 'four' }));

const modes: readonly Mode[] = [
  {
    name: 'read',
    run: (rest) => same(rest, decodeRead, ({ key: k, consistency }) => encodeRead(k, consistency)),
    seeds: [encodeRead(key, 'lease')],
  },
  {
    name: 'query',
    run: (rest) =>
      same(rest, decodeForwardedQuery, ({ query, consistency }) => encodeForwardedQuery(query, consistency)),
    seeds: [encodeForwardedQuery({ kind: 'many', keys: [key] }, 'linearizable')],
  },
  {
    name: 'read answer',
    run(rest) {
      const result = answered(rest, decodeReadResult);
      const again = must('answer', () => decodeReadResult(encodeReadResult(result)));
      equal('answer again', { ...again, value: hex(again.value) }, { ...result, value: hex(result.value) });
    },
    seeds: [
      encodeReadResult({ value: 'value', revision: 2 ** 40, ttlMs: 5, appliedIndex: 9 }),
      encodeReadResult({ value: null, revision: 0, ttlMs: null, appliedIndex: 9 }),
      refusal,
    ],
  },
  {
    name: 'command answer',
    run: (rest) => same(rest, (bytes) => answered(bytes, decodeCommandAnswer), encodeCommandAnswer),
    seeds: [
      encodeCommandAnswer({ revision: 3, succeeded: true, session: 0, sessionFault: 'stale', results: [] }),
      refusal,
    ],
  },
  {
    name: 'query answer',
    run: (rest) => same(rest, (bytes) => answered(bytes, decodeQueryAnswer), encodeQueryAnswer),
    seeds: [encodeQueryAnswer({ revision: 3, appliedIndex: 4, items: [], more: false, count: 0 }), refusal],
  },
];

/** What a node passes on to the leader, and what it answers. */
export const target: Target = {
  name: 'forwarded',
  about: 'forwarded reads, queries and commands, and their answers',
  sources: ['server/runtime/forward-codec', 'server/state/query-codec', 'server/state/result-codec'],
  dictionary: [
    '{"code":"STRATA_NOT_LEADER","details":{',
    '"__proto__":"x"',
    '"toString":1',
    Buffer.of(0x7f, 0xf0, 0, 0, 0, 0, 0, 0),
    Buffer.of(0x80, 0, 0, 0, 0, 0, 0, 0),
    Buffer.of(0x43, 0x40, 0, 0, 0, 0, 0, 0),
  ],
  seeds: () => seedsOf(modes),
  run: (input) => runMode(modes, input),
};

/** The error that an answer carries comes out again as it went in. */
function answered<Result>(bytes: Uint8Array, decode: (bytes: Uint8Array) => Result): Result {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof StrataError) || error.code === 'STRATA_FRAME_INVALID') throw error;
    equal(
      'error again',
      errorOf(() => decode(encodeError(error))),
      [error.code, JSON.stringify(error.details)],
    );
    throw error;
  }
}

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    // As text: JSON knows no negative zero.
    return error instanceof StrataError ? [error.code, JSON.stringify(error.details)] : error;
  }
}

function same<Value>(
  rest: Buffer,
  decode: (bytes: Uint8Array) => Value,
  encode: (value: Value) => Uint8Array,
): void {
  const value = decode(rest);
  equal('bytes again', hex(must('encoding', () => encode(value))), hex(rest));
}

function hex(value: Uint8Array | string | null): string | null {
  return value === null ? null : Buffer.from(value as string, 'latin1').toString('hex');
}
