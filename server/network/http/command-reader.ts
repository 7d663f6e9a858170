import type { z } from 'zod';
import { StrataError } from '../../errors.js';
import type { Command, Compare, Condition, Op, SessionRef } from '../../state/vocabulary.js';
import type { Limits } from '../limits.js';
import {
  batchSchema,
  type CompareDocument,
  type ConditionDocument,
  type OpDocument,
  txnSchema,
} from './command-schema.js';
import { jsonInvalid, parseStrictJson } from './strict-json.js';
import { parseText, type TextEncoding } from './text-encoding.js';

/** A document, its list, a step, its condition: nothing is nested deeper. */
const depthMax = 4;
/** Names and values that one step or comparison takes at most. */
const elementsPerStep = 20;
const int64Max = 2n ** 63n - 1n;

export interface ReadCommand {
  readonly command: Extract<Command, { kind: 'batch' | 'txn' }>;
  readonly encoding: TextEncoding;
}

/** Reads the bodies of `/batch` and `/txn`. @throws StrataError STRATA_COMMAND_INVALID, STRATA_COMMAND_TOO_LARGE, STRATA_KEY_EMPTY, ... */
export class CommandReader {
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Base64 and escapes make a document longer than the bytes in it. */
  get bodyBytesMax(): number {
    return 2 * this.#limits.commandBytesMax + 65_536;
  }

  batch(body: Uint8Array, session: SessionRef | null): ReadCommand {
    const { encoding, ops } = this.#document(body, batchSchema);
    this.#checkSteps(ops.length);
    const texts = new TextReader(this.#limits, encoding);
    return { command: { kind: 'batch', ops: ops.map((op) => opOf(op, texts)), session }, encoding };
  }

  txn(body: Uint8Array, session: SessionRef | null): ReadCommand {
    const { encoding, compare, success, failure } = this.#document(body, txnSchema);
    this.#checkSteps(compare.length + success.length + failure.length);
    const texts = new TextReader(this.#limits, encoding);
    const command: Command = {
      kind: 'txn',
      compares: compare.map((comparison) => compareOf(comparison, texts)),
      success: success.map((op) => opOf(op, texts)),
      failure: failure.map((op) => opOf(op, texts)),
      session,
    };
    return { command, encoding };
  }

  #document<Document>(body: Uint8Array, schema: z.ZodType<Document>): Document {
    const elementsMax = this.#limits.opsPerCommandMax * elementsPerStep + 16;
    const result = schema.safeParse(parseStrictJson(body, { depthMax, elementsMax }));
    if (result.success) return result.data;
    throw jsonInvalid(zodReason(result.error));
  }

  #checkSteps(actual: number): void {
    const limit = this.#limits.opsPerCommandMax;
    if (actual > limit) throw new StrataError('STRATA_COMMAND_TOO_LARGE', { actual, unit: 'steps', limit });
  }
}

/** Turns texts into bytes and counts them. */
class TextReader {
  readonly #limits: Limits;
  readonly #encoding: TextEncoding;
  #bytes = 0;

  constructor(limits: Limits, encoding: TextEncoding) {
    this.#limits = limits;
    this.#encoding = encoding;
  }

  key(text: string): Buffer {
    const key = this.#read(text, 'key');
    const { keyBytesMax: limit } = this.#limits;
    if (key.length === 0) throw new StrataError('STRATA_KEY_EMPTY');
    if (key.length > limit) throw new StrataError('STRATA_KEY_TOO_LONG', { actual: key.length, limit });
    return key;
  }

  value(text: string): Buffer {
    const value = this.#read(text, 'value');
    const { valueBytesMax: limit } = this.#limits;
    if (value.length > limit)
      throw new StrataError('STRATA_VALUE_TOO_LARGE', { actual: value.length, limit });
    return value;
  }

  #read(text: string, what: string): Buffer {
    const bytes = parseText(text, this.#encoding);
    if (bytes === null) {
      const shown = JSON.stringify(text.slice(0, 64));
      throw jsonInvalid(`${what} ${shown} is not ${this.#encoding === 'utf8' ? 'Unicode text' : 'base64'}`);
    }
    this.#bytes += bytes.length;
    const limit = this.#limits.commandBytesMax;
    if (this.#bytes > limit) {
      throw new StrataError('STRATA_COMMAND_TOO_LARGE', { actual: this.#bytes, unit: 'bytes', limit });
    }
    return bytes;
  }
}

function opOf(document: OpDocument, texts: TextReader): Op {
  const key = texts.key(document.key);
  switch (document.op) {
    case 'put':
      return {
        kind: 'put',
        key,
        value: texts.value(document.value),
        ttl: document.ttlMs,
        condition: conditionOf(document.if),
        returnPrevious: document.previous,
      };
    case 'delete':
      return { kind: 'delete', key, condition: conditionOf(document.if), returnPrevious: document.previous };
    case 'increment':
      return { kind: 'increment', key, delta: deltaOf(document.delta) };
    case 'append':
      return { kind: 'append', key, value: texts.value(document.value) };
    case 'expire':
      return { kind: 'expire', key, ttlMs: document.ttlMs };
    case 'get':
      return { kind: 'get', key };
  }
}

function conditionOf(document: ConditionDocument): Condition | null {
  if (document === null) return null;
  if (typeof document === 'string') return { kind: document };
  if ('revision' in document) return { kind: 'revision', revision: document.revision };
  return { kind: 'not-revision', revision: document.notRevision };
}

function deltaOf(delta: number | string): bigint {
  const value = BigInt(delta);
  if (value > int64Max || value < -int64Max - 1n) throw jsonInvalid('delta does not fit 64 bits');
  return value;
}

function compareOf(document: CompareDocument, texts: TextReader): Compare {
  const key = texts.key(document.key);
  switch (document.target) {
    case 'value':
      return { target: 'value', key, relation: document.relation, value: texts.value(document.value) };
    case 'exists':
      return { target: 'exists', key, exists: document.exists };
    default:
      return { target: document.target, key, relation: document.relation, revision: document.revision };
  }
}

/** The first thing that is wrong and where. */
export function zodReason(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const path = issue.path.join('.');
  return `${path === '' ? '' : `${path}: `}${issue.message}`.slice(0, 256);
}
