export type LoadErrorCode =
  /** An option cannot be carried out; the message names it, its value and its rule. */
  | 'STRATA_LOAD_OPTIONS'
  /** Not one connection could be made to any target. */
  | 'STRATA_LOAD_UNREACHABLE'
  /** A worker thread ended before its result. */
  | 'STRATA_LOAD_WORKER';

/** The load could not be run at all. What goes wrong with single requests is counted in the result instead. */
export class LoadError extends Error {
  readonly code: LoadErrorCode;

  constructor(code: LoadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LoadError';
    this.code = code;
  }
}
