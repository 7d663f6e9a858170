/** What went wrong: the tool or endpoint is missing or refused; the capture broke; what it gave is not in its format. */
export type ProbeErrorCode =
  | 'STRATA_PROBE_UNAVAILABLE'
  | 'STRATA_PROBE_FAILED'
  | 'STRATA_PROBE_OUTPUT_INVALID';

/** A probe could not do its work. The message says what to do; the observed process is unharmed. */
export class ProbeError extends Error {
  readonly code: ProbeErrorCode;

  constructor(code: ProbeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProbeError';
    this.code = code;
  }
}
