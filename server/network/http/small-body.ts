import type { z } from 'zod';
import { StrataError } from '../../errors.js';
import { zodReason } from './command-reader.js';
import { jsonInvalid, parseStrictJson } from './strict-json.js';

const limits = { depthMax: 2, elementsMax: 64 };

/** The JSON body of a request to the administration. @throws StrataError STRATA_COMMAND_INVALID, STRATA_MEMBER_INVALID */
export function parseSmallBody<Document>(body: Uint8Array, schema: z.ZodType<Document>): Document {
  const result = schema.safeParse(body.length === 0 ? {} : parseStrictJson(body, limits));
  if (result.success) return result.data;
  throw new StrataError('STRATA_MEMBER_INVALID', { reason: zodReason(result.error) });
}

/** For requests that say everything in their path: no body, or an empty object as some clients send always. */
export function checkNoBody(body: Uint8Array): void {
  if (body.length === 0) return;
  const document = parseStrictJson(body, limits);
  const isEmpty = typeof document === 'object' && document !== null && Object.keys(document).length === 0;
  if (!isEmpty) throw jsonInvalid('this request takes no body');
}
