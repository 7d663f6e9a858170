import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

const BYTES_MAX = 64 * 1024 * 1024;

/** The text of a file, or of stdin for `-`. */
export function readNumbersText(path: string): string {
  try {
    const bytes = readFileSync(path === '-' ? 0 : path);
    if (bytes.length <= BYTES_MAX) return bytes.toString('utf8');
  } catch (error) {
    throw new CliError('STRATA_NUMBERS_UNREADABLE', `${path} cannot be read: ${(error as Error).message}.`);
  }
  throw new CliError('STRATA_NUMBERS_UNREADABLE', `${path} is larger than ${BYTES_MAX} bytes.`, EXIT.usage);
}

/**
 * One number a line, or several apart by white space or commas; empty lines and what follows a # are left out, and so is a first line of names. Columns of a
 * table are refused: which of them is meant only its owner knows.
 */
export function parseNumbers(text: string, path: string): number[] {
  const lines = contentLines(text);
  const rows = withoutNames(lines);
  const hasNames = rows.length < lines.length;
  const wide = rows.every(({ fields }) => fields.length > 1 && fields.length === rows[0]!.fields.length);
  if (rows.length > 0 && wide && (rows.length > 1 || (hasNames && lines[0]!.fields.length > 1)))
    throw notNumbers(
      path,
      rows[0]!.line,
      `${rows[0]!.fields.length} fields where one number belongs, as on every line: take one column of a table, such as the second with ${columnCommand(rows[0]!.text)}, and write numbers without separators of thousands`,
    );
  const grouped = lines.find(({ text: line }) => GROUPED.test(line));
  if (lines.length > 1 && grouped !== undefined)
    throw notNumbers(
      path,
      grouped.line,
      `${grouped.text} would be read as ${grouped.fields.length} numbers: write numbers without separators of thousands, or several apart by a space`,
    );
  const values = rows.flatMap(({ line, fields }) => fields.map((field) => numberOf(field, path, line)));
  if (values.length > 0) return values;
  throw holdsNone(path);
}

/** Pairs of numbers, one a line, apart by a comma, semicolon or white space. A first line of names is left out. */
export function parsePairs(text: string, path: string): (readonly [number, number])[] {
  const pairs = withoutNames(contentLines(text)).map(({ line, fields }) => {
    const [first, second] = fields;
    if (first === undefined || second === undefined || fields.length > 2)
      throw notNumbers(path, line, `${fields.length} fields where two belong`);
    return [numberOf(first, path, line), numberOf(second, path, line)] as const;
  });
  if (pairs.length > 0) return pairs;
  throw holdsNone(path);
}

interface ContentLine {
  readonly line: number;
  /** Without comment and white space around it. */
  readonly text: string;
  readonly fields: readonly string[];
}

function contentLines(text: string): ContentLine[] {
  // Spreadsheets begin their files with a mark of the byte order.
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((raw, index) => {
      const content = raw.replace(/#.*/, '').trim();
      const fields = content
        .split(/[\s,;]+/)
        .filter((field) => field !== '')
        .map((field) => field.replace(/^(["'])(.*)\1$/, '$2').trim());
      return fields.length === 0 ? [] : [{ line: index + 1, text: content, fields }];
    });
}

/** What programs write where a value is missing: it must not pass for the name of a column, or the value is lost without a word. */
const MISSING = /^[+-]?(nan(\(.*\))?|n\/?a|null|nil|none|inf|infinity)$/i;
/** Has a letter, and does not begin as a number would: `1.5ms` and `1_000` are numbers that were spelled wrong. */
const NAME = /^(?![^\p{L}]*\d).*\p{L}/u;
/** A number with separators of thousands, alone on its line. */
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;

/** A first line of which every field is a name holds names, as long as something follows. */
function withoutNames(lines: readonly ContentLine[]): readonly ContentLine[] {
  const isName = (field: string): boolean => NAME.test(field) && !MISSING.test(field);
  const hasNames = lines.length > 1 && lines[0]!.fields.every(isName);
  return hasNames ? lines.slice(1) : lines;
}

/** Prints the second column of lines like this one. */
function columnCommand(line: string): string {
  if (line.includes(',')) return 'cut -d, -f2';
  if (line.includes(';')) return "cut -d';' -f2";
  return line.includes('\t') ? 'cut -f2' : "awk '{ print $2 }'";
}

function numberOf(field: string, path: string, line: number): number {
  const value = Number(field);
  if (field !== '' && Number.isFinite(value)) return value;
  throw notNumbers(path, line, `${JSON.stringify(field.slice(0, 40))} is no number`);
}

function notNumbers(path: string, line: number, what: string): CliError {
  return new CliError('STRATA_NUMBERS_INVALID', `${path}, line ${line}: ${what}.`, EXIT.usage);
}

function holdsNone(path: string): CliError {
  return new CliError('STRATA_NUMBERS_INVALID', `${path} holds no number.`, EXIT.usage);
}
