import { type LegendEntry, legend, textWidth } from './legend.js';
import { linear, linearTicks } from './scale.js';
import { element, hover, label, mark, svgDocument } from './svg.js';

export interface StackedRow {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly colour: string; readonly value: number }[];
}

export interface StackedOptions {
  readonly title: string;
  readonly valueAxis: string;
  readonly format: (value: number) => string;
  /** Where the axis ends; the greatest sum without it. */
  readonly max?: number;
}

const WIDTH = 760;
const LEFT = 150;
const RIGHT = 736;
const ROW = 36;

/** Horizontal bars, each cut into its parts, one row a case. */
export function stackedBarChart(rows: readonly StackedRow[], options: StackedOptions): string {
  const sums = rows.map((row) => row.parts.reduce((total, part) => total + part.value, 0));
  const ticks = linearTicks(options.max ?? Math.max(0, ...sums));
  const end = options.max ?? ticks.at(-1)!;
  const x = linear(0, end, LEFT, RIGHT);
  const top = 88;
  const bottom = top + rows.length * ROW;
  const body: string[] = [
    label(options.title, { x: 16, y: 26, class: 'title' }),
    legend(partsOf(rows), 16, 50, WIDTH - 16),
    ...ticks
      .filter((tick) => tick <= end)
      .flatMap((tick) => [
        element('line', { x1: x(tick), x2: x(tick), y1: top - 6, y2: bottom, class: 'grid' }),
        label(options.format(tick), { x: x(tick), y: bottom + 16, 'text-anchor': 'middle', class: 'muted' }),
      ]),
    label(options.valueAxis, {
      x: (LEFT + RIGHT) / 2,
      y: bottom + 36,
      'text-anchor': 'middle',
      class: 'muted',
    }),
  ];
  rows.forEach((row, index) => {
    body.push(...drawRow(row, top + index * ROW, x, options.format));
  });
  body.push(element('line', { x1: LEFT, x2: LEFT, y1: top - 6, y2: bottom, class: 'axis' }));
  return svgDocument({ width: WIDTH, height: bottom + 48 }, options.title, body);
}

function drawRow(
  row: StackedRow,
  y: number,
  x: (value: number) => number,
  format: (value: number) => string,
): string[] {
  const pieces = [label(row.name, { x: LEFT - 8, y: y + 19, 'text-anchor': 'end' })];
  let at = 0;
  for (const part of row.parts) {
    const from = x(at);
    at += part.value;
    const width = x(at) - from;
    if (width <= 0) continue;
    const text = format(part.value);
    const inside = textWidth(text, 11) + 6 < width;
    pieces.push(
      element(
        'g',
        mark(row.name, part.name, text),
        hover(`${row.name}, ${part.name}: ${text}`),
        element('rect', { x: from, y: y + 2, width, height: ROW - 10, fill: part.colour }),
        ...(inside
          ? [
              label(text, {
                x: from + width / 2,
                y: y + 19,
                'text-anchor': 'middle',
                class: 'ink',
              }),
            ]
          : []),
      ),
    );
  }
  return pieces;
}

function partsOf(rows: readonly StackedRow[]): readonly LegendEntry[] {
  const entries = new Map<string, string>();
  for (const row of rows) {
    for (const part of row.parts) if (part.value > 0) entries.set(part.name, part.colour);
  }
  return [...entries].map(([name, colour]) => ({ name, colour }));
}
