const escapes: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, b: 0x08, a: 0x07 };
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;

/**
 * Splits a line as Redis' sdssplitargs does: words between blanks, `"…"` with `\xHH` and `\n` escapes, `'…'` with `\'`. Null when a quote is
 * not closed or runs into the next word.
 */
export function splitInline(line: Uint8Array): Buffer[] | null {
  const words: Buffer[] = [];
  // A word is never longer than its line.
  const word = Buffer.allocUnsafe(line.length);
  let at = 0;
  for (;;) {
    while (at < line.length && isBlank(line[at]!)) at += 1;
    if (at === line.length) return words;
    let length = 0;
    while (at < line.length && !isBlank(line[at]!)) {
      const byte = line[at]!;
      if (byte !== DOUBLE_QUOTE && byte !== SINGLE_QUOTE) {
        word[length++] = byte;
        at += 1;
        continue;
      }
      const quoted = byte === DOUBLE_QUOTE ? doubleQuoted(line, at + 1) : singleQuoted(line, at + 1);
      if (quoted === null || (quoted.end < line.length && !isBlank(line[quoted.end]!))) return null;
      for (const one of quoted.bytes) word[length++] = one;
      at = quoted.end;
    }
    words.push(Buffer.from(word.subarray(0, length)));
  }
}

interface Quoted {
  readonly bytes: readonly number[];
  /** Behind the closing quote. */
  readonly end: number;
}

function doubleQuoted(line: Uint8Array, start: number): Quoted | null {
  const bytes: number[] = [];
  for (let at = start; at < line.length; at++) {
    const byte = line[at]!;
    if (byte === DOUBLE_QUOTE) return { bytes, end: at + 1 };
    if (byte !== BACKSLASH || at + 1 === line.length) {
      bytes.push(byte);
      continue;
    }
    const hex = line[at + 1] === 0x78 ? hexByte(line, at + 2) : null;
    if (hex !== null) {
      bytes.push(hex);
      at += 3;
    } else {
      at += 1;
      bytes.push(escapes[String.fromCharCode(line[at]!)] ?? line[at]!);
    }
  }
  return null;
}

function singleQuoted(line: Uint8Array, start: number): Quoted | null {
  const bytes: number[] = [];
  for (let at = start; at < line.length; at++) {
    const byte = line[at]!;
    if (byte === SINGLE_QUOTE) return { bytes, end: at + 1 };
    if (byte === BACKSLASH && line[at + 1] === SINGLE_QUOTE) at += 1;
    bytes.push(line[at]!);
  }
  return null;
}

function hexByte(line: Uint8Array, at: number): number | null {
  const high = hexDigit(line[at]);
  const low = hexDigit(line[at + 1]);
  return high === null || low === null ? null : high * 16 + low;
}

function hexDigit(byte: number | undefined): number | null {
  if (byte === undefined) return null;
  const text = String.fromCharCode(byte);
  return /^[0-9a-fA-F]$/.test(text) ? Number.parseInt(text, 16) : null;
}

/** C's isspace, and NUL, which ends Redis' line. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0;
}
