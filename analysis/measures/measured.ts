/**
 * A value of the run, or the reason why the run has none. The reports never print a blank: what cannot be
 * computed carries its sentence to the reader.
 */
export type Measured<Value = number> = { readonly ok: true; readonly value: Value } | Missing;

export interface Missing {
  readonly ok: false;
  readonly because: string;
  /** No probe left a capture that could hold the value. Absent: what was measured should hold it, and does not. */
  readonly notCaptured?: true;
}

export function measured<Value>(value: Value): Measured<Value> {
  return { ok: true, value };
}

/** `because` completes "not measured, because …". */
export function missing(because: string): Missing {
  return { ok: false, because };
}

/** Missing because nobody looked with a probe that would have seen it. */
export function notCaptured(because: string): Missing {
  return { ok: false, because, notCaptured: true };
}

/** Null of a schema turned into its reason. */
export function fromNullable<Value>(value: Value | null | undefined, because: string): Measured<Value> {
  return value === null || value === undefined ? missing(because) : measured(value);
}

export function map<From, To>(source: Measured<From>, change: (value: From) => To): Measured<To> {
  return source.ok ? measured(change(source.value)) : source;
}

/** The first reason wins when both are missing. */
export function combine<Left, Right, To>(
  left: Measured<Left>,
  right: Measured<Right>,
  join: (left: Left, right: Right) => To,
): Measured<To> {
  if (!left.ok) return left;
  if (!right.ok) return right;
  return measured(join(left.value, right.value));
}

/** A quotient; a divisor of zero is a reason, never an Infinity that a table would print. */
export function quotient(
  dividend: Measured<number>,
  divisor: Measured<number>,
  zeroBecause: string,
): Measured<number> {
  if (!dividend.ok) return dividend;
  if (!divisor.ok) return divisor;
  return divisor.value === 0 ? missing(zeroBecause) : measured(dividend.value / divisor.value);
}

/** The value, or null for a computation that can go on without it. */
export function valueOrNull<Value>(source: Measured<Value>): Value | null {
  return source.ok ? source.value : null;
}
