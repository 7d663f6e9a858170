/**
 * A command is what a log entry carries. Bytes, not JSON: the same encoding goes to disk and to the followers.
 *
 * Plain put and delete, the hot path: operation (1 byte), key length (2 bytes, big-endian), key, value.
 * All others: operation (1 byte), the leader's clock in milliseconds (6 bytes, big-endian), fields.
 * `once-codec.ts` puts a head before either.
 */
import { InvariantError, StrataError } from '../errors.js';
import { ByteReader, readStamp } from './byte-reader.js';
import { ByteWriter, writeStamp } from './byte-writer.js';
import { ONCE, ONCE_HEAD_BYTES, type OnceRef, readOnceHead } from './once-codec.js';
import {
  COMPARE_BYTES_MIN,
  checkKey,
  OP_BYTES_MIN,
  readCompare,
  readOp,
  writeCompare,
  writeOp,
} from './op-codec.js';
import { allocate } from './slab.js';
import type { Command, Compare, Op, SessionRef } from './vocabulary.js';

/** The numbers stay as they are: they stand in logs. */
export const Operation = {
  Put: 1,
  Delete: 2,
  Batch: 3,
  Txn: 4,
  OpenSession: 5,
  ExpireDue: 6,
  RegisterStorage: 7,
  Once: ONCE,
} as const;
export type Operation = (typeof Operation)[keyof typeof Operation];

/**
 * Limits that decide what a command does. They travel with it: were each replica to take them from its own configuration, two with
 * different ones would drift apart.
 */
export interface CommandLimits {
  /** An append beyond it is refused. */
  readonly valueBytesMax: number;
  /** Sessions kept when another one is opened. */
  readonly sessionsMax: number;
  /** Answers kept per session. */
  readonly sessionAnswersMax: number;
}

/** A command with what only the log says of it. */
export interface LoggedCommand {
  readonly command: Command;
  /** The leader's clock; 0 for a plain put or delete, which carries none. */
  readonly clockMs: number;
  /** What does not matter for this command is 0. */
  readonly limits: CommandLimits;
  /** Of a command that was passed on with a head before it; its session is the command's then. */
  readonly once: OnceRef | null;
}

export const PLAIN_HEADER_BYTES = 3;
export const STORAGE_ID_BYTES_MAX = 128;
/** Steps in one list, comparisons in one command: without a bound a few bytes each would become a hundred times as many in memory. */
export const OPS_MAX = 65_536;

export function encodePut(key: Uint8Array, value: Uint8Array): Uint8Array {
  const data = encodePlain(Operation.Put, key, value.length);
  data.set(value, PLAIN_HEADER_BYTES + key.length);
  return data;
}

export function encodeDelete(key: Uint8Array): Uint8Array {
  return encodePlain(Operation.Delete, key, 0);
}

function encodePlain(operation: Operation, key: Uint8Array, valueBytes: number): Uint8Array {
  checkKey(key);
  const data = allocate(PLAIN_HEADER_BYTES + key.length + valueBytes);
  data[0] = operation;
  data[1] = key.length >>> 8;
  data[2] = key.length & 0xff;
  data.set(key, PLAIN_HEADER_BYTES);
  return data;
}

const scratch = new ByteWriter();

/** `clockMs`: the leader's cluster time, a whole number; a node that passes the command on writes 0 and the leader stamps it. */
export function encodeCommand(command: Command, clockMs: number, limits: CommandLimits): Uint8Array {
  scratch.clear();
  switch (command.kind) {
    case 'batch':
      writeHeader(Operation.Batch, clockMs);
      writeRequest(command.session, limits);
      writeOps(command.ops);
      break;
    case 'txn':
      writeHeader(Operation.Txn, clockMs);
      writeRequest(command.session, limits);
      checkCount(command.compares.length);
      scratch.integer(command.compares.length);
      for (const compare of command.compares) writeCompare(scratch, compare);
      writeOps(command.success);
      writeOps(command.failure);
      break;
    case 'open-session':
      writeHeader(Operation.OpenSession, clockMs);
      scratch.positive(limits.sessionsMax);
      break;
    case 'expire-due':
      writeHeader(Operation.ExpireDue, clockMs);
      break;
    case 'register-storage':
      writeHeader(Operation.RegisterStorage, clockMs);
      scratch.positive(command.node);
      scratch.utf8(command.storageId);
  }
  const data = allocate(scratch.length);
  scratch.drainInto(data);
  return data;
}

/** Puts the leader's clock into a command that another node encoded. `data` must be the caller's own; a plain command carries no clock. */
export function stampCommand(data: Uint8Array, clockMs: number): void {
  const start = data[0] === Operation.Once ? ONCE_HEAD_BYTES : 0;
  if (data[start]! > Operation.Delete) writeStamp(data, start + 1, clockMs);
}

/**
 * The time of the leader that stamped a command of the log; null for one that carries none. A registration has but the time of the state that it is
 * proposed to.
 */
export function stampOf(data: Uint8Array): number | null {
  const start = data[0] === Operation.Once ? ONCE_HEAD_BYTES : 0;
  const operation = data[start] ?? 0;
  if (operation <= Operation.Delete || operation === Operation.RegisterStorage) return null;
  return readStamp(data, start + 1);
}

function writeHeader(operation: Operation, clockMs: number): void {
  scratch.byte(operation);
  scratch.stamp(clockMs);
}

function writeRequest(session: SessionRef | null, limits: CommandLimits): void {
  scratch.integer(limits.valueBytesMax);
  scratch.byte(session === null ? 0 : 1);
  if (session === null) return;
  scratch.positive(session.session);
  scratch.positive(session.sequence);
  scratch.positive(limits.sessionAnswersMax);
}

function writeOps(ops: readonly Op[]): void {
  checkCount(ops.length);
  scratch.integer(ops.length);
  for (const op of ops) writeOp(scratch, op);
}

function checkCount(count: number): void {
  if (count > OPS_MAX) throw new InvariantError(`${count} steps or comparisons, at most ${OPS_MAX} fit`);
}

/** Keys and values are views of `data`. Data that no encoder of this project wrote means a damaged log: it crashes. */
export function decodeCommand(data: Uint8Array): LoggedCommand {
  try {
    return readCommand(data);
  } catch (error) {
    if (!(error instanceof StrataError)) throw error;
    throw new InvariantError(`command of ${data.length} bytes in the log: ${error.details.reason}`);
  }
}

/** Whether `data`, which may come from outside, is a command that `decodeCommand` accepts. */
export function isCommand(data: Uint8Array): boolean {
  const operation = data[0];
  if (operation === Operation.Put || operation === Operation.Delete) return plainKeyEnd(data) > 0;
  try {
    readCommand(data);
    return true;
  } catch (error) {
    if (error instanceof StrataError) return false;
    throw error;
  }
}

/** Where the key of the plain command that begins at `start` ends and the value begins; 0 when it is none. */
export function plainKeyEnd(data: Uint8Array, start = 0): number {
  const keyStart = start + PLAIN_HEADER_BYTES;
  if (data.length <= keyStart) return 0;
  const keyEnd = keyStart + ((data[start + 1]! << 8) | data[start + 2]!);
  if (keyEnd === keyStart || keyEnd > data.length) return 0;
  return data[start] === Operation.Delete && keyEnd !== data.length ? 0 : keyEnd;
}

const NO_LIMITS: CommandLimits = { valueBytesMax: 0, sessionsMax: 0, sessionAnswersMax: 0 };

function readCommand(data: Uint8Array): LoggedCommand {
  const operation = data[0];
  if (operation === Operation.Put || operation === Operation.Delete) return readPlain(data);
  if (operation === Operation.Once) return readOnce(data);
  const reader = new ByteReader(data);
  reader.byte();
  const clockMs = reader.stamp();
  const logged = readFields(reader, operation!, clockMs);
  reader.finish();
  return logged;
}

/** As if the command within had asked for a session itself. */
function readOnce(data: Uint8Array): LoggedCommand {
  const reader = new ByteReader(data);
  reader.byte();
  const once = readOnceHead(reader);
  const { session, sequence } = once;
  if (data[ONCE_HEAD_BYTES] === Operation.Once) reader.fail('a head before a head');
  const { command, clockMs, limits } = readCommand(data.subarray(ONCE_HEAD_BYTES));
  if ((command.kind !== 'batch' && command.kind !== 'txn') || command.session !== null)
    return reader.fail(`a head before ${command.kind}, or before another session`);
  return { command: { ...command, session: { session, sequence } }, clockMs, limits, once };
}

function readPlain(data: Uint8Array): LoggedCommand {
  const keyEnd = plainKeyEnd(data);
  if (keyEnd === 0)
    throw new StrataError('STRATA_FRAME_INVALID', { reason: 'a plain command without a whole key' });
  const key = data.subarray(PLAIN_HEADER_BYTES, keyEnd);
  const op: Op =
    data[0] === Operation.Put
      ? {
          kind: 'put',
          key,
          value: data.subarray(keyEnd),
          ttl: null,
          condition: null,
          returnPrevious: false,
        }
      : { kind: 'delete', key, condition: null, returnPrevious: false };
  return { command: { kind: 'batch', ops: [op], session: null }, clockMs: 0, limits: NO_LIMITS, once: null };
}

function readFields(reader: ByteReader, operation: number, clockMs: number): LoggedCommand {
  switch (operation) {
    case Operation.Batch: {
      const { session, limits } = readRequest(reader);
      return { command: { kind: 'batch', session, ops: readOps(reader) }, clockMs, limits, once: null };
    }
    case Operation.Txn: {
      const { session, limits } = readRequest(reader);
      const compares: Compare[] = [];
      for (let left = reader.count(OPS_MAX, COMPARE_BYTES_MIN); left > 0; left--)
        compares.push(readCompare(reader));
      const success = readOps(reader);
      return {
        command: { kind: 'txn', session, compares, success, failure: readOps(reader) },
        clockMs,
        limits,
        once: null,
      };
    }
    case Operation.OpenSession: {
      const limits = { ...NO_LIMITS, sessionsMax: reader.positive('number of sessions') };
      return { command: { kind: 'open-session' }, clockMs, limits, once: null };
    }
    case Operation.ExpireDue:
      return { command: { kind: 'expire-due' }, clockMs, limits: NO_LIMITS, once: null };
    case Operation.RegisterStorage: {
      const node = reader.positive('node id');
      const storageId = reader.utf8(STORAGE_ID_BYTES_MAX, 'storage id');
      if (storageId.length === 0) reader.fail('an empty storage id');
      return {
        command: { kind: 'register-storage', node, storageId },
        clockMs,
        limits: NO_LIMITS,
        once: null,
      };
    }
    default:
      return reader.fail(`operation ${operation}`);
  }
}

function readRequest(reader: ByteReader): { session: SessionRef | null; limits: CommandLimits } {
  const valueBytesMax = reader.integer();
  if (reader.choice(1, 'session option') === 0)
    return { session: null, limits: { ...NO_LIMITS, valueBytesMax } };
  const session = { session: reader.positive('session'), sequence: reader.positive('sequence number') };
  const sessionAnswersMax = reader.positive('number of answers');
  return { session, limits: { valueBytesMax, sessionsMax: 0, sessionAnswersMax } };
}

function readOps(reader: ByteReader): Op[] {
  const ops: Op[] = [];
  for (let left = reader.count(OPS_MAX, OP_BYTES_MIN); left > 0; left--) ops.push(readOp(reader));
  return ops;
}
