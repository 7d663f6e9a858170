import type { LabMetric } from '../../results/schema/index.js';
import { seriesColour } from '../charts/colours.js';
import { linear, linearTicks } from '../charts/scale.js';
import { element, hover, label, mark, svgDocument } from '../charts/svg.js';
import { t } from '../language/language.js';
import type { Effect } from './effects.js';
import { claimText, estimateText, isOfPoints, pointsText, sizeText } from './wording.js';

const WIDTH = 760;
const ROW = 34;
const ROWS_MAX = 12;
const PLOT = { left: 300, right: 730, top: 84 };
const FOOT = 46;
const OURS = seriesColour(0);
const THEIRS = seriesColour(2);

/** Row of the chart: on a scale of logarithms for ratios, so that twice and half lie equally far from 1. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Forest plot of the effects of one scale: point and 95 % interval of what was measured, the document's range as a band behind it, a line where nothing changes.
 * Null where no effect has a size.
 */
export function effectChart(title: string, effects: readonly Effect[]): string | null {
  const scale = effects.some(({ metric }) => metric.scale === 'ratio') ? 'ratio' : 'difference';
  const rows = rowsOf(
    effects.filter(
      ({ metric, estimate, against }) => metric.scale === scale && estimate !== null && against !== null,
    ),
  );
  if (rows.length === 0) return null;
  const forward = scale === 'ratio' ? Math.log : (value: number) => value;
  const neutral = scale === 'ratio' ? 1 : 0;
  const bounds = boundsOf(rows, neutral, forward);
  const at = linear(bounds.low, bounds.high, PLOT.left, PLOT.right);
  const x = (value: number) => at(Math.min(bounds.high, Math.max(bounds.low, forward(value))));
  const bottom = PLOT.top + rows.length * ROW;
  const { metric } = rows[0]!;
  const body = [
    label(title, { x: 16, y: 26, class: 'title' }),
    ...legend(),
    ...ticksOf(bounds, scale).flatMap((tick) => [
      element('line', { x1: x(tick), x2: x(tick), y1: PLOT.top, y2: bottom, class: 'grid' }),
      label(tickText(tick, metric), {
        x: x(tick),
        y: bottom + 16,
        'text-anchor': 'middle',
        class: 'muted',
      }),
    ]),
    element('line', { x1: x(neutral), x2: x(neutral), y1: PLOT.top, y2: bottom, class: 'axis' }),
    ...rows.flatMap((effect, index) => drawRow(effect, PLOT.top + index * ROW, x)),
    label(axisText(metric), {
      x: (PLOT.left + PLOT.right) / 2,
      y: bottom + 36,
      'text-anchor': 'middle',
      class: 'muted',
    }),
  ];
  return svgDocument({ width: WIDTH, height: bottom + FOOT }, title, body);
}

function axisText(metric: LabMetric): string {
  if (metric.scale === 'ratio') return t`ratio of the arm to the other`;
  return isOfPoints(metric)
    ? t`difference of the arm from the other, in percentage points`
    : t`difference of the arm from the other`;
}

/** Where the axis names the unit, a tick need not. */
function tickText(tick: number, metric: LabMetric): string {
  return isOfPoints(metric) ? pointsText(tick) : sizeText(tick, metric);
}

/** Those with a figure of the document, and of the others what leaves the chart readable; the table has them all. */
function rowsOf(effects: readonly Effect[]): readonly Effect[] {
  // Two statements about one comparison are two bands on one row's place: only the first is drawn.
  const claimed = effects.filter(
    (effect, at) =>
      effect.verdict !== null &&
      effects.findIndex((one) => one.verdict !== null && isSameComparison(one, effect)) === at,
  );
  const others = effects.filter(({ verdict }) => verdict === null);
  return [...claimed, ...others.slice(0, Math.max(0, ROWS_MAX - claimed.length))];
}

function isSameComparison(one: Effect, other: Effect): boolean {
  return one.metric.name === other.metric.name && one.arm === other.arm && one.against === other.against;
}

function drawRow(effect: Effect, top: number, x: (value: number) => number): string[] {
  const { metric, arm, against, claim, interval, estimate } = effect;
  const middle = top + ROW / 2;
  const other = t`against ${against ?? ''}: ${metric.name}`;
  const name = `${arm} ${other}`;
  const pieces = [
    label(shortened(arm), { x: 16, y: middle - 2 }),
    label(shortened(other), { x: 16, y: middle + 12, class: 'muted' }),
  ];
  if (claim !== null && (claim.low !== null || claim.high !== null)) {
    const from = claim.low === null ? PLOT.left : x(claim.low);
    const to = claim.high === null ? PLOT.right : x(claim.high);
    const width = Math.max(3, to - from);
    pieces.push(
      element(
        'g',
        mark(name, t`the document’s range`, claimText(claim, metric)),
        hover(t`document: ${claimText(claim, metric)}`),
        element('rect', {
          x: from - (width - (to - from)) / 2,
          y: top + 5,
          width,
          height: ROW - 10,
          fill: THEIRS,
          'fill-opacity': '0.45',
          rx: 2,
        }),
      ),
    );
  }
  const line =
    interval === null
      ? ''
      : element('line', {
          x1: x(interval.low),
          x2: x(interval.high),
          y1: middle,
          y2: middle,
          stroke: OURS,
          'stroke-width': 3,
        });
  const dot = element('circle', { cx: x(estimate!), cy: middle, r: 5, fill: OURS });
  const size = estimateText(effect)!;
  const said = mark(name, t`measured, with its 95 % interval`, size);
  pieces.push(element('g', said, hover(t`measured: ${size}`), line, dot));
  return pieces;
}

function legend(): string[] {
  const entry = (x: number, colour: string, opacity: string, text: string) => [
    element('rect', { x, y: 44, width: 14, height: 12, fill: colour, 'fill-opacity': opacity, rx: 2 }),
    label(text, { x: x + 20, y: 54, class: 'muted' }),
  ];
  return [
    ...entry(16, OURS, '1', t`measured, with its 95 % interval`),
    ...entry(300, THEIRS, '0.45', t`the document’s range`),
  ];
}

const ROOM = 0.06;

function boundsOf(rows: readonly Effect[], neutral: number, forward: (value: number) => number): Range {
  const values = rows
    .flatMap(({ estimate, interval, claim }) => [
      estimate,
      interval?.low ?? null,
      interval?.high ?? null,
      claim?.low ?? null,
      claim?.high ?? null,
    ])
    .filter((value): value is number => value !== null && (neutral === 0 || value > 0));
  const places = [...values, neutral].map(forward);
  const low = Math.min(...places);
  const high = Math.max(...places);
  const room = Math.max((high - low) * ROOM, neutral === 1 ? Math.log(1.05) : Math.abs(high) * 0.01 || 0.01);
  return { low: low - room, high: high + room };
}

const RATIO_TICKS = [1, 2, 5];
const TICKS_MAX = 9;

function ticksOf(bounds: Range, scale: 'ratio' | 'difference'): readonly number[] {
  if (scale === 'difference') return differenceTicks(bounds);
  const ticks: number[] = [];
  for (let exponent = -6; exponent <= 9; exponent += 1)
    for (const digit of RATIO_TICKS) {
      const tick = Number(`${digit}e${exponent}`);
      if (Math.log(tick) >= bounds.low && Math.log(tick) <= bounds.high) ticks.push(tick);
    }
  // Over many powers of ten only the powers keep apart.
  if (ticks.length > TICKS_MAX) return ticks.filter((tick) => /^1(?:e|0*$)|^0\.0*1$/.test(String(tick)));
  if (ticks.length >= 3) return ticks;
  return [Math.exp(bounds.low + 0.05 * (bounds.high - bounds.low)), 1, Math.exp(bounds.high)].filter(
    (tick, index, all) =>
      all.findIndex(
        (other) => Math.abs(Math.log(other) - Math.log(tick)) < 0.15 * (bounds.high - bounds.low),
      ) === index,
  );
}

/** Round numbers between the bounds, on both sides of zero. */
function differenceTicks({ low, high }: Range): readonly number[] {
  const step = linearTicks(high - low)[1]!;
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  // Multiplied and rounded: 0.1 + 0.2 is not 0.3. The sum turns -0 into 0.
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)) + 0);
}

/** Characters that fit beside the plot. */
const NAME_MAX = 46;

function shortened(text: string): string {
  return text.length <= NAME_MAX ? text : `${text.slice(0, NAME_MAX - 1)}…`;
}
