import { legend } from './legend.js';
import { linear, linearTicks, logTicks } from './scale.js';
import { element, hover, label, mark, svgDocument } from './svg.js';

export interface Line {
  readonly name: string;
  readonly colour: string;
  /** Ascending by x; a null y breaks the line. */
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

export interface LineChartOptions {
  readonly title: string;
  readonly xAxis: string;
  readonly yAxis: string;
  readonly format: (value: number) => string;
  /** Places of the x axis and their words; both ends of the axis are the first and the last. */
  readonly xTicks: readonly { readonly at: number; readonly text: string }[];
  readonly yScale: 'linear' | 'log';
  /** Words for a place between the ticks; those of the nearest tick without it. */
  readonly xFormat?: (x: number) => string;
}

const WIDTH = 760;
const HEIGHT = 340;
const PLOT = { left: 84, right: 736, top: 78, bottom: 286 };

/** Lines with points that say their value under the pointer. Under a log scale values of zero and below are left out. */
export function lineChart(lines: readonly Line[], options: LineChartOptions): string {
  const values = lines
    .flatMap((line) => line.points.map((point) => point.y))
    .filter((value) => value !== null)
    .filter((value) => options.yScale === 'linear' || value > 0);
  const { ticks, y } = yAxis(values, options.yScale);
  const x = linear(options.xTicks[0]?.at ?? 0, options.xTicks.at(-1)?.at ?? 1, PLOT.left, PLOT.right);
  const middle = (PLOT.top + PLOT.bottom) / 2;
  const body: string[] = [
    label(options.title, { x: 16, y: 26, class: 'title' }),
    legend(lines, 16, 50, WIDTH - 16),
    ...ticks.flatMap((tick) => [
      element('line', { x1: PLOT.left, x2: PLOT.right, y1: y(tick), y2: y(tick), class: 'grid' }),
      label(options.format(tick), { x: PLOT.left - 8, y: y(tick) + 4, 'text-anchor': 'end', class: 'muted' }),
    ]),
    ...options.xTicks.map((tick) =>
      label(tick.text, { x: x(tick.at), y: PLOT.bottom + 18, 'text-anchor': 'middle', class: 'muted' }),
    ),
    label(options.yAxis, {
      x: 14,
      y: middle,
      transform: `rotate(-90 14 ${middle})`,
      'text-anchor': 'middle',
      class: 'muted',
    }),
    label(options.xAxis, {
      x: (PLOT.left + PLOT.right) / 2,
      y: HEIGHT - 10,
      'text-anchor': 'middle',
      class: 'muted',
    }),
    element('line', { x1: PLOT.left, x2: PLOT.right, y1: PLOT.bottom, y2: PLOT.bottom, class: 'axis' }),
    ...lines.flatMap((line) => drawLine(line, x, y, options)),
  ];
  return svgDocument({ width: WIDTH, height: HEIGHT }, options.title, body);
}

function yAxis(
  values: readonly number[],
  scale: LineChartOptions['yScale'],
): { readonly ticks: readonly number[]; readonly y: (value: number) => number } {
  if (scale === 'linear' || values.length === 0) {
    const ticks = linearTicks(Math.max(0, ...values));
    return { ticks, y: linear(0, ticks.at(-1)!, PLOT.bottom, PLOT.top) };
  }
  const ticks = logTicks(Math.min(...values), Math.max(...values));
  const place = linear(Math.log10(ticks[0]!), Math.log10(ticks.at(-1)!), PLOT.bottom, PLOT.top);
  return { ticks, y: (value) => place(Math.log10(Math.max(value, ticks[0]!))) };
}

function drawLine(
  line: Line,
  x: (value: number) => number,
  y: (value: number) => number,
  options: LineChartOptions,
): string[] {
  const runs: { x: number; y: number; value: number; at: string }[][] = [[]];
  for (const point of line.points) {
    if (point.y === null || (options.yScale === 'log' && point.y <= 0)) runs.push([]);
    else runs.at(-1)!.push({ x: x(point.x), y: y(point.y), value: point.y, at: placeName(point.x, options) });
  }
  return runs
    .filter((run) => run.length > 0)
    .flatMap((run) => [
      element('polyline', {
        points: run.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(' '),
        fill: 'none',
        stroke: line.colour,
        'stroke-width': 2,
      }),
      ...run.map((point) =>
        element(
          'circle',
          {
            ...{ cx: point.x, cy: point.y, r: 3, fill: line.colour },
            ...mark(point.at, line.name, options.format(point.value)),
          },
          hover(`${line.name}, ${point.at}: ${options.format(point.value)}`),
        ),
      ),
    ]);
}

function placeName(x: number, { xFormat, xTicks }: LineChartOptions): string {
  if (xFormat !== undefined) return xFormat(x);
  const nearest = xTicks.reduce<LineChartOptions['xTicks'][number] | null>(
    (best, tick) => (best === null || Math.abs(tick.at - x) < Math.abs(best.at - x) ? tick : best),
    null,
  );
  return nearest?.text ?? '';
}
