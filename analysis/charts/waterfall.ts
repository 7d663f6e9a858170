import { legend, textWidth } from './legend.js';
import { linear, linearTicks } from './scale.js';
import { element, hover, label, mark, svgDocument } from './svg.js';

export interface WaterfallStep {
  readonly name: string;
  readonly layer: string;
  readonly colour: string;
  readonly value: number;
}

export interface WaterfallOptions {
  readonly title: string;
  readonly valueAxis: string;
  readonly format: (value: number) => string;
}

const WIDTH = 760;
const LEFT = 250;
const RIGHT = 660;
const ROW = 22;

/** One row per step; each starts where the one before ended, so that the last one ends at the whole. */
export function waterfallChart(steps: readonly WaterfallStep[], options: WaterfallOptions): string {
  const whole = steps.reduce((total, step) => total + step.value, 0);
  const ticks = linearTicks(whole, 4).filter((tick) => tick <= whole || tick === 0);
  const x = linear(0, whole, LEFT, RIGHT);
  const top = 82;
  const bottom = top + steps.length * ROW;
  const layers = new Map(steps.map((step) => [step.layer, step.colour]));
  const body: string[] = [
    label(options.title, { x: 16, y: 26, class: 'title' }),
    legend(
      [...layers].map(([name, colour]) => ({ name, colour })),
      16,
      50,
      WIDTH - 16,
    ),
    ...ticks.flatMap((tick) => [
      element('line', { x1: x(tick), x2: x(tick), y1: top - 6, y2: bottom + 4, class: 'grid' }),
      label(options.format(tick), { x: x(tick), y: bottom + 20, 'text-anchor': 'middle', class: 'muted' }),
    ]),
    label(options.valueAxis, {
      x: (LEFT + RIGHT) / 2,
      y: bottom + 40,
      'text-anchor': 'middle',
      class: 'muted',
    }),
  ];
  let at = 0;
  steps.forEach((step, index) => {
    const y = top + index * ROW;
    const from = x(at);
    at += step.value;
    const width = Math.max(1, x(at) - from);
    const text = options.format(step.value);
    const fitsRight = from + width + 6 + textWidth(text, 11) < WIDTH - 8;
    body.push(
      element(
        'g',
        mark(step.name, step.layer, text),
        hover(`${step.name} (${step.layer}): ${text}`),
        label(step.name, { x: LEFT - 8, y: y + 14, 'text-anchor': 'end' }),
        element('rect', { x: from, y: y + 3, width, height: ROW - 7, fill: step.colour, rx: 1 }),
        label(text, {
          x: fitsRight ? from + width + 6 : from - 6,
          y: y + 14,
          class: 'muted',
          'text-anchor': fitsRight ? 'start' : 'end',
        }),
      ),
    );
  });
  body.push(element('line', { x1: LEFT, x2: LEFT, y1: top - 6, y2: bottom + 4, class: 'axis' }));
  return svgDocument({ width: WIDTH, height: bottom + 52 }, options.title, body);
}
