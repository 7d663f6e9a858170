import { type ErrorCode, isErrorCode } from '../../../server/errors.js';

/** `fail`: it certainly had no effect and never will. `info`: nobody can tell. */
export type Outcome = 'ok' | 'fail' | 'info';

/** What came back of one request, or did not. */
export type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly etag: string | null }
  /** Not a byte of the request was sent. */
  | { readonly kind: 'unsent' }
  /** No whole answer: the connection broke, or the time was over. */
  | { readonly kind: 'lost' };

/** `server/ERRORS.md`: after these the outcome of a write is unknown; every other error promises that it had no effect. */
const UNKNOWN: ReadonlySet<ErrorCode> = new Set([
  'STRATA_LEADERSHIP_LOST',
  'STRATA_TIMEOUT',
  'STRATA_PEER_LOST',
  'STRATA_SHUTTING_DOWN',
  'STRATA_INTERNAL',
]);

/** What a write came to. The product is held to its promise: an error that it calls certain counts as one. */
export function writeOutcome(reply: Reply): Outcome {
  if (reply.kind === 'unsent') return 'fail';
  if (reply.kind === 'lost') return 'info';
  if (reply.status < 300) return 'ok';
  const code = codeOf(reply.body);
  return code === null || UNKNOWN.has(code) ? 'info' : 'fail';
}

/** A read changes nothing: what was not answered did not happen. */
export function readOutcome(reply: Reply): Outcome {
  if (reply.kind !== 'answer') return 'fail';
  return reply.status === 200 || isAbsent(reply) ? 'ok' : 'fail';
}

export function isAbsent(reply: Reply): boolean {
  return reply.kind === 'answer' && reply.status === 404 && codeOf(reply.body) === 'STRATA_KEY_NOT_FOUND';
}

function codeOf(body: string): ErrorCode | null {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown } };
    return typeof error?.code === 'string' && isErrorCode(error.code) ? error.code : null;
  } catch {
    return null;
  }
}
