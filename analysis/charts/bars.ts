import { t } from '../language/language.js';
import { type LegendEntry, legend } from './legend.js';
import { linear, linearTicks } from './scale.js';
import { element, hover, label, mark, svgDocument } from './svg.js';

export interface Bar {
  readonly series: string;
  readonly colour: string;
  /** Null leaves the place of the bar empty and says so. */
  readonly value: number | null;
}

export interface BarGroup {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export interface BarsOptions {
  readonly title: string;
  readonly valueAxis: string;
  readonly groupAxis: string;
  readonly format: (value: number) => string;
}

const WIDTH = 760;
const HEIGHT = 340;
const PLOT = { left: 84, right: 736, top: 78, bottom: 286 };

/** Grouped vertical bars from zero, with the value on top of each. */
export function barChart(groups: readonly BarGroup[], options: BarsOptions): string {
  const values = groups.flatMap((group) => group.bars.map((bar) => bar.value ?? 0));
  const ticks = linearTicks(Math.max(0, ...values));
  const y = linear(0, ticks.at(-1)!, PLOT.bottom, PLOT.top);
  const slot = (PLOT.right - PLOT.left) / Math.max(1, groups.length);
  const body: string[] = [
    label(options.title, { x: 16, y: 26, class: 'title' }),
    legend(seriesOf(groups), 16, 50, WIDTH - 16),
    ...ticks.flatMap((tick) => [
      element('line', { x1: PLOT.left, x2: PLOT.right, y1: y(tick), y2: y(tick), class: 'grid' }),
      label(options.format(tick), { x: PLOT.left - 8, y: y(tick) + 4, 'text-anchor': 'end', class: 'muted' }),
    ]),
    label(options.valueAxis, {
      x: 14,
      y: (PLOT.top + PLOT.bottom) / 2,
      transform: `rotate(-90 14 ${(PLOT.top + PLOT.bottom) / 2})`,
      'text-anchor': 'middle',
      class: 'muted',
    }),
    label(options.groupAxis, {
      x: (PLOT.left + PLOT.right) / 2,
      y: HEIGHT - 10,
      'text-anchor': 'middle',
      class: 'muted',
    }),
  ];
  groups.forEach((group, index) => {
    body.push(...drawGroup(group, PLOT.left + index * slot, slot, y, options));
  });
  body.push(
    element('line', { x1: PLOT.left, x2: PLOT.right, y1: PLOT.bottom, y2: PLOT.bottom, class: 'axis' }),
  );
  return svgDocument({ width: WIDTH, height: HEIGHT }, options.title, body);
}

function drawGroup(
  group: BarGroup,
  left: number,
  slot: number,
  y: (value: number) => number,
  options: BarsOptions,
): string[] {
  const count = Math.max(1, group.bars.length);
  const width = Math.min(64, (slot * 0.8) / count);
  const start = left + (slot - width * count) / 2;
  const pieces = group.bars.map((bar, index) => {
    const x = start + index * width;
    const middle = { x: x + width / 2, 'text-anchor': 'middle', class: 'muted' };
    if (bar.value === null) {
      return label(t`n/m`, { ...middle, y: PLOT.bottom - 5, ...mark(group.name, bar.series, t`n/m`) });
    }
    const top = y(bar.value);
    return element(
      'g',
      mark(group.name, bar.series, options.format(bar.value)),
      hover(`${group.name}, ${bar.series}: ${options.format(bar.value)}`),
      element('rect', {
        x: x + 1,
        y: top,
        width: width - 2,
        height: PLOT.bottom - top,
        fill: bar.colour,
        rx: 2,
      }),
      label(options.format(bar.value), { ...middle, y: top - 5 }),
    );
  });
  return [...pieces, label(group.name, { x: left + slot / 2, y: PLOT.bottom + 18, 'text-anchor': 'middle' })];
}

function seriesOf(groups: readonly BarGroup[]): readonly LegendEntry[] {
  const entries = new Map<string, string>();
  for (const group of groups) for (const bar of group.bars) entries.set(bar.series, bar.colour);
  return [...entries].map(([name, colour]) => ({ name, colour }));
}
