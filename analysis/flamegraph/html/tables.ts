import { t } from '../../language/language.js';
import { percent } from '../../tables/format.js';
import { layerCells } from '../compare/diff-flamegraph.js';
import type { LayerChanges } from '../compare/layer-changes.js';
import type { Graph } from '../viewer/graph.js';
import { shownName, shownPlace } from '../viewer/graph.js';
import { pointsText, sideNames, weightText } from '../viewer/words.js';
import { escapeHtml } from './escape.js';

/** A function, wherever it stands in the stacks. Idle time is not in it. */
export interface FunctionRow {
  readonly frame: number;
  /** Layer that most of its own time belongs to. */
  layer: string;
  self: number;
  total: number;
  selfBefore: number;
  totalBefore: number;
}

/** Functions by their own weight (in a comparison by how much it changed), greatest first. */
export function functionRows(graph: Graph): FunctionRow[] {
  const rows = new Map<number, FunctionRow>();
  const byLayer = new Map<number, Map<string, number>>();
  for (const { frames, layer, weight, before } of graph.stacks) {
    if (layer === 'idle') continue;
    // A recursive function is in a stack once.
    for (const frame of new Set(frames)) {
      const row = rows.get(frame) ?? newRow(frame, graph);
      rows.set(frame, row);
      row.total += weight;
      row.totalBefore += before;
    }
    const leaf = frames.at(-1);
    if (leaf === undefined) continue;
    const row = rows.get(leaf)!;
    row.self += weight;
    row.selfBefore += before;
    const layers = byLayer.get(leaf) ?? new Map<string, number>();
    byLayer.set(leaf, layers.set(layer, (layers.get(layer) ?? 0) + weight + before));
  }
  for (const [frame, layers] of byLayer)
    rows.get(frame)!.layer = [...layers].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
  const weightOf = ({ self, selfBefore }: FunctionRow): number =>
    graph.compared === null ? self : Math.abs(self - selfBefore);
  return [...rows.values()]
    .filter((row) => weightOf(row) > 0)
    .sort((one, other) => weightOf(other) - weightOf(one) || compareFrames(graph, one.frame, other.frame));
}

function newRow(frame: number, graph: Graph): FunctionRow {
  return { frame, layer: graph.frames[frame]!.layer, self: 0, total: 0, selfBefore: 0, totalBefore: 0 };
}

function compareFrames(graph: Graph, one: number, other: number): number {
  const key = (index: number): string => `${graph.frames[index]!.name}\u0000${graph.frames[index]!.file}`;
  return key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : one - other;
}

const ROWS_MAX = 40;

/** The picture in words, for screen readers and for browsers without scripts. */
export function functionTable(graph: Graph): string {
  const rows = functionRows(graph);
  const compares = graph.compared !== null;
  if (rows.length === 0)
    return `<p>${escapeHtml(compares ? t`No function has another share.` : t`No sample of work.`)}</p>`;
  const whole = graph.stacks.reduce((sum, { layer, weight }) => sum + (layer === 'idle' ? 0 : weight), 0);
  const cells = ({ frame, layer, self, total, selfBefore }: FunctionRow): [string[], string[]] => {
    const names = [shownName(graph.frames[frame]!), shownPlace(graph.frames[frame]!), layer];
    if (compares) return [names, [percent(selfBefore), percent(self), pointsText(self - selfBefore)]];
    return [names, [weightText(self, graph.unit), percent(self / whole), percent(total / whole)]];
  };
  const names = sideNames(graph);
  const heads: [string[], string[]] = compares
    ? [
        [t`function`, t`place`, t`layer`],
        [t`self ${names.before}`, t`self ${names.after}`, t`change`],
      ]
    : [
        [t`function`, t`place`, t`layer`],
        [t`self`, t`self share`, t`total share`],
      ];
  const shown = Math.min(rows.length, ROWS_MAX);
  const caption = compares
    ? t`${shown} of ${rows.length} functions, by the change of their own share`
    : t`${shown} of ${rows.length} functions, by their own weight`;
  return htmlTable(caption, heads, rows.slice(0, ROWS_MAX).map(cells));
}

/** The test of the layers, as the static picture has it. */
export function layerTable(changes: LayerChanges, graph: Graph): string {
  const names = sideNames(graph);
  const rows = changes.rows.map((row): [string[], string[]] => {
    const [layer = '', ...rest] = layerCells(row);
    return [[layer], rest];
  });
  return htmlTable(
    changes.note,
    [[t`layer`], [names.before, names.after, t`shift`, t`95 % interval`, t`verdict`]],
    rows,
  );
}

/** Texts to the left, numbers to the right. */
function htmlTable(
  caption: string,
  [texts, numbers]: readonly [readonly string[], readonly string[]],
  rows: readonly (readonly [readonly string[], readonly string[]])[],
): string {
  const head = [
    ...texts.map((text) => `<th scope="col">${escapeHtml(text)}</th>`),
    ...numbers.map((text) => `<th scope="col" class="number">${escapeHtml(text)}</th>`),
  ].join('');
  const body = rows
    .map(([left, right]) => {
      const cells = left.map((text) => `<td>${escapeHtml(text)}</td>`);
      return `<tr>${[...cells, ...right.map((text) => `<td class="number">${escapeHtml(text)}</td>`)].join('')}</tr>`;
    })
    .join('\n');
  return `<div class="wide"><table><caption>${escapeHtml(caption)}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table></div>`;
}
