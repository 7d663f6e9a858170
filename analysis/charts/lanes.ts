import { t } from '../language/language.js';
import { legend, textWidth } from './legend.js';
import { linear, linearTicks } from './scale.js';
import { element, hover, label, mark, svgDocument } from './svg.js';

export interface LaneBar {
  readonly lane: string;
  readonly name: string;
  readonly group: string;
  readonly colour: string;
  readonly from: number;
  readonly to: number;
  /** Drawn pale: it ran beside the path and cost nothing. */
  readonly pale: boolean;
}

export interface LanesOptions {
  readonly title: string;
  readonly lanes: readonly string[];
  readonly valueAxis: string;
  readonly format: (value: number) => string;
  /** Moments that deserve a line through all lanes. */
  readonly marks: readonly { readonly at: number; readonly name: string }[];
}

const WIDTH = 860;
const LEFT = 130;
const RIGHT = 836;
const ROW = 40;
const TOP = 96;

/** What ran where and when: one row a lane, time to the right. */
export function lanesChart(bars: readonly LaneBar[], options: LanesOptions): string {
  const end = bars.reduce((latest, bar) => Math.max(latest, bar.to), 0);
  const x = linear(0, end, LEFT, RIGHT);
  const bottom = TOP + options.lanes.length * ROW;
  const groups = new Map(bars.map((bar) => [bar.group, bar.colour]));
  const body = [
    label(options.title, { x: 16, y: 26, class: 'title' }),
    legend(
      [...groups].map(([name, colour]) => ({ name, colour })),
      16,
      50,
      WIDTH - 16,
    ),
    ...axis(end, x, bottom, options),
    ...options.lanes.map((lane, index) =>
      label(lane, { x: LEFT - 10, y: TOP + index * ROW + ROW / 2 + 4, 'text-anchor': 'end' }),
    ),
    ...bars.flatMap((bar) => drawBar(bar, options, x)),
    ...marks(options, x, bottom),
  ];
  return svgDocument({ width: WIDTH, height: bottom + 52 }, options.title, body);
}

function axis(end: number, x: (value: number) => number, bottom: number, options: LanesOptions): string[] {
  const ticks = linearTicks(end, 5).filter((tick) => tick <= end);
  return [
    ...ticks.flatMap((tick) => [
      element('line', { x1: x(tick), x2: x(tick), y1: TOP - 4, y2: bottom + 4, class: 'grid' }),
      label(options.format(tick), { x: x(tick), y: bottom + 20, 'text-anchor': 'middle', class: 'muted' }),
    ]),
    label(options.valueAxis, {
      x: (LEFT + RIGHT) / 2,
      y: bottom + 40,
      'text-anchor': 'middle',
      class: 'muted',
    }),
  ];
}

function drawBar(bar: LaneBar, options: LanesOptions, x: (value: number) => number): string[] {
  const row = options.lanes.indexOf(bar.lane);
  const y = TOP + row * ROW + 6;
  const width = Math.max(0.75, x(bar.to) - x(bar.from));
  const text = `${bar.name} ${options.format(bar.to - bar.from)}`;
  const shown = [text, bar.name].find((candidate) => textWidth(candidate, 11) + 8 <= width);
  const rect = element('rect', {
    x: x(bar.from),
    y,
    width,
    height: ROW - 12,
    fill: bar.colour,
    'fill-opacity': bar.pale ? 0.35 : 1,
    rx: 1,
  });
  const inside =
    shown === undefined
      ? ''
      : label(shown, { x: x(bar.from) + 4, y: y + (ROW - 12) / 2 + 4, class: bar.pale ? 'muted' : 'ink' });
  return [
    element(
      'g',
      mark(bar.lane, bar.name, options.format(bar.to - bar.from)),
      hover(`${text} (${bar.group}${bar.pale ? t`, beside the path` : ''})`),
      rect,
      inside,
    ),
  ];
}

/** Names of neighbouring marks alternate between two lines, so that they do not lie on each other. */
function marks(options: LanesOptions, x: (value: number) => number, bottom: number): string[] {
  return options.marks.flatMap(({ at, name }, index) => [
    element('line', {
      x1: x(at),
      x2: x(at),
      y1: TOP - 6,
      y2: bottom,
      class: 'axis',
      'stroke-dasharray': '3 3',
    }),
    label(name, {
      x: x(at),
      y: TOP - (index % 2 === 0 ? 10 : 22),
      'text-anchor': at > (options.marks.at(-1)?.at ?? at) / 2 ? 'end' : 'start',
      class: 'muted',
    }),
  ]);
}
