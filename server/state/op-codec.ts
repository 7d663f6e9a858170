import { InvariantError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from './value.js';
import type { Compare, Condition, Op, Relation, Ttl } from './vocabulary.js';

/** How the steps and comparisons of a command are written. The numbers stay as they are: they stand in logs. */
const OpByte = { Put: 1, Delete: 2, Increment: 3, Append: 4, Expire: 5, Get: 6 } as const;
const TtlBits = { Never: 0, Keep: 1, Ms: 2 } as const;
const RETURN_PREVIOUS = 4;
const CONDITION_SHIFT = 3;
const CONDITIONS = [null, 'absent', 'exists', 'revision', 'not-revision'] as const;
const RELATIONS: readonly Relation[] = ['=', '!=', '<', '>'];
const CompareByte = { Value: 1, Revision: 2, CreateRevision: 3, Exists: 4 } as const;

/** Kind, key length, key of one byte: no step and no comparison is shorter. */
export const OP_BYTES_MIN = 3;
/** Target, relation, key length, key of one byte, operand. */
export const COMPARE_BYTES_MIN = 5;

export function writeOp(writer: ByteWriter, op: Op): void {
  switch (op.kind) {
    case 'put': {
      const ttl = op.ttl === null ? TtlBits.Never : op.ttl === 'keep' ? TtlBits.Keep : TtlBits.Ms;
      writer.byte(OpByte.Put);
      writer.byte(ttl | optionBits(op.condition, op.returnPrevious));
      // Less than a millisecond would be no time at all; 0 is how the store says "never".
      if (typeof op.ttl === 'number') writer.integer(Math.max(1, op.ttl));
      writeConditionRevision(writer, op.condition);
      writeKey(writer, op.key);
      writer.bytes(op.value);
      return;
    }
    case 'delete':
      writer.byte(OpByte.Delete);
      writer.byte(optionBits(op.condition, op.returnPrevious));
      writeConditionRevision(writer, op.condition);
      writeKey(writer, op.key);
      return;
    case 'increment':
      writer.byte(OpByte.Increment);
      writeKey(writer, op.key);
      writer.signed64(op.delta);
      return;
    case 'append':
      writer.byte(OpByte.Append);
      writeKey(writer, op.key);
      writer.bytes(op.value);
      return;
    case 'expire':
      writer.byte(OpByte.Expire);
      writer.byte(op.ttlMs === null ? 0 : 1);
      if (op.ttlMs !== null) writer.integer(Math.max(0, op.ttlMs));
      writeKey(writer, op.key);
      return;
    case 'get':
      writer.byte(OpByte.Get);
      writeKey(writer, op.key);
  }
}

/** Keys and values are views. */
export function readOp(reader: ByteReader): Op {
  const kind = reader.byte();
  switch (kind) {
    case OpByte.Put: {
      const bits = reader.byte();
      const ttl = readTtl(reader, bits & 3);
      const condition = readCondition(reader, bits >>> CONDITION_SHIFT);
      const returnPrevious = (bits & RETURN_PREVIOUS) !== 0;
      return { kind: 'put', ttl, condition, returnPrevious, key: reader.key(), value: readValueView(reader) };
    }
    case OpByte.Delete: {
      const bits = reader.byte();
      if ((bits & 3) !== 0) reader.fail('a delete with a time to live');
      const condition = readCondition(reader, bits >>> CONDITION_SHIFT);
      return {
        kind: 'delete',
        condition,
        returnPrevious: (bits & RETURN_PREVIOUS) !== 0,
        key: reader.key(),
      };
    }
    case OpByte.Increment:
      return { kind: 'increment', key: reader.key(), delta: reader.signed64() };
    case OpByte.Append:
      return { kind: 'append', key: reader.key(), value: readValueView(reader) };
    case OpByte.Expire: {
      const ttlMs = reader.choice(1, 'expire option') === 0 ? null : reader.integer();
      return { kind: 'expire', ttlMs, key: reader.key() };
    }
    case OpByte.Get:
      return { kind: 'get', key: reader.key() };
    default:
      return reader.fail(`step of kind ${kind}`);
  }
}

export function writeCompare(writer: ByteWriter, compare: Compare): void {
  switch (compare.target) {
    case 'value':
      writer.byte(CompareByte.Value);
      writer.byte(RELATIONS.indexOf(compare.relation));
      writeKey(writer, compare.key);
      writer.bytes(compare.value);
      return;
    case 'revision':
    case 'createRevision':
      writer.byte(compare.target === 'revision' ? CompareByte.Revision : CompareByte.CreateRevision);
      writer.byte(RELATIONS.indexOf(compare.relation));
      writeKey(writer, compare.key);
      writer.integer(compare.revision);
      return;
    case 'exists':
      writer.byte(CompareByte.Exists);
      writer.byte(0);
      writeKey(writer, compare.key);
      writer.byte(compare.exists ? 1 : 0);
  }
}

export function readCompare(reader: ByteReader): Compare {
  const target = reader.byte();
  const relation = RELATIONS[reader.choice(RELATIONS.length - 1, 'relation')]!;
  switch (target) {
    case CompareByte.Value:
      return { target: 'value', relation, key: reader.key(), value: readValueView(reader) };
    case CompareByte.Revision:
      return { target: 'revision', relation, key: reader.key(), revision: reader.integer() };
    case CompareByte.CreateRevision:
      return { target: 'createRevision', relation, key: reader.key(), revision: reader.integer() };
    case CompareByte.Exists:
      if (relation !== '=') reader.fail('a comparison of existence with a relation');
      return { target: 'exists', key: reader.key(), exists: reader.choice(1, 'existence') === 1 };
    default:
      return reader.fail(`comparison of kind ${target}`);
  }
}

export function checkKey(key: Uint8Array): void {
  if (key.length === 0 || key.length > KEY_BYTES_MAX)
    throw new InvariantError(`key of ${key.length} bytes, 1 to ${KEY_BYTES_MAX} fit`);
}

function writeKey(writer: ByteWriter, key: Uint8Array): void {
  checkKey(key);
  writer.bytes(key);
}

function readValueView(reader: ByteReader): Uint8Array {
  return reader.bytes(VALUE_BYTES_MAX, 'value');
}

function optionBits(condition: Condition | null, returnPrevious: boolean): number {
  const at = condition === null ? 0 : CONDITIONS.indexOf(condition.kind);
  return (at << CONDITION_SHIFT) | (returnPrevious ? RETURN_PREVIOUS : 0);
}

function writeConditionRevision(writer: ByteWriter, condition: Condition | null): void {
  if (condition !== null && (condition.kind === 'revision' || condition.kind === 'not-revision'))
    writer.integer(condition.revision);
}

function readCondition(reader: ByteReader, at: number): Condition | null {
  if (at >= CONDITIONS.length) return reader.fail(`condition of kind ${at}`);
  const kind = CONDITIONS[at]!;
  if (kind === null) return null;
  if (kind === 'absent' || kind === 'exists') return { kind };
  return { kind, revision: reader.integer() };
}

function readTtl(reader: ByteReader, bits: number): Ttl {
  if (bits === TtlBits.Never) return null;
  if (bits === TtlBits.Keep) return 'keep';
  if (bits === TtlBits.Ms) return reader.positive('time to live');
  return reader.fail('an unknown kind of time to live');
}
