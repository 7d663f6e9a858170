/** Six digits, with an exponent where plain ones would not do. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  return size >= 1e6 || size < 1e-4 ? value.toExponential(4) : String(Number(value.toPrecision(6)));
}

/** `+10.0 %`, `-0.25 %`; below 1 % two digits, or a change of half of it would look like none. `from 0` where the base was nothing. */
export function signedShare(share: number): string {
  if (!Number.isFinite(share)) return 'from 0';
  return `${share > 0 ? '+' : ''}${unsignedShare(share)}`;
}

/** `10.0 %`, `0.25 %`, `0 %`. */
export function unsignedShare(share: number): string {
  if (share === 0) return '0 %';
  const digits = Math.abs(share) < 0.01 ? 2 : 1;
  return `${(share * 100).toFixed(digits)} %`;
}
