/**
 * Error codes that say of a write: it did not take effect and will not. They are the server's published contract (server/ERRORS.md); whoever is not
 * on this list may have taken effect. A history that called such a write failed would find a defect where there is none, so there is no guessing from
 * the status: 503 stands for both.
 */
export const CERTAIN_REFUSALS: ReadonlySet<string> = new Set([
  'STRATA_KEY_EMPTY',
  'STRATA_KEY_TOO_LONG',
  'STRATA_KEY_BAD_ENCODING',
  'STRATA_QUERY_INVALID',
  'STRATA_HEADER_INVALID',
  'STRATA_BODY_TOO_LARGE',
  'STRATA_HEADERS_TOO_LARGE',
  'STRATA_REQUEST_MALFORMED',
  'STRATA_REQUEST_TIMEOUT',
  'STRATA_METHOD_NOT_ALLOWED',
  'STRATA_CONDITION_FAILED',
  'STRATA_VALUE_TOO_LARGE',
  'STRATA_UNAUTHENTICATED',
  'STRATA_FORBIDDEN',
  'STRATA_NO_LEADER',
  'STRATA_NOT_LEADER',
  'STRATA_PROPOSAL_DROPPED',
  'STRATA_PEER_UNREACHABLE',
  'STRATA_OVERLOADED',
  'STRATA_OVERLOADED_BYTES',
  'STRATA_CONNECTIONS_TOO_MANY',
  'STRATA_STATE_FULL',
  'STRATA_DISK_FULL',
]);

/** True when the answer to a write proves that it has no effect. `body` is the answer's, as far as it was kept. */
export function isCertainRefusal(status: number, body: string): boolean {
  if (status < 400) return false;
  const code = codeOf(body);
  return code !== null && CERTAIN_REFUSALS.has(code);
}

/** `error.code` of `{"error":{"code":…}}`, null for anything else. */
function codeOf(body: string): string | null {
  try {
    const document = JSON.parse(body) as { readonly error?: { readonly code?: unknown } } | null;
    const code = document?.error?.code;
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}
