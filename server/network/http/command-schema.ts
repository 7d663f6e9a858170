import { z } from 'zod';
import { ttlMsMax } from '../limits.js';
import { textEncodings } from './text-encoding.js';

/** The JSON of `/batch` and `/txn`. Keys and values are texts in the document's `encoding`; `command-reader.ts` turns them into bytes. */

const key = z.string();
const value = z.string();
const revision = z.int().min(1);
const ttlMs = z.int().min(1).max(ttlMsMax).or(z.literal('keep')).nullable().default(null);

const condition = z
  .union([
    z.enum(['absent', 'exists']),
    z.strictObject({ revision }),
    z.strictObject({ notRevision: revision }),
  ])
  .nullable()
  .default(null);

const op = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('put'),
    key,
    value,
    ttlMs,
    if: condition,
    previous: z.boolean().default(false),
  }),
  z.strictObject({ op: z.literal('delete'), key, if: condition, previous: z.boolean().default(false) }),
  /** A delta beyond 2^53 is written as text. */
  z.strictObject({
    op: z.literal('increment'),
    key,
    delta: z
      .int()
      .or(z.string().regex(/^(?:0|-?[1-9]\d{0,18})$/))
      .default(1),
  }),
  z.strictObject({ op: z.literal('append'), key, value }),
  z.strictObject({ op: z.literal('expire'), key, ttlMs: z.int().min(0).max(ttlMsMax).nullable() }),
  z.strictObject({ op: z.literal('get'), key }),
]);

const relation = z.enum(['=', '!=', '<', '>']).default('=');

const compare = z.discriminatedUnion('target', [
  z.strictObject({ target: z.literal('value'), key, relation, value }),
  z.strictObject({ target: z.literal('revision'), key, relation, revision: z.int().min(0) }),
  z.strictObject({ target: z.literal('createRevision'), key, relation, revision: z.int().min(0) }),
  z.strictObject({ target: z.literal('exists'), key, exists: z.boolean() }),
]);

const encoding = z.enum(textEncodings).default('base64');

export const batchSchema = z.strictObject({ encoding, ops: z.array(op).min(1) });
export const txnSchema = z.strictObject({
  encoding,
  compare: z.array(compare).default([]),
  success: z.array(op).default([]),
  failure: z.array(op).default([]),
});

export type OpDocument = z.infer<typeof op>;
export type ConditionDocument = z.infer<typeof condition>;
export type CompareDocument = z.infer<typeof compare>;
