/**
 * Numbers for readers. Nothing here looks at the locale: the same run gives the same bytes on every machine. A value that is not
 * finite becomes `n/a`; the measures in front of this file exist to make that unreachable.
 */
const NOT_A_NUMBER = 'n/a';
const MINUS = '-';

/** 1234567 → `1,234,567`. */
export function integer(value: number): string {
  return decimal(value, 0);
}

/** Fixed digits with a comma between thousands. */
export function decimal(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NOT_A_NUMBER;
  const [whole = '0', fraction] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** Three significant digits where a value has fewer than three before the point. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return NOT_A_NUMBER;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.0995) return decimal(value, 3);
  if (size < 9.995) return decimal(value, 2);
  if (size < 99.95) return decimal(value, 1);
  return decimal(value, 0);
}

/** A duration given in microseconds, in the unit that a reader would choose. */
export function micros(us: number): string {
  if (!Number.isFinite(us)) return NOT_A_NUMBER;
  const size = Math.abs(us);
  if (size === 0) return '0 µs';
  if (size < 0.9995) return `${integer(us * 1e3)} ns`;
  if (size < 999.5) return `${significant(us)} µs`;
  if (size < 999_500) return `${significant(us / 1e3)} ms`;
  return `${significant(us / 1e6)} s`;
}

export function nanos(ns: number): string {
  return micros(ns / 1e3);
}

/** A share (0 to 1) as per cent. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return NOT_A_NUMBER;
  const value = share * 100;
  const size = Math.abs(value);
  if (size === 0) return '0 %';
  if (size < 0.01) return `${value < 0 ? '> -' : '< '}0.01 %`;
  if (size < 0.995) return `${decimal(value, 2)} %`;
  return `${decimal(value, size < 99.95 ? 1 : 0)} %`;
}

/** Operations per second. */
export function perSecond(value: number): string {
  if (!Number.isFinite(value)) return NOT_A_NUMBER;
  return `${Math.abs(value) < 99.5 ? significant(value) : integer(value)}/s`;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function bytes(value: number): string {
  if (!Number.isFinite(value)) return NOT_A_NUMBER;
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit === 0 && Number.isInteger(rest) ? integer(rest) : significant(rest)} ${BYTE_UNITS[unit]}`;
}

export function megabytesPerSecond(value: number): string {
  return `${significant(value)} MB/s`;
}

/** `2.40x`. */
export function times(value: number): string {
  return `${significant(value)}x`;
}
