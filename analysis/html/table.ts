import type { Token, Tokens } from 'marked';
import { escapeHtml } from '../flamegraph/html/escape.js';

export interface TableOptions {
  /** Plain text; read to those who do not see the heading above. */
  readonly caption: string;
  readonly inline: (tokens: Token[]) => string;
}

/** A Markdown table as one that scrolls inside itself, with its numbers to the right. The page's script makes `sortable` ones sortable. */
export function renderTable(table: Tokens.Table, { caption, inline }: TableOptions): string {
  const { header, rows } = table;
  const isFacts = header.every(({ text }) => text.trim() === '');
  const total = isFacts ? undefined : totalRow(rows);
  const body = total === undefined ? rows : rows.slice(0, -1);
  const row = (cells: readonly Tokens.TableCell[]): string =>
    `<tr>${cells.map((cell, index) => renderCell(cell, { heads: index === 0, inline })).join('')}</tr>`;
  const head = isFacts
    ? ''
    : `<thead><tr>${header.map((cell) => renderHead(cell, inline)).join('')}</tr></thead>\n`;
  const foot = total === undefined ? '' : `\n<tfoot>${row(total)}</tfoot>`;
  const kind = isFacts ? 'facts' : body.length > 1 ? 'sortable' : 'plain';
  const name = escapeHtml(caption);
  return [
    `<div class="wide" role="group" aria-label="${name}" tabindex="0"><table class="${kind}"><caption>${name}</caption>`,
    `${head}<tbody>\n${body.map(row).join('\n')}\n</tbody>${foot}</table></div>\n`,
  ].join('\n');
}

/** A last row that alone has a name in bold sums the others up: sorting leaves it where it is. */
function totalRow(rows: readonly Tokens.TableCell[][]): Tokens.TableCell[] | undefined {
  const isBold = (cells: readonly Tokens.TableCell[]): boolean => {
    const [token, ...more] = cells.find(({ text }) => text.trim() !== '')?.tokens ?? [];
    return token?.type === 'strong' && more.length === 0;
  };
  const bold = rows.filter(isBold);
  return bold.length === 1 && rows.length > 2 && bold[0] === rows.at(-1) ? bold[0] : undefined;
}

function renderHead(cell: Tokens.TableCell, inline: TableOptions['inline']): string {
  return `<th scope="col"${classes(cell, false)}>${inline(cell.tokens)}</th>`;
}

function renderCell(
  cell: Tokens.TableCell,
  { heads, inline }: { readonly heads: boolean; readonly inline: TableOptions['inline'] },
): string {
  const content = inline(cell.tokens);
  // A first column of numbers names nothing.
  return heads && cell.align !== 'right'
    ? `<th scope="row"${classes(cell, false)}>${content}</th>`
    : `<td${classes(cell, true)}>${content}</td>`;
}

/** Cells up to this length stay on one line. */
const SHORT_MAX = 24;

/** `n`: a number. `none`: a reason under the table says why there is none. `short`: breaking it would only cost height. */
function classes({ align, text }: Tokens.TableCell, isValue: boolean): string {
  const names = [
    ...(align === 'right' ? ['n'] : []),
    ...(isValue && align !== 'right' && text.length <= SHORT_MAX ? ['short'] : []),
    ...(isValue && /\[\d+\]$/.test(text) ? ['none'] : []),
  ];
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
}
