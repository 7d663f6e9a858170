import { escapeHtml } from '../flamegraph/html/escape.js';
import { t } from '../language/language.js';

export interface FigureOptions {
  /** What the text of the report calls it. */
  readonly caption: string;
  /** Told apart from every other figure of the page. */
  readonly id: string;
  /** The same captures in the viewer, null where there are none. */
  readonly graph: string | null;
}

/** What a chart shows at one place: written into its marks by `mark()` of the charts, escaped already. */
interface Mark {
  readonly row: string;
  readonly series: string;
  readonly value: string;
}

/** A picture of the report inline: in the colours of the page, named for screen readers, with its values as a table under it. */
export function renderFigure(svg: string, { caption, id, graph }: FigureOptions): string {
  const marks = marksOf(svg);
  const kind = marks.length > 0 ? 'chart' : 'picture';
  const title = /^<svg[^>]*>\s*<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? escapeHtml(caption);
  const link =
    graph === null
      ? ''
      : ` <a class="explore" href="#graph=${graph}">${escapeHtml(t`Explore it: zoom, search, callers`)}</a>`;
  return [
    `<figure class="${kind}" id="${id}">`,
    `<div class="plot" tabindex="0" role="group" aria-label="${kind === 'chart' ? `${title}. ${escapeHtml(t`Arrow keys read the values.`)}` : title}">${inlineSvg(svg, id, title)}</div>`,
    `<figcaption>${escapeHtml(caption)}${link}</figcaption>`,
    ...(marks.length === 0 ? [] : [valueTable(marks, title)]),
    '</figure>\n',
  ].join('\n');
}

/** Without its own style and size, which are the page's, and with ids that no other picture has. */
function inlineSvg(svg: string, id: string, title: string): string {
  const ids = [...svg.matchAll(/\bid="([\w-]+)"/g)].map((match) => match[1]!);
  const body = svg
    .replace(/^<svg[^>]*viewBox="([^"]*)"[^>]*>\s*<title>[^<]*<\/title>/, (_, box: string) => {
      const width = box.split(' ')[2];
      return `<svg class="drawn${width === '760' || width === '860' ? '' : ' large'}" viewBox="${box}" role="img" aria-label="${title}">`;
    })
    .replaceAll(/<style>[^<]*<\/style>\n?/g, '')
    .trim();
  return ids.reduce(
    (text, name) =>
      text
        .replaceAll(`id="${name}"`, `id="${id}-${name}"`)
        .replaceAll(`url(#${name})`, `url(#${id}-${name})`),
    body,
  );
}

function marksOf(svg: string): Mark[] {
  const found = svg.matchAll(/ data-row="([^"]*)" data-series="([^"]*)" data-value="([^"]*)"/g);
  return [...found].map(([, row, series, value]) => ({ row: row!, series: series!, value: value! }));
}

/** Rows by columns where each pair has one value; else a plain list. */
function valueTable(marks: readonly Mark[], title: string): string {
  const rows = [...new Set(marks.map(({ row }) => row))];
  const columns = [...new Set(marks.map(({ series }) => series))];
  const values = new Map(marks.map(({ row, series, value }) => [`${row}\n${series}`, value]));
  const isGrid = values.size === marks.length && marks.length * 2 >= rows.length * columns.length;
  const head = isGrid ? ['', ...columns] : [t`place`, t`what`, t`value`].map(escapeHtml);
  const lines = isGrid
    ? rows.map((row) => [row, ...columns.map((column) => values.get(`${row}\n${column}`) ?? '')])
    : marks.map(({ row, series, value }) => [row, series, value]);
  const isNumber = (index: number): boolean => (isGrid ? index > 0 : index === 2);
  const cells = (line: readonly string[]): string =>
    line
      .map((cell, index) => {
        if (index === 0) return `<th scope="row">${cell}</th>`;
        return `<td${isNumber(index) ? ' class="n"' : ''}>${cell}</td>`;
      })
      .join('');
  const heads = head
    .map((cell, index) =>
      cell === '' ? '<td></td>' : `<th scope="col"${isNumber(index) ? ' class="n"' : ''}>${cell}</th>`,
    )
    .join('');
  return [
    `<details class="values"><summary>${escapeHtml(t`Values as a table`)}</summary>`,
    `<div class="wide" role="group" aria-label="${title}" tabindex="0"><table class="plain"><caption>${title}</caption>`,
    `<thead><tr>${heads}</tr></thead>`,
    `<tbody>\n${lines.map((line) => `<tr>${cells(line)}</tr>`).join('\n')}\n</tbody></table></div></details>`,
  ].join('\n');
}
