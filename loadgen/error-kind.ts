/**
 * Names what became of a request, null for an answer that is in order: 200 and 201 to a write, 200 and 404 to a read (a
 * missing key is an answer). Everything else is an error of a kind that a report can count.
 */
export function answerErrorKind(isRead: boolean, status: number): string | null {
  if (status === 200 || status === (isRead ? 404 : 201)) return null;
  return `http_${status}`;
}

const KINDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect_refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_CLOSED: 'closed',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'name_unknown',
  EAI_AGAIN: 'name_unknown',
  EMFILE: 'files_exhausted',
  ENFILE: 'files_exhausted',
  EADDRNOTAVAIL: 'ports_exhausted',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'malformed',
  UND_ERR_HEADERS_OVERFLOW: 'malformed',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'malformed',
};

/** Passed to `abort` by the generator itself, so that its own doing is told from the server's. */
export class RequestTimeoutError extends Error {
  readonly code = 'STRATA_LOAD_TIMEOUT';
}
export class RunEndedError extends Error {
  readonly code = 'STRATA_LOAD_ENDED';
}

export function connectionErrorKind(error: Error): string {
  if (error instanceof RequestTimeoutError) return 'timeout';
  if (error instanceof RunEndedError) return 'run_ended';
  // Several addresses were tried (localhost): the first refusal names the kind.
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  const code = (first ?? error) as { code?: unknown };
  if (typeof code.code !== 'string') return 'other';
  if (code.code.startsWith('HPE_')) return 'malformed';
  return KINDS[code.code] ?? code.code.toLowerCase();
}

/**
 * True when another target may answer where this one did not: it is down, not the leader, or has none. 429 is not among
 * them: an overloaded cluster gains nothing from clients that wander.
 */
export function isWorthAnotherTarget(kind: string): boolean {
  return !(kind.startsWith('http_') && kind !== 'http_503' && kind !== 'http_421' && kind !== 'http_504');
}
