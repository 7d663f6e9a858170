import fc from 'fast-check';
import './fixed-seed.js';
import type { CommandLimits } from '../command-codec.js';
import type { Compare, Condition, Op, Relation } from '../vocabulary.js';

/** Few keys, so that commands meet: neighbours in order, bytes that UTF-8 would fold, and names that an object would trip over. */
const KEYS = ['a', 'a\0', 'aa', 'b', '\0', '\xff', '\xfe', '\xc3\x28', '__proto__', 'constructor'];

export const key: fc.Arbitrary<Uint8Array> = fc
  .constantFrom(...KEYS)
  .map((text) => Buffer.from(text, 'latin1'));

const number = fc
  .constantFrom('0', '-1', '41', '9223372036854775806', '-9223372036854775808', '007', ' 1', '1e3')
  .map((text) => new Uint8Array(Buffer.from(text, 'latin1')));

export const value: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  number,
  // On both sides of the length above which values are kept as bytes.
  fc
    .tuple(fc.integer({ min: 1023, max: 1026 }), fc.nat(255))
    .map(([n, byte]) => new Uint8Array(n).fill(byte)),
);

const revision = fc.nat(12);
const relation = fc.constantFrom<Relation>('=', '!=', '<', '>');

const condition: fc.Arbitrary<Condition | null> = fc.oneof(
  fc.constant(null),
  fc.constantFrom<Condition>({ kind: 'absent' }, { kind: 'exists' }),
  fc.record({ kind: fc.constantFrom('revision' as const, 'not-revision' as const), revision }),
);

export const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    key,
    value,
    ttl: fc.oneof(fc.constantFrom(null, 'keep' as const), fc.integer({ min: 1, max: 40 })),
    condition,
    returnPrevious: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('delete' as const), key, condition, returnPrevious: fc.boolean() }),
  fc.record({
    kind: fc.constant('increment' as const),
    key,
    delta: fc.oneof(fc.constantFrom(1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)), fc.bigInt(-9n, 9n)),
  }),
  fc.record({ kind: fc.constant('append' as const), key, value }),
  fc.record({
    kind: fc.constant('expire' as const),
    key,
    ttlMs: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 40 })),
  }),
  fc.record({ kind: fc.constant('get' as const), key }),
);

export const compare: fc.Arbitrary<Compare> = fc.oneof(
  fc.record({ target: fc.constant('value' as const), key, relation, value }),
  fc.record({
    target: fc.constantFrom('revision' as const, 'createRevision' as const),
    key,
    relation,
    revision,
  }),
  fc.record({ target: fc.constant('exists' as const), key, exists: fc.boolean() }),
);

/** Which of the sessions opened so far, counted from the newest, and the sequence number. */
const picked = fc.record({ back: fc.nat(3), sequence: fc.integer({ min: 1, max: 6 }) });
export const sessionPick = fc.option(picked, { freq: 2 });

export type SessionPick = { readonly back: number; readonly sequence: number } | null;

/** One entry of a log. `passMs`: how far the leader's clock moved. */
export type Step = { readonly passMs: number } & (
  | { readonly kind: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Uint8Array }
  | { readonly kind: 'batch'; readonly ops: readonly Op[]; readonly session: SessionPick }
  | {
      readonly kind: 'txn';
      readonly compares: readonly Compare[];
      readonly success: readonly Op[];
      readonly failure: readonly Op[];
      readonly session: SessionPick;
    }
  /** Passed on with a head before it: a put, a delete where `value` is null, else these steps. */
  | {
      readonly kind: 'once';
      readonly within:
        | { readonly key: Uint8Array; readonly value: Uint8Array | null; readonly ops: null }
        | { readonly ops: readonly Op[] };
      readonly session: NonNullable<SessionPick>;
      /** How far behind the sequence number the newest settled one is. */
      readonly distance: number;
    }
  | { readonly kind: 'open-session' | 'expire-due' | 'no-op' | 'membership' }
);

const passMs = fc.nat(30);
const ops = fc.array(op, { maxLength: 4 });

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), passMs, key, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), passMs, key }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('batch' as const), passMs, ops, session: sessionPick }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('txn' as const),
      passMs,
      compares: fc.array(compare, { maxLength: 3 }),
      success: ops,
      failure: ops,
      session: sessionPick,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('once' as const),
      passMs,
      within: fc.oneof(
        fc.record({ key, value: fc.option(value), ops: fc.constant(null) }),
        fc.record({ ops }),
      ),
      session: picked,
      distance: fc.nat(6),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'open-session' as const,
        'expire-due' as const,
        'no-op' as const,
        'membership' as const,
      ),
      passMs,
    }),
  },
);

/** So low that they are met. */
export const LIMITS: CommandLimits = { valueBytesMax: 1030, sessionsMax: 3, sessionAnswersMax: 3 };
