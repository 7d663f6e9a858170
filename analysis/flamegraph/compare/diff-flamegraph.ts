import { layerColour } from '../../charts/colours.js';
import { legend } from '../../charts/legend.js';
import { element, label, svgDocument } from '../../charts/svg.js';
import { t, translated } from '../../language/language.js';
import { integer, percent } from '../../tables/format.js';
import { kindLegend } from '../flamegraph.js';
import {
  cutNote,
  drawFrames,
  FRAME_STYLE,
  LEVELS_MAX,
  MARGIN,
  noteLines,
  ROW,
  WIDTH,
} from '../svg-frames.js';
import type { Graph } from '../viewer/graph.js';
import { type Layout, layOut, type Side } from '../viewer/layout.js';
import { changeFill, changeKeys, greatestChange } from '../viewer/look.js';
import { buildTree, type TreeNode } from '../viewer/tree.js';
import { pointsText } from '../viewer/words.js';
import { compareGraphs, type Sides } from './compare-graphs.js';
import { type LayerChange, type LayerChanges, layerChanges } from './layer-changes.js';

export interface DiffOptions {
  readonly title: string;
  /** What the sides are called. */
  readonly before: string;
  readonly after: string;
  readonly minShare?: number;
}

const TOP = 24;
const LINE = 18;

/**
 * Two captures, or two sets of them, against each other: the layers' shares with a test, then the frames twice. Widths of the first
 * picture are the later shares, those of the second the earlier ones, where what has vanished is seen. Same captures, same bytes.
 */
export function diffFlamegraph(sides: Sides, options: DiffOptions): string {
  const graph = compareGraphs(sides);
  const root = buildTree(graph);
  const changes = layerChanges(sides);
  const minShare = options.minShare ?? 0.001;
  const { samples, samplesBefore } = graph.compared!;
  const notes = noteLines(
    `Before: ${options.before} (${counted(samplesBefore)}). After: ${options.after} (${counted(samples)}). Shares of what is no idle time. ${changes.note}`,
    TOP + 20,
  );
  let y = TOP + 28 + notes.length * 16;
  const body = [FRAME_STYLE, label(options.title, { x: MARGIN, y: TOP, class: 'title' }), ...notes];
  body.push(...layerRows(changes, y));
  y += (changes.rows.length + 1) * LINE + 14;
  body.push(
    legend(
      changeKeys(undefined).map(([name, colour]) => ({ name, colour })),
      MARGIN,
      y,
      WIDTH - MARGIN,
    ),
  );
  const kinds = kindLegend(graph, y + 20, false);
  body.push(kinds);
  y += kinds === '' ? 0 : 20;
  for (const side of ['after', 'before'] as const) {
    const layout = layOut({ side, zoom: root, minShare, levelsMax: LEVELS_MAX });
    const height = Math.max(1, layout.levels.length) * ROW;
    body.push(
      label(`${heading(side, options)}; ${cutNote(layout, percent(minShare))}`, { x: MARGIN, y: y + 28 }),
    );
    body.push(...panel(graph, root, layout, side, y + 40 + height));
    y += 40 + height;
  }
  return svgDocument({ width: WIDTH, height: y + MARGIN }, options.title, body);
}

function panel(graph: Graph, root: TreeNode, layout: Layout, side: Side, bottom: number): string[] {
  const most = greatestChange(root);
  const fill = (node: TreeNode): string => changeFill(node, graph.compared!, most);
  return drawFrames({ graph, root, layout, side, bottom, fill });
}

function heading(side: Side, { before, after }: DiffOptions): string {
  return side === 'after'
    ? `Widths as after (${after})`
    : `Widths as before (${before}): what vanished shows here`;
}

const COLUMNS = [MARGIN + 18, 150, 240, 330, 460, 680] as const;
const HEADS = ['layer', 'before', 'after', 'shift', '95 % interval', 'verdict'] as const;

function layerRows({ rows }: LayerChanges, y: number): string[] {
  if (rows.length === 0) return [];
  const heads = HEADS.map((head, column) => label(head, { x: COLUMNS[column]!, y: y + 8, class: 'muted' }));
  return [...heads, ...rows.map((row, index) => layerRow(row, y + 8 + (index + 1) * LINE))];
}

function layerRow(row: LayerChange, y: number): string {
  const cells = layerCells(row).map((cell, column) => label(cell, { x: COLUMNS[column]!, y }));
  const box = { x: MARGIN, y: y - 10, width: 12, height: 12, rx: 2, fill: layerColour(row.layer) };
  return element('rect', box) + cells.join('');
}

/** A row of the table of layers, for every medium: layer, before, after, shift, interval, verdict. */
export function layerCells({ layer, before, after, shift, verdict, because }: LayerChange): string[] {
  const { interval } = shift;
  const range =
    interval === null ? t`none: too few` : t`${pointsText(interval.low)} to ${pointsText(interval.high)}`;
  return [
    layer,
    percent(before),
    percent(after),
    pointsText(shift.shift),
    range,
    t`${translated(verdict)} (${because})`,
  ];
}

function counted(samples: number): string {
  return `${integer(samples)} samples`;
}
