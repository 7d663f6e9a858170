/**
 * Reads the sentences out of a TypeScript source: every template t`…` as the key under which a catalogue knows it, and every plain string, which may be a sentence
 * that stands as data. Templates inside the places of other templates are found too. No compiler: strings, templates, comments and regular expressions are all
 * the syntax that it takes.
 */
export interface FoundTemplate {
  /** With {0}, {1} … for the places. */
  readonly key: string;
  readonly line: number;
}

export interface FoundSentences {
  readonly templates: readonly FoundTemplate[];
  readonly strings: ReadonlySet<string>;
}

/** Throws on a template, a string or a comment without an end. */
export function findSentences(source: string): FoundSentences {
  const templates: FoundTemplate[] = [];
  const strings = new Set<string>();
  const end = readCode(source, 0, { templates, strings });
  if (end !== source.length) throw new Error(`unexpected } at line ${lineAt(source, end)}`);
  return { templates: templates.sort((one, other) => one.line - other.line), strings };
}

interface Found {
  readonly templates: FoundTemplate[];
  readonly strings: Set<string>;
}

/** Up to the brace that closes what the caller opened, or to the end. */
function readCode(source: string, from: number, found: Found): number {
  let depth = 0;
  let at = from;
  while (at < source.length) {
    const char = source[at]!;
    if (char === "'" || char === '"') at = readString(source, at, found);
    else if (char === '`') at = readTemplate(source, at, found);
    else if (char === '/') at = afterSlash(source, at);
    else if (char === '}' && depth === 0) return at;
    else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      at += 1;
    }
  }
  return at;
}

function readString(source: string, from: number, { strings }: Found): number {
  const quote = source[from]!;
  let at = from + 1;
  while (source[at] !== quote) {
    if (at >= source.length || source[at] === '\n') throw unended('string', source, from);
    at += source[at] === '\\' ? 2 : 1;
  }
  strings.add(cooked(source.slice(from + 1, at)));
  return at + 1;
}

function readTemplate(source: string, from: number, found: Found): number {
  let key = '';
  let places = 0;
  let at = from + 1;
  let begin = at;
  while (source[at] !== '`') {
    if (at >= source.length) throw unended('template', source, from);
    if (source.startsWith('${', at)) {
      key += `${cooked(source.slice(begin, at))}{${places}}`;
      places += 1;
      at = readCode(source, at + 2, found) + 1;
      begin = at;
    } else at += source[at] === '\\' ? 2 : 1;
  }
  key += cooked(source.slice(begin, at));
  if (/(?<![\w$.])t$/.test(source.slice(Math.max(0, from - 2), from)))
    found.templates.push({ key, line: lineAt(source, from) });
  return at + 1;
}

/** A slash begins a comment, or a regular expression where no value can stand before it; else it divides. */
function afterSlash(source: string, at: number): number {
  if (source[at + 1] === '/') return indexOrEnd(source, source.indexOf('\n', at));
  if (source[at + 1] === '*') {
    const end = source.indexOf('*/', at + 2);
    if (end === -1) throw unended('comment', source, at);
    return end + 2;
  }
  const before = source.slice(Math.max(0, at - 40), at).trimEnd();
  const begins = before === '' || /[([{,;:=!&|?+\-*%^~<>]$|\b(?:return|case|of|in)$/.test(before);
  const pattern = begins ? REGULAR_EXPRESSION.exec(source.slice(at, at + 400)) : null;
  return at + (pattern?.[0].length ?? 1);
}

const REGULAR_EXPRESSION = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//;

function indexOrEnd(source: string, index: number): number {
  return index === -1 ? source.length : index;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

/** What the program sees of the text between the quotes. */
function cooked(raw: string): string {
  return raw.replaceAll(
    /\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|([\s\S]))/gi,
    (_, braced?: string, long?: string, short?: string, char?: string) => {
      const code = braced ?? long ?? short;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return NAMED_ESCAPES[char!] ?? char!;
    },
  );
}

function unended(what: string, source: string, from: number): Error {
  return new Error(`a ${what} without an end begins at line ${lineAt(source, from)}`);
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
