import { t, translated } from '../../language/language.js';
import { bytes, integer, micros, percent, significant } from '../../tables/format.js';
import { type Graph, type GraphUnit, shownName, shownPlace } from './graph.js';
import { type Side, widthOf } from './layout.js';
import { weightOf } from './search.js';
import type { Direction, TreeNode } from './tree.js';

/** A weight with its unit. */
export function weightText(weight: number, unit: GraphUnit): string {
  if (unit === 'bytes') return bytes(weight);
  return unit === 'share' ? percent(weight) : micros(weight);
}

/** `+1.2 points`: a difference of two shares. */
export function pointsText(change: number): string {
  const points = change * 100;
  if (Math.abs(points) < 0.005) return t`0 points`;
  return t`${`${points > 0 ? '+' : '-'}${significant(Math.abs(points))}`} points`;
}

/** What a frame is, in one sentence: name, place, layer, total and self; in a comparison both shares and the difference. */
export function frameText(graph: Graph, node: TreeNode, root: TreeNode, side: Side): string {
  const frame = graph.frames[node.frame];
  const name = frame === undefined ? t`all` : shownName(frame);
  const place = frame === undefined ? '' : shownPlace(frame);
  const what = place === '' || name.includes(place) ? name : `${name} (${place})`;
  const kind = frame === undefined || frame.kind === 'thread' ? '' : `, ${node.layer}${kindWord(frame.kind)}`;
  if (graph.compared !== null) {
    const change = pointsText(node.total - node.before);
    return t`${what}${kind}: ${percent(node.before)} to ${percent(node.total)} (${change}), self ${percent(node.selfBefore)} to ${percent(node.self)}`;
  }
  const all = widthOf(root, side);
  const share = all === 0 ? 0 : node.total / all;
  return t`${what}${kind}: total ${weightText(node.total, graph.unit)}, ${percent(share)}, self ${weightText(node.self, graph.unit)}`;
}

function kindWord(kind: string): string {
  if (kind === 'js' || kind === 'pseudo') return '';
  return kind === 'builtin' ? t` (V8 built-in)` : ` (${translated(kind)})`;
}

/** What the two sides of a comparison are called. */
export function sideNames({ compared }: Graph): { readonly before: string; readonly after: string } {
  return compared?.names ?? { before: t`before`, after: t`after` };
}

/** The lines of a tooltip: name, place, owner, and the figures each with its unit. */
export function frameLines(
  graph: Graph,
  node: TreeNode,
  root: TreeNode,
  zoom: TreeNode,
  side: Side,
): string[] {
  const frame = graph.frames[node.frame];
  const head = frame === undefined ? [t`all`] : [shownName(frame), shownPlace(frame)];
  const owner =
    frame === undefined || frame.kind === 'thread' ? '' : t`layer ${node.layer}${kindWord(frame.kind)}`;
  const share = (part: number, whole: number): string => percent(whole === 0 ? 0 : part / whole);
  const width = widthOf(node, side);
  const names = sideNames(graph);
  const figures =
    graph.compared === null
      ? [
          t`total ${weightText(node.total, graph.unit)}, ${share(width, widthOf(root, side))} of all`,
          t`self ${weightText(node.self, graph.unit)}, ${share(node.self, widthOf(root, side))} of all`,
        ]
      : [
          t`total ${percent(node.before)} ${names.before}, ${percent(node.total)} ${names.after}: ${pointsText(node.total - node.before)}`,
          t`self ${percent(node.selfBefore)} ${names.before}, ${percent(node.self)} ${names.after}`,
        ];
  const zoomed = zoom === root ? '' : t`${share(width, widthOf(zoom, side))} of the zoomed frame`;
  return [...head, owner, ...figures, zoomed].filter((line) => line !== '');
}

/** What the picture is of: everything, or the callers or callees of one function, and what it leaves out. */
export function viewText(
  graph: Graph,
  root: TreeNode,
  { direction, focus, side }: { direction: Direction; focus: number | null; side: Side },
  narrow: number,
): string {
  const frame = focus === null ? undefined : graph.frames[focus];
  const one =
    frame === undefined
      ? ''
      : direction === 'up'
        ? t`callers of ${shownName(frame)}`
        : t`callees of ${shownName(frame)}`;
  const all = direction === 'up' ? t`all stacks, from the leaf to its callers` : t`all stacks`;
  const left = narrow === 0 ? '' : t`; ${integer(narrow)} frames are too narrow here, zoom in`;
  return t`${one === '' ? all : one}: ${weightText(widthOf(root, side), graph.unit)}${left}`;
}

/** How many functions a search found, and what share of the picture goes through them. */
export function matchedText(graph: Graph, zoom: TreeNode, found: ReadonlySet<number>, side: Side): string {
  const whole = widthOf(zoom, side);
  const matched = weightOf(zoom, found, side);
  const share = percent(whole === 0 ? 0 : matched / whole);
  const weight = weightText(matched, graph.unit);
  return found.size === 1
    ? t`${integer(found.size)} function matches: ${share} (${weight})`
    : t`${integer(found.size)} functions match: ${share} (${weight})`;
}
