/**
 * What a follower and the leader say to each other about a forwarded request. A command travels as it will stand in the log, a read as a byte
 * for its consistency and the key or the query; answers are a status byte, then a result or a coded error.
 */
import { type ErrorDetails, isErrorCode, StrataError } from '../errors.js';
import type { Consistency, ReadResult } from '../ports/key-value-service.js';
import { decodeQuery, decodeQueryResult, encodeQuery, encodeQueryResult } from '../state/query-codec.js';
import { decodeCommandResult, encodeCommandResult } from '../state/result-codec.js';
import { valueBytes } from '../state/value.js';
import type { CommandResult, Query, QueryResult } from '../state/vocabulary.js';

export const FORWARD_COMMAND = 'kv.command';
export const FORWARD_READ = 'kv.read';
export const FORWARD_QUERY = 'kv.query';

const Status = { Error: 0, ReadFound: 2, ReadAbsent: 3, Command: 4, Query: 5 } as const;
/** Stale reads do not travel: a node answers them from its own state. */
const CONSISTENCIES: readonly Consistency[] = ['linearizable', 'lease'];
const READ_HEADER_BYTES = 25;
/** Stands for a key that does not expire. */
const NO_TTL = -1;
const ERROR_BYTES_MAX = 65_536;

export interface ForwardedRead {
  readonly consistency: Consistency;
  readonly key: Uint8Array;
}

export interface ForwardedQuery {
  readonly consistency: Consistency;
  readonly query: Query;
}

// Requests

export function encodeRead(key: Uint8Array, consistency: Consistency): Uint8Array {
  return tagged(CONSISTENCIES.indexOf(consistency), key);
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeRead(data: Uint8Array): ForwardedRead {
  if (data.length < 2) throw malformed('read', data);
  return { consistency: consistencyOf(data), key: data.subarray(1) };
}

export function encodeForwardedQuery(query: Query, consistency: Consistency): Uint8Array {
  return tagged(CONSISTENCIES.indexOf(consistency), encodeQuery(query));
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeForwardedQuery(data: Uint8Array): ForwardedQuery {
  if (data.length < 2) throw malformed('query', data);
  return { consistency: consistencyOf(data), query: decodeQuery(data.subarray(1)) };
}

function consistencyOf(data: Uint8Array): Consistency {
  const consistency = CONSISTENCIES[data[0]!];
  if (consistency === undefined) throw malformed('consistency', data);
  return consistency;
}

// Answers; the decoders throw the error that an answer carries

export function encodeReadResult({ value, revision, ttlMs, appliedIndex }: ReadResult): Uint8Array {
  const bytes = value === null ? null : valueBytes(value);
  const data = new Uint8Array(READ_HEADER_BYTES + (bytes?.length ?? 0));
  data[0] = bytes === null ? Status.ReadAbsent : Status.ReadFound;
  const fields = view(data);
  fields.setFloat64(1, revision);
  fields.setFloat64(9, appliedIndex);
  fields.setFloat64(17, ttlMs ?? NO_TTL);
  if (bytes !== null) data.set(bytes, READ_HEADER_BYTES);
  return data;
}

export function decodeReadResult(data: Uint8Array): ReadResult {
  throwIfError(data);
  const isFound = data[0] === Status.ReadFound;
  if ((!isFound && data[0] !== Status.ReadAbsent) || data.length < READ_HEADER_BYTES)
    throw malformed('answer', data);
  const ttlMs = view(data).getFloat64(17);
  return {
    value: isFound ? data.subarray(READ_HEADER_BYTES) : null,
    revision: numberAt(data, 1),
    appliedIndex: numberAt(data, 9),
    ttlMs: ttlMs === NO_TTL ? null : numberAt(data, 17),
  };
}

export function encodeCommandAnswer(result: CommandResult): Uint8Array {
  return tagged(Status.Command, encodeCommandResult(result));
}

export function decodeCommandAnswer(data: Uint8Array): CommandResult {
  throwIfError(data);
  if (data[0] !== Status.Command) throw malformed('answer', data);
  return decodeCommandResult(data.subarray(1));
}

export function encodeQueryAnswer(result: QueryResult): Uint8Array {
  return tagged(Status.Query, encodeQueryResult(result));
}

export function decodeQueryAnswer(data: Uint8Array): QueryResult {
  throwIfError(data);
  if (data[0] !== Status.Query) throw malformed('answer', data);
  return decodeQueryResult(data.subarray(1));
}

export function encodeError(error: Error): Uint8Array {
  const coded =
    error instanceof StrataError ? error : new StrataError('STRATA_INTERNAL', { reason: error.message });
  const text = new TextEncoder().encode(JSON.stringify({ code: coded.code, details: coded.details }));
  return tagged(Status.Error, text);
}

function throwIfError(data: Uint8Array): void {
  if (data.length > 0 && data[0] !== Status.Error) return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(data.subarray(1, ERROR_BYTES_MAX)));
  } catch {
    throw malformed('answer', data);
  }
  const { code, details } = (parsed ?? {}) as { readonly code?: unknown; readonly details?: unknown };
  if (typeof code !== 'string' || !isErrorCode(code)) throw malformed('answer', data);
  throw new StrataError(code, detailsOf(details));
}

function detailsOf(details: unknown): ErrorDetails {
  if (typeof details !== 'object' || details === null) return {};
  const known = Object.entries(details).filter(
    ([, value]) => typeof value === 'string' || Number.isFinite(value),
  );
  return Object.fromEntries(known) as ErrorDetails;
}

/** Revisions, indexes and times are whole numbers from 0 on. */
function numberAt(data: Uint8Array, at: number): number {
  const value = view(data).getFloat64(at);
  if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) throw malformed('number', data);
  return value;
}

function tagged(tag: number, bytes: Uint8Array): Uint8Array {
  const data = new Uint8Array(1 + bytes.length);
  data[0] = tag;
  data.set(bytes, 1);
  return data;
}

function malformed(what: string, data: Uint8Array): StrataError {
  return new StrataError('STRATA_FRAME_INVALID', {
    reason: `forwarded ${what} of ${data.length} bytes that begin with ${data[0] ?? 'nothing'}`,
  });
}

function view(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
