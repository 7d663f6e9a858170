/**
 * What a follower and the leader say to each other about a forwarded request. Requests carry a command as the log would, or a
 * bare key for a read; answers are a status byte, then a result or a coded error.
 */
import { type ErrorDetails, isErrorCode, StrataError } from '../errors.js';
import type { ReadResult, WriteResult } from '../ports/key-value-service.js';

export const FORWARD_WRITE = 'kv.write';
export const FORWARD_READ = 'kv.read';

const Status = { Error: 0, Write: 1, ReadFound: 2, ReadAbsent: 3 } as const;
const WRITE_BYTES = 10;
const READ_HEADER_BYTES = 9;

export function encodeWriteResult(result: WriteResult): Uint8Array {
  const data = new Uint8Array(WRITE_BYTES);
  data[0] = Status.Write;
  new DataView(data.buffer).setFloat64(1, result.revision);
  data[9] = result.changed ? 1 : 0;
  return data;
}

export function encodeReadResult({ value, revision }: ReadResult): Uint8Array {
  const data = new Uint8Array(READ_HEADER_BYTES + (value?.length ?? 0));
  data[0] = value === null ? Status.ReadAbsent : Status.ReadFound;
  new DataView(data.buffer).setFloat64(1, revision);
  if (value !== null) data.set(value, READ_HEADER_BYTES);
  return data;
}

export function encodeError(error: Error): Uint8Array {
  const coded =
    error instanceof StrataError ? error : new StrataError('STRATA_INTERNAL', { reason: error.message });
  const text = new TextEncoder().encode(JSON.stringify({ code: coded.code, details: coded.details }));
  const data = new Uint8Array(1 + text.length);
  data[0] = Status.Error;
  data.set(text, 1);
  return data;
}

/** Throws the error that the answer carries. */
export function decodeWriteResult(data: Uint8Array): WriteResult {
  throwIfError(data);
  if (data[0] !== Status.Write || data.length !== WRITE_BYTES) throw malformed(data);
  return { revision: view(data).getFloat64(1), changed: data[9] === 1 };
}

export function decodeReadResult(data: Uint8Array): ReadResult {
  throwIfError(data);
  if ((data[0] !== Status.ReadFound && data[0] !== Status.ReadAbsent) || data.length < READ_HEADER_BYTES)
    throw malformed(data);
  const revision = view(data).getFloat64(1);
  return { value: data[0] === Status.ReadFound ? data.subarray(READ_HEADER_BYTES) : null, revision };
}

function throwIfError(data: Uint8Array): void {
  if (data.length > 0 && data[0] !== Status.Error) return;
  let parsed: { code?: unknown; details?: unknown };
  try {
    parsed = JSON.parse(new TextDecoder().decode(data.subarray(1))) as typeof parsed;
  } catch {
    throw malformed(data);
  }
  if (typeof parsed.code !== 'string' || !isErrorCode(parsed.code)) throw malformed(data);
  throw new StrataError(parsed.code, (parsed.details ?? {}) as ErrorDetails);
}

function malformed(data: Uint8Array): StrataError {
  return new StrataError('STRATA_FRAME_INVALID', {
    reason: `forwarded answer of ${data.length} bytes, status ${data[0] ?? 'none'}`,
  });
}

function view(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
