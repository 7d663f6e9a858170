const ASTERISK = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/** One byte of a key: this one, any of these, or `any`. */
type Token = number | Uint8Array | 'any' | 'star';

/**
 * Redis' patterns (`*`, `?`, `[a-z]`, `[^x]`, `\`), on bytes. A mismatch goes back to the last star only, which is enough and takes at most
 * pattern times key steps, where trying every star takes exponentially many.
 */
export class Glob {
  /** What every key that matches begins with. */
  readonly prefix: Uint8Array;
  readonly #tokens: readonly Token[];

  constructor(pattern: Uint8Array) {
    this.#tokens = parse(pattern);
    const literals = this.#tokens.findIndex((token) => typeof token !== 'number');
    this.prefix = Uint8Array.from(
      (literals === -1 ? this.#tokens : this.#tokens.slice(0, literals)) as number[],
    );
  }

  matches(key: Uint8Array): boolean {
    const tokens = this.#tokens;
    let at = 0;
    let token = 0;
    let star = -1;
    let starAt = 0;
    while (at < key.length) {
      const expected = tokens[token];
      if (expected === 'star') {
        star = token++;
        starAt = at;
      } else if (expected !== undefined && fits(expected, key[at]!)) {
        token += 1;
        at += 1;
      } else if (star !== -1) {
        token = star + 1;
        at = ++starAt;
      } else return false;
    }
    while (tokens[token] === 'star') token += 1;
    return token === tokens.length;
  }
}

/** First key behind all that begin with `prefix`, null when there is none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array | null {
  let last = prefix.length - 1;
  while (last >= 0 && prefix[last] === 0xff) last -= 1;
  if (last < 0) return null;
  const end = Uint8Array.from(prefix.subarray(0, last + 1));
  end[last] = end[last]! + 1;
  return end;
}

function fits(token: Exclude<Token, 'star'>, byte: number): boolean {
  if (typeof token === 'number') return token === byte;
  return token === 'any' || token[byte] === 1;
}

function parse(pattern: Uint8Array): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at]!;
    if (byte === ASTERISK) {
      if (tokens.at(-1) !== 'star') tokens.push('star');
    } else if (byte === QUESTION) tokens.push('any');
    else if (byte === OPEN) {
      const { members, end } = parseSet(pattern, at + 1);
      tokens.push(members);
      at = end;
    } else if (byte === BACKSLASH && at + 1 < pattern.length) tokens.push(pattern[++at]!);
    else tokens.push(byte);
  }
  return tokens;
}

/** As Redis reads it: a set that is not closed ends with the pattern. `end` is the position of its last byte. */
function parseSet(pattern: Uint8Array, start: number): { members: Uint8Array; end: number } {
  let at = start;
  const isNegated = pattern[at] === CARET;
  if (isNegated) at += 1;
  const members = new Uint8Array(256);
  for (; at < pattern.length && pattern[at] !== CLOSE; at++) {
    if (pattern[at] === BACKSLASH && at + 1 < pattern.length) members[pattern[++at]!] = 1;
    else if (pattern[at + 1] === MINUS && at + 2 < pattern.length) {
      const low = Math.min(pattern[at]!, pattern[at + 2]!);
      const high = Math.max(pattern[at]!, pattern[at + 2]!);
      members.fill(1, low, high + 1);
      at += 2;
    } else members[pattern[at]!] = 1;
  }
  if (isNegated) for (let byte = 0; byte < 256; byte++) members[byte] = 1 - members[byte]!;
  return { members, end: Math.min(at, pattern.length - 1) };
}
