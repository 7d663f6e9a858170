const NANOSECOND_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
};
const BYTE_UNITS_OF: Readonly<Record<string, number>> = {
  ...{ B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
  ...{ kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9 },
};

/** `1.25 ms`, `4,837/s`, `< 0.01 %`, `12.3 MiB/s`, `1.01:1`: a number in front, then perhaps a unit that scales it. */
const VALUE = /^([<>≈~]?)\s*([+-]?\d[\d,]*(?:\.\d+)?)\s*([a-zA-Zµ]+)?/;

/** The number that a cell of a report begins with, in one unit for the whole column; null for a cell that is no number. */
export function sortKey(text: string): number | null {
  const match = VALUE.exec(text.trim());
  if (match === null) return null;
  const [, bound, digits, unit = ''] = match;
  const scale = NANOSECOND_UNITS[unit] ?? BYTE_UNITS_OF[unit] ?? 1;
  const value = Number(digits!.replaceAll(',', '')) * scale;
  // Below what it names, and above: next to it, not at it.
  return bound === '<' ? value * 0.999 : bound === '>' ? value * 1.001 : value;
}

export type Order = 'ascending' | 'descending';

/** The order of rows by the texts of one column. What is no number stands at the end of a column of numbers, whichever way it is sorted. */
export function sortedRows(texts: readonly string[], order: Order): number[] {
  const keys = texts.map(sortKey);
  const numbers = keys.filter((key) => key !== null).length;
  const isNumeric = numbers * 2 > texts.filter((text) => text.trim() !== '').length - missing(texts, keys);
  const sign = order === 'ascending' ? 1 : -1;
  const rows = texts.map((_, row) => row);
  return rows.sort((one, other) => {
    if (!isNumeric) return sign * compareTexts(texts[one]!, texts[other]!) || one - other;
    const [first, second] = [keys[one]!, keys[other]!];
    if (first === null || second === null)
      return Number(first === null) - Number(second === null) || one - other;
    return sign * (first - second) || one - other;
  });
}

/** Cells that say why there is no number do not make a column one of words. */
function missing(texts: readonly string[], keys: readonly (number | null)[]): number {
  return texts.filter((text, index) => keys[index] === null && /\[\d+\]$/.test(text.trim())).length;
}

/** By code units: the same everywhere. */
function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
