import { bytes, micros, percent, significant } from '../../tables/format.js';
import { type Graph, type GraphUnit, shownName, shownPlace } from './graph.js';
import { type Side, widthOf } from './layout.js';
import type { TreeNode } from './tree.js';

/** A weight with its unit. */
export function weightText(weight: number, unit: GraphUnit): string {
  if (unit === 'bytes') return bytes(weight);
  return unit === 'share' ? percent(weight) : micros(weight);
}

/** `+1.2 points`: a difference of two shares. */
export function pointsText(change: number): string {
  const points = change * 100;
  if (Math.abs(points) < 0.005) return '0 points';
  return `${points > 0 ? '+' : '-'}${significant(Math.abs(points))} points`;
}

/** What a frame is, in one sentence: name, place, layer, total and self; in a comparison both shares and the difference. */
export function frameText(graph: Graph, node: TreeNode, root: TreeNode, side: Side): string {
  const frame = graph.frames[node.frame];
  const name = frame === undefined ? 'all' : shownName(frame);
  const place = frame === undefined ? '' : shownPlace(frame);
  const what = place === '' || name.includes(place) ? name : `${name} (${place})`;
  const kind = frame === undefined || frame.kind === 'thread' ? '' : `, ${node.layer}${kindWord(frame.kind)}`;
  if (graph.compared !== null) {
    const self = `self ${percent(node.selfBefore)} to ${percent(node.self)}`;
    return `${what}${kind}: ${percent(node.before)} to ${percent(node.total)} (${pointsText(node.total - node.before)}), ${self}`;
  }
  const all = widthOf(root, side);
  const share = all === 0 ? 0 : node.total / all;
  return `${what}${kind}: total ${weightText(node.total, graph.unit)}, ${percent(share)}, self ${weightText(node.self, graph.unit)}`;
}

function kindWord(kind: string): string {
  if (kind === 'js' || kind === 'pseudo') return '';
  return kind === 'builtin' ? ' (V8 built-in)' : ` (${kind})`;
}
