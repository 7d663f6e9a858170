import { t } from '../language/language.js';
import type { Measured } from '../measures/measured.js';

export interface Column {
  readonly name: string;
  readonly align?: 'left' | 'right';
}

/**
 * One Markdown table of a report: rows of finished cells, notes for what could not be measured, and the file that it comes from.
 * The note of a missing value stands under the table once, however many cells point to it.
 */
export class MarkdownTable {
  readonly #columns: readonly Column[];
  readonly #rows: string[][] = [];
  readonly #notes: string[] = [];
  readonly #source: string;

  /** `source` names the file or files of the run directory, as globs where a table joins many. */
  constructor(columns: readonly Column[], source: string) {
    this.#columns = columns;
    this.#source = source;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Takes exactly one cell per column. */
  row(...cells: readonly string[]): this {
    if (cells.length !== this.#columns.length) {
      throw new RangeError(`A row has ${cells.length} cells, the table ${this.#columns.length} columns.`);
    }
    this.#rows.push(cells.map(escapeCell));
    return this;
  }

  /** The value in words, or a mark that leads to the reason under the table. */
  cell<Value>(value: Measured<Value>, format: (value: Value) => string): string {
    return value.ok ? format(value.value) : this.missing(value.because);
  }

  /** A cell for a value that may be null, with its reason. */
  nullable(value: number | null, format: (value: number) => string, because: string): string {
    return value === null ? this.missing(because) : format(value);
  }

  missing(because: string): string {
    const known = this.#notes.indexOf(because);
    const number = known === -1 ? this.#notes.push(because) : known + 1;
    return t`not measured [${number}]`;
  }

  toString(): string {
    const head = `| ${this.#columns.map((column) => escapeCell(column.name)).join(' | ')} |`;
    const rule = `|${this.#columns.map((column) => (column.align === 'right' ? '---:' : '---')).join('|')}|`;
    const body = this.#rows.map((cells) => `| ${cells.join(' | ')} |`);
    const notes = this.#notes.map((note, index) => t`[${index + 1}] not measured, because ${note}.  `);
    const lines = [
      head,
      rule,
      ...body,
      '',
      ...notes,
      t`<sub>Source: ${this.#source.replaceAll('`, `', `\`${t`, `}\``)}</sub>`,
    ];
    return lines.join('\n');
  }
}

/** A cell must not end the row or the line. */
function escapeCell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|');
}

/** Names from a process (functions, files, host names) as literal text: they may hold anything. */
export function code(text: string): string {
  const clean = text.replaceAll('`', "'").replaceAll('\n', ' ');
  return `\`${clean === '' ? ' ' : clean}\``;
}

export const left = (name: string): Column => ({ name, align: 'left' });
export const right = (name: string): Column => ({ name, align: 'right' });
