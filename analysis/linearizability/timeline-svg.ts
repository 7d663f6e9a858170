import { element, hover, label, svgDocument } from '../charts/svg.js';
import { layOut, markOf, type Timeline, type TimelineRow } from './timeline.js';
import type { Counterexample } from './verdict.js';

const COLUMN_PX = 34;
const ROW_PX = 30;
const BAR_PX = 20;
const CHARACTER_PX = 7;
const MARGIN_PX = 16;
const HEAD_PX = 52;
const PLOT_PX_MIN = 320;
const NOTE_CHARACTERS_MAX = 110;

const COLOURS = { placed: '#6cb2eb', impossible: '#f0866b', left: '#d5dae0' } as const;

/** A counterexample as a drawing of its own: one bar an operation, no script, no font, nothing from outside. The same history gives the same bytes. */
export function renderTimelineSvg(counterexample: Counterexample): string {
  const timeline = layOut(counterexample);
  const { rows, columns } = timeline;
  const left = MARGIN_PX + labelWidth(rows);
  const plot = Math.max(PLOT_PX_MIN, (columns + 1) * COLUMN_PX);
  const notes = timeline.notes.flatMap(wrap);
  const width = Math.max(
    left + plot + MARGIN_PX,
    MARGIN_PX * 2 + longest([timeline.title, ...notes]) * CHARACTER_PX,
  );
  const bottom = HEAD_PX + rows.length * ROW_PX;
  const x = (column: number) => left + ((column + 0.5) / (columns + 1)) * plot;
  const body = [
    label(timeline.title, { x: MARGIN_PX, y: 26, class: 'title' }),
    ...rows.flatMap((row, index) => drawRow(row, HEAD_PX + index * ROW_PX, x, left + plot)),
    ...legend(timeline, bottom + 24),
    ...notes.map((note, index) => label(note, { x: MARGIN_PX, y: bottom + 52 + index * 18, class: 'muted' })),
  ];
  return svgDocument({ width, height: bottom + 52 + notes.length * 18 }, timeline.title, body);
}

function drawRow(row: TimelineRow, top: number, x: (column: number) => number, right: number): string[] {
  const { from, to, operation } = row;
  const start = x(from);
  const end = to === null ? right : x(to);
  const middle = top + ROW_PX / 2;
  const colour = operation.isImpossible
    ? COLOURS.impossible
    : operation.place === null
      ? COLOURS.left
      : COLOURS.placed;
  const times =
    to === null ? `from ${operation.invokeNs} ns` : `${operation.invokeNs} to ${operation.returnNs} ns`;
  return [
    label(`${row.process}  ${row.what}`, { x: MARGIN_PX, y: middle + 4 }),
    element('line', { x1: x(0), x2: right, y1: middle, y2: middle, class: 'grid' }),
    element(
      'g',
      {},
      hover(`${row.process} ${row.what}, ${row.lines}, ${times}`),
      element('rect', {
        x: start,
        y: middle - BAR_PX / 2,
        width: Math.max(6, end - start),
        height: BAR_PX,
        rx: 3,
        fill: colour,
        // An open end: nobody knows when, or whether.
        ...(to === null ? { 'stroke-dasharray': '4 3', stroke: '#57606a', 'fill-opacity': 0.45 } : {}),
      }),
      label(markOf(operation), {
        x: (start + end) / 2,
        y: middle + 4,
        'text-anchor': 'middle',
        class: to === null ? '' : 'ink',
      }),
    ),
  ];
}

function legend({ rows }: Timeline, y: number): string[] {
  const entries: [string, string][] = [[COLOURS.impossible, 'cannot be placed']];
  if (rows.some(({ operation }) => operation.place !== null))
    entries.unshift([COLOURS.placed, 'placed, in this order']);
  if (rows.some(({ operation }) => operation.place === null && !operation.isImpossible))
    entries.push([COLOURS.left, 'not placed']);
  if (rows.some(({ to }) => to === null)) entries.push(['none', 'dashed: no known end']);
  let x = MARGIN_PX;
  return entries.flatMap(([fill, name]) => {
    const parts = [
      element('rect', {
        x,
        y: y - 10,
        width: 12,
        height: 12,
        rx: 2,
        fill,
        ...(fill === 'none' ? { stroke: '#57606a', 'stroke-dasharray': '4 3' } : {}),
      }),
      label(name, { x: x + 18, y }),
    ];
    x += 36 + name.length * CHARACTER_PX;
    return parts;
  });
}

function labelWidth(rows: readonly TimelineRow[]): number {
  return longest(rows.map(({ process, what }) => `${process}  ${what}`)) * CHARACTER_PX + 12;
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

/** Lines of bounded length, cut at spaces. */
function wrap(text: string): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + word.length + 1 > NOTE_CHARACTERS_MAX) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
