/**
 * Small documents that nodes send each other: JSON, bounded, and checked field by field by whoever reads them. Answers are `{ "ok": ... }` or
 * `{ "error": { "code", "details" } }`.
 */
import { type ErrorDetails, InvariantError, isErrorCode, StrataError } from '../errors.js';
import type { NodeContext } from './node-context.js';

export const DOCUMENT_BYTES_MAX = 65_536;

export type JsonObject = Readonly<Record<string, unknown>>;

export function encodeDocument(document: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

/** @throws StrataError STRATA_FRAME_INVALID */
export function decodeDocument(data: Uint8Array): JsonObject {
  if (data.length > DOCUMENT_BYTES_MAX)
    throw malformed(`a document of ${data.length} bytes, the limit is ${DOCUMENT_BYTES_MAX}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    throw malformed(`a document of ${data.length} bytes that is no JSON`);
  }
  return objectOf(parsed, 'the document');
}

export function encodeOk(result: unknown): Uint8Array {
  return encodeDocument({ ok: result });
}

export function encodeRefusal(error: Error): Uint8Array {
  const coded =
    error instanceof StrataError ? error : new StrataError('STRATA_INTERNAL', { reason: error.message });
  return encodeDocument({ error: { code: coded.code, details: coded.details } });
}

/** What the other node answered; throws the error that the answer carries. */
export function decodeAnswer(data: Uint8Array): JsonObject {
  const answer = decodeDocument(data);
  if (answer.error === undefined) return objectOf(answer.ok, 'the answer');
  const { code, details } = objectOf(answer.error, 'the error');
  if (typeof code !== 'string' || !isErrorCode(code)) throw malformed('an error without a known code');
  throw new StrataError(code, detailsOf(details));
}

export function objectOf(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(`${what} is no object`);
  return value as JsonObject;
}

/** A whole number from 0 (or `min`) that JavaScript counts exactly. Minus zero is none: it would not come out again as it went in. */
export function numberOf(value: unknown, what: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (!isWhole(value) || value < min || value > max) throw malformed(`${what} is ${shown(value)}`);
  return value;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

export function textOf(value: unknown, what: string, lengthMax: number): string {
  if (typeof value !== 'string' || value.length > lengthMax) throw malformed(`${what} is ${shown(value)}`);
  return value;
}

export function listOf(value: unknown, what: string, lengthMax: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > lengthMax) throw malformed(`${what} is ${shown(value)}`);
  return value;
}

export function malformed(reason: string): StrataError {
  return new StrataError('STRATA_FRAME_INVALID', { reason });
}

/** Asks another node; rejects with a `StrataError`. */
export async function ask(
  context: Pick<NodeContext, 'transport'>,
  to: number,
  method: string,
  payload: Uint8Array,
): Promise<JsonObject> {
  const response = await new Promise<Uint8Array>((resolve, reject) => {
    context.transport.request(to, method, payload, (error, answer) => {
      if (error !== null) reject(error);
      else if (answer === null) reject(new InvariantError(`request ${method} has neither error nor answer`));
      else resolve(answer);
    });
  });
  return decodeAnswer(response);
}

function detailsOf(value: unknown): ErrorDetails {
  if (value === undefined) return {};
  const details: Record<string, string | number> = {};
  for (const [name, detail] of Object.entries(objectOf(value, 'the details')))
    if (typeof detail === 'string' || isFiniteNumber(detail)) details[name] = detail;
  return details;
}

/** `1e999` is a number to `JSON.parse` and none to `JSON.stringify`. */
function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `a text of ${value.length} characters` : `not valid: ${typeof value}`;
}
