/** Numbers that a statistic cannot be computed from; the message says which and why. */
export class InvalidNumbersError extends Error {
  readonly code = 'STRATA_NUMBERS_INVALID';
}
