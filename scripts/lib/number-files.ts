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

/** One number a line, or several apart by white space or commas; empty lines and what follows a # are left out. */
export function parseNumbers(text: string, path: string): number[] {
  return contentLines(text).flatMap(({ line, fields }) => fields.map((field) => numberOf(field, path, line)));
}

/** Pairs of numbers, one a line, apart by a comma, semicolon or white space. A first line of names is left out. */
export function parsePairs(text: string, path: string): (readonly [number, number])[] {
  const lines = contentLines(text);
  const hasNames = lines[0]?.fields.every((field) => Number.isNaN(Number(field))) ?? false;
  return lines.slice(hasNames ? 1 : 0).map(({ line, fields }) => {
    const [first, second] = fields;
    if (first === undefined || second === undefined || fields.length > 2)
      throw notNumbers(path, line, `${fields.length} fields where two belong`);
    return [numberOf(first, path, line), numberOf(second, path, line)];
  });
}

interface ContentLine {
  readonly line: number;
  readonly fields: readonly string[];
}

function contentLines(text: string): ContentLine[] {
  return text.split('\n').flatMap((raw, index) => {
    const fields = raw
      .replace(/#.*/, '')
      .split(/[\s,;]+/)
      .filter((field) => field !== '');
    return fields.length === 0 ? [] : [{ line: index + 1, fields }];
  });
}

function numberOf(field: string, path: string, line: number): number {
  const value = Number(field);
  if (Number.isFinite(value)) return value;
  throw notNumbers(path, line, `${JSON.stringify(field.slice(0, 40))} is no number`);
}

function notNumbers(path: string, line: number, what: string): CliError {
  return new CliError('STRATA_NUMBERS_INVALID', `${path}, line ${line}: ${what}.`, EXIT.usage);
}
