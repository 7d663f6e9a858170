import { layerColour } from '../charts/colours.js';
import { legend, textWidth } from '../charts/legend.js';
import { element, label, svgDocument } from '../charts/svg.js';
import { t, translated } from '../language/language.js';
import { integer, percent } from '../tables/format.js';
import { graphOf } from './graph.js';
import { LAYER_ORDER } from './layer-order.js';
import { type StackCapture, stackModel, totalWeight } from './stack-model.js';
import { cutNote, drawFrames, FRAME_STYLE, LEVELS_MAX, MARGIN, noteLines, ROW, WIDTH } from './svg-frames.js';
import type { FrameKind, Graph } from './viewer/graph.js';
import { layOut } from './viewer/layout.js';
import { KIND_NAMES, layerFill, TEXTURES } from './viewer/look.js';
import { buildTree, type TreeNode } from './viewer/tree.js';
import { weightText } from './viewer/words.js';

export interface FlamegraphOptions {
  readonly title: string;
  /** Frames below this share of the picture are not drawn; the picture says how many. */
  readonly minShare?: number;
}

const TOP = 24;

/**
 * A static flamegraph of time or of bytes, callers below and callees above, coloured by the layer that owns them; native code is lighter,
 * the kernel's hatched, and kinds of threads are the first level where the capture knows them. Idle time is not drawn; the line under the
 * title gives its share. Frames stand in the order of their names, so that two runs can be laid side by side. Same capture, same bytes.
 */
export function flamegraph(capture: StackCapture, options: FlamegraphOptions): string {
  const minShare = options.minShare ?? 0.001;
  const graph = graphOf(stackModel(capture));
  const root = buildTree(graph);
  const layout = layOut({ side: 'after', zoom: root, minShare, levelsMax: LEVELS_MAX });
  const notes = noteLines(
    `${subtitle(capture, graph, root)}${t`; `}${cutNote(layout, percent(minShare))}`,
    TOP + 20,
  );
  const legendY = TOP + 28 + notes.length * 16;
  const kinds = kindLegend(graph, legendY + 20);
  const top = legendY + (kinds === '' ? 16 : 36);
  const height = top + Math.max(1, layout.levels.length) * ROW + MARGIN;
  const fill = (node: TreeNode): string => layerFill(node.layer, graph.frames[node.frame]?.kind ?? null);
  return svgDocument({ width: WIDTH, height }, options.title, [
    FRAME_STYLE,
    label(options.title, { x: MARGIN, y: TOP, class: 'title' }),
    ...notes,
    legend(layerEntries(graph, root), MARGIN, legendY, WIDTH - MARGIN),
    kinds,
    ...drawFrames({ graph, root, layout, side: 'after', bottom: height - MARGIN, fill }),
  ]);
}

/** What was measured, how much of it is drawn, and what width means. */
export function subtitle(capture: StackCapture, graph: Graph, root: TreeNode): string {
  const all = totalWeight(graph.stacks);
  const drawn = weightText(root.total, graph.unit);
  if (capture.schema === 'strata.heap/1') {
    const what = capture.kind === 'alloc' ? t`allocated` : t`still in use at the end`;
    return t`${drawn} ${what}, sampled every ${weightText(capture.intervalBytes, 'bytes')}; width = share of bytes`;
  }
  const idle = all === 0 ? 0 : 1 - root.total / all;
  if (capture.schema === 'strata.cpu/1')
    return t`${drawn} on the CPU of ${weightText(all, graph.unit)} sampled, ${percent(idle)} idle (not drawn); width = share of CPU time`;
  const lost = capture.lost === 0 ? '' : t`, ${integer(capture.lost)} lost`;
  const named = capture.namesJavaScript ? '' : t`; JavaScript has no names here`;
  return t`${drawn} on the CPU by ${capture.event}, ${integer(capture.samples)} samples${lost}; width = share of CPU time${named}`;
}

/** Layers that have weight, with their share of what is drawn. */
function layerEntries(graph: Graph, root: TreeNode): { name: string; colour: string }[] {
  const weights = new Map<string, number>();
  for (const { layer, weight } of graph.stacks) weights.set(layer, (weights.get(layer) ?? 0) + weight);
  return LAYER_ORDER.filter((layer) => layer !== 'idle' && (weights.get(layer) ?? 0) > 0).map((layer) => ({
    name:
      root.total === 0
        ? translated(layer)
        : `${translated(layer)} ${percent(weights.get(layer)! / root.total)}`,
    colour: layerColour(layer),
  }));
}

/** Keys of the shades and the hatching, or of the hatching alone; empty when there is nothing to tell apart. */
export function kindLegend(graph: Graph, y: number, shades = true): string {
  const found = new Set<FrameKind>(graph.frames.map(({ kind }) => kind));
  const shown = KIND_NAMES.filter(([kind]) => found.has(kind) && (shades || TEXTURES[kind] === 'hatched'));
  if (shown.length === 0 || (shown.length === 1 && found.has('js'))) return '';
  let x = MARGIN;
  return shown
    .map(([kind, name]) => {
      const box = { x, y: y - 10, width: 12, height: 12, rx: 2 };
      const swatch = element('rect', {
        ...box,
        fill: shades ? layerFill('network', kind) : layerFill('', null),
      });
      const hatch = TEXTURES[kind] === 'hatched' ? element('rect', { ...box, fill: 'url(#kernel)' }) : '';
      const text = label(translated(name), { x: x + 17, y });
      x += 18 + textWidth(translated(name)) + 14;
      return swatch + hatch + text;
    })
    .join('');
}
