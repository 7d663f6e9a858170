/** Answers of commands as bytes: for the node that passed a command on, and for the session table in a snapshot. */
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { OPS_MAX } from './command-codec.js';
import type { CommandResult, OpResult, OpStatus } from './vocabulary.js';

const STATUSES: readonly OpStatus[] = ['ok', 'condition-failed', 'not-an-integer', 'overflow', 'too-large'];
const FAULTS: readonly CommandResult['sessionFault'][] = [null, 'expired', 'stale'];
const CHANGED = 1;
const HAS_VALUE = 2;
/** Status, bits, revision, count. */
const OP_RESULT_BYTES_MIN = 4;

export function encodeCommandResult(result: CommandResult): Uint8Array {
  const writer = new ByteWriter(commandResultBytes(result));
  writeCommandResult(writer, result);
  return writer.take();
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeCommandResult(data: Uint8Array): CommandResult {
  const reader = new ByteReader(data);
  const result = readCommandResult(reader);
  reader.finish();
  return result;
}

/** At least as many bytes as its encoding has. Ask before an answer is encoded that might be too large for a frame. */
export function commandResultBytes(result: CommandResult): number {
  let bytes = 32;
  for (const { value } of result.results) bytes += 32 + (value === null ? 0 : value.length);
  return bytes;
}

export function writeCommandResult(writer: ByteWriter, result: CommandResult): void {
  writer.integer(result.revision);
  writer.byte(result.succeeded ? 1 : 0);
  writer.integer(result.session);
  writer.byte(FAULTS.indexOf(result.sessionFault));
  writer.integer(result.results.length);
  for (const each of result.results) writeOpResult(writer, each);
}

export function readCommandResult(reader: ByteReader): CommandResult {
  const revision = reader.integer();
  const succeeded = reader.choice(1, 'success') === 1;
  const session = reader.integer();
  const sessionFault = FAULTS[reader.choice(FAULTS.length - 1, 'session fault')]!;
  const results: OpResult[] = [];
  for (let left = reader.count(OPS_MAX, OP_RESULT_BYTES_MIN); left > 0; left--)
    results.push(readOpResult(reader));
  return { revision, succeeded, results, session, sessionFault };
}

function writeOpResult(writer: ByteWriter, result: OpResult): void {
  writer.byte(STATUSES.indexOf(result.status));
  writer.byte((result.changed ? CHANGED : 0) | (result.value !== null ? HAS_VALUE : 0));
  writer.integer(result.revision);
  writer.integer(result.count);
  if (result.value !== null) writer.value(result.value);
}

function readOpResult(reader: ByteReader): OpResult {
  const status = STATUSES[reader.choice(STATUSES.length - 1, 'status')]!;
  const bits = reader.choice(CHANGED | HAS_VALUE, 'result bits');
  const revision = reader.integer();
  const count = reader.integer();
  const value = (bits & HAS_VALUE) !== 0 ? reader.value() : null;
  return { status, changed: (bits & CHANGED) !== 0, value, revision, count };
}
