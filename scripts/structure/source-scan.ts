/**
 * Reads what a TypeScript file imports without a compiler: TypeScript 7 has no stable programming interface, and imports and
 * words need no syntax tree. The text is first masked: comments, strings, templates and regular expressions become blanks of the same
 * length, so that what is found has its place in the original.
 */

export interface ImportFound {
  readonly specifier: string;
  readonly line: number;
  /** True when nothing of it remains at run time. */
  readonly typeOnly: boolean;
}

const KEYWORD_BEFORE_REGEX =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|yield|await)\s*$/;
const PUNCTUATION_BEFORE_REGEX = /[([{,;:=!&|?+\-*%^~<>]\s*$/;

/** The text with everything blanked that is not code. Line breaks stay. Code inside `${}` stays. */
export function maskSource(text: string): string {
  const out = text.split('');
  let at = 0;
  /** Depth of braces at which each open template goes on. */
  const templates: number[] = [];
  let depth = 0;
  const blank = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  const template = (from: number) => {
    const end = templateEnd(text, from);
    blank(from, end.at);
    at = end.at;
    if (end.code) templates.push(depth);
  };
  while (at < text.length) {
    const char = text[at]!;
    const end = skippedEnd(text, at, out);
    if (end !== null) {
      blank(char === "'" || char === '"' ? at + 1 : at, char === "'" || char === '"' ? end - 1 : end);
      at = end;
    } else if (char === '`') {
      template(at + 1);
    } else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      template(at + 1);
    } else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      at += 1;
    }
  }
  return out.join('');
}

/** Where a comment, string or regular expression that begins at `at` ends; null when none begins there. */
function skippedEnd(text: string, at: number, masked: readonly string[]): number | null {
  const char = text[at]!;
  if (char === "'" || char === '"') return quotedEnd(text, at + 1, char);
  if (char !== '/') return null;
  if (text[at + 1] === '/') return endOr(text, text.indexOf('\n', at));
  if (text[at + 1] === '*') return endOr(text, text.indexOf('*/', at + 2) + 2, 2);
  const before = masked.slice(Math.max(0, at - 40), at).join('');
  const begins =
    before.trim() === '' || PUNCTUATION_BEFORE_REGEX.test(before) || KEYWORD_BEFORE_REGEX.test(before);
  return begins ? regexEnd(text, at + 1) : null;
}

function endOr(text: string, found: number, offset = 0): number {
  return found - offset === -1 ? text.length : found;
}

function quotedEnd(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote || text[at] === '\n') return at + 1;
  }
  return text.length;
}

function regexEnd(text: string, from: number): number {
  let inClass = false;
  for (let at = from; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at + 1;
  }
  return from;
}

/** A piece of a template ends at its closing mark or where code begins. */
function templateEnd(text: string, from: number): { readonly at: number; readonly code: boolean } {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return { at: at + 1, code: false };
    else if (text[at] === '$' && text[at + 1] === '{') return { at: at + 2, code: true };
  }
  return { at: text.length, code: false };
}

const STATEMENT = /(?<![\w$.])(?:import|export)\b([^'";()]*?)\bfrom\s*(['"])( *)\2/g;
const SIDE_EFFECT = /(?<![\w$.])import\s*(['"])( *)\1/g;
const DYNAMIC = /(?<![\w$.])(typeof\s+)?(?:import|require)\s*\(\s*(['"])( *)\2/g;

/** Every import, re-export and dynamic import with a literal specifier, in order of line. */
export function findImports(text: string): ImportFound[] {
  const masked = maskSource(text);
  const found: ImportFound[] = [];
  const add = (match: RegExpExecArray, blanks: string, typeOnly: boolean) => {
    const start = match.index + match[0].length - 1 - blanks.length;
    found.push({
      specifier: text.slice(start, start + blanks.length),
      line: lineAt(text, match.index),
      typeOnly,
    });
  };
  for (const match of masked.matchAll(STATEMENT)) add(match, match[3]!, isTypeOnly(match[1]!));
  for (const match of masked.matchAll(SIDE_EFFECT)) add(match, match[2]!, false);
  for (const match of masked.matchAll(DYNAMIC)) add(match, match[3]!, match[1] !== undefined);
  return found.sort((a, b) => a.line - b.line);
}

function isTypeOnly(clause: string): boolean {
  if (/^\s*type\s+[^\s,]/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
  if (names === undefined) return false;
  const parts = names.split(',').filter((part) => part.trim() !== '');
  return parts.length > 0 && parts.every((part) => /^\s*type\s/.test(part));
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
