import { decodeConfChange, encodeConfChange } from '../../../server/consensus/confchange-entry.js';
import { InvariantError } from '../../../server/errors.js';
import {
  decodeCommand,
  encodeCommand,
  encodeDelete,
  encodePut,
  isCommand,
} from '../../../server/state/command-codec.js';
import { decodeMembershipContext, encodeMembershipContext } from '../../../server/state/membership-codec.js';
import { encodeOnce } from '../../../server/state/once-codec.js';
import {
  decodeQuery,
  decodeQueryResult,
  encodeQuery,
  encodeQueryResult,
  queryResultBytes,
} from '../../../server/state/query-codec.js';
import {
  commandResultBytes,
  decodeCommandResult,
  encodeCommandResult,
} from '../../../server/state/result-codec.js';
import { equal, holds, must } from '../engine/properties.js';
import type { Target } from '../engine/target.js';
import { type Mode, runMode, seedsOf } from './modes.js';
import { COMMANDS, MEMBERSHIP } from './snapshot-state-seeds.js';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const RESULT = { revision: 7, succeeded: true, session: 0, sessionFault: null } as const;
const QUERY_RESULT = { revision: 7, appliedIndex: 9, more: true, count: 2 };

const modes: readonly Mode[] = [
  { name: 'command', run: command, seeds: COMMANDS.map(({ bytes }) => bytes) },
  {
    name: 'query',
    run: (rest) => same(rest, decodeQuery, encodeQuery),
    seeds: [
      encodeQuery({
        kind: 'range',
        start: text('a'),
        end: text('b'),
        limit: 9,
        bytesMax: 2 ** 40,
        keysOnly: true,
      }),
      encodeQuery({ kind: 'many', keys: [text('a'), text('\xff')] }),
      encodeQuery({ kind: 'size' }),
    ],
  },
  {
    name: 'query result',
    run(rest) {
      const result = decodeQueryResult(rest);
      same(rest, decodeQueryResult, encodeQueryResult);
      holds(
        queryResultBytes(result) >= rest.length,
        `an answer of ${rest.length} bytes was promised to have ${queryResultBytes(result)}`,
      );
    },
    seeds: [
      encodeQueryResult({
        ...QUERY_RESULT,
        items: [
          { key: text('a'), value: 'v', revision: 3, createRevision: 2, ttlMs: 5 },
          { key: text('b'), value: null, revision: 0, createRevision: 0, ttlMs: null },
        ],
      }),
    ],
  },
  {
    name: 'command result',
    run(rest) {
      const result = decodeCommandResult(rest);
      same(rest, decodeCommandResult, encodeCommandResult);
      holds(
        commandResultBytes(result) >= rest.length,
        `an answer of ${rest.length} bytes was promised to have ${commandResultBytes(result)}`,
      );
    },
    seeds: [
      encodeCommandResult({
        ...RESULT,
        results: [
          { status: 'ok', changed: true, value: '\xff', revision: 2, count: 1 },
          { status: 'overflow', changed: false, value: null, revision: 0, count: 0 },
        ],
      }),
    ],
  },
  {
    name: 'membership',
    run: (rest) => same(rest, decodeMembershipContext, encodeMembershipContext),
    seeds: [MEMBERSHIP],
  },
  {
    name: 'change of membership',
    run: (rest) => same(rest, decodeConfChange, encodeConfChange),
    seeds: [
      encodeConfChange({
        changes: [
          { type: 0, node: 4 },
          { type: 1, node: 2 ** 33 },
        ],
        transition: 'auto',
        context: MEMBERSHIP,
      }),
    ],
  },
];

/** What one node writes and another reads: accepted bytes are written again exactly as they were, so that one meaning has one spelling. */
export const target: Target = {
  name: 'state-codecs',
  about: 'commands, queries, answers and changes of membership as bytes',
  sources: [
    'server/state/command-codec',
    'server/state/op-codec',
    'server/state/once-codec',
    'server/state/query-codec',
    'server/state/result-codec',
    'server/state/membership-codec',
    'server/state/byte-reader',
    'server/consensus/confchange-entry',
  ],
  dictionary: [
    Buffer.of(8),
    Buffer.of(3, 0, 0, 0, 0, 3, 232),
    Buffer.of(0x80, 0),
    Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f),
    Buffer.of(0xed, 0xa0, 0x80),
  ],
  seeds: () => seedsOf(modes),
  run: (input) => runMode(modes, input),
  // The log's checksum has passed before these are read: damage behind it is a broken invariant by design.
  isRefusal: (error) => error instanceof InvariantError,
};

function command(rest: Buffer): void {
  const accepted = isCommand(rest);
  let read: ReturnType<typeof decodeCommand>;
  try {
    read = decodeCommand(rest);
  } catch (error) {
    holds(!accepted, `a command was accepted that cannot be read: ${(error as Error).message}`);
    throw error;
  }
  holds(accepted, 'a command was refused that can be read');
  const { command: found, clockMs, limits, once } = read;
  if (found.kind === 'txn' || found.kind === 'batch') {
    const inner = once === null ? found : { ...found, session: null };
    if (once === null && (rest[0] === 1 || rest[0] === 2)) {
      const op = found.kind === 'batch' ? found.ops[0]! : null;
      const plain = op?.kind === 'put' ? encodePut(op.key, op.value) : encodeDelete(op!.key);
      bytesEqual(plain, rest);
      return;
    }
    // Within a head a plain command may stand; which it was, is seen by its first byte.
    if (once !== null && (rest[16] === 1 || rest[16] === 2)) return;
    const encoded = must('command', () => encodeCommand(inner, clockMs, limits));
    bytesEqual(once === null ? encoded : must('head', () => encodeOnce(once, encoded)), rest);
    return;
  }
  bytesEqual(
    must('command', () => encodeCommand(found, clockMs, limits)),
    rest,
  );
}

function same<Value>(
  rest: Buffer,
  decode: (bytes: Uint8Array) => Value,
  encode: (value: Value) => Uint8Array,
): void {
  const value = decode(rest);
  bytesEqual(
    must('encoding', () => encode(value)),
    rest,
  );
}

function bytesEqual(actual: Uint8Array, expected: Buffer): void {
  equal('bytes again', Buffer.from(actual).toString('hex'), expected.toString('hex'));
}
